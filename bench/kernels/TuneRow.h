// A row by the winner of a tuning session: replayed where the records know it, else tuned.
#pragma once
#include "Row.h"
#include "alt/Session.h"

namespace alt::bench {

struct RowTuning {
  std::filesystem::path records; ///< read and added to
  unsigned trials = 0; ///< recorded ones included; 0: none for rows with records, else 200
  uint64_t seed = 1;
  unsigned threads = 1; ///< each number has search spaces, and so records, of its own
};

Result<SessionResult> tuneRow(const Row &, const Target &, const RowTuning &);

} // namespace alt::bench
