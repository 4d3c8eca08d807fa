// A measurer that keeps what it finds: every measurement is in the records file, and shown, before
// the next begins, so that no kill loses a finished one.
#pragma once
#include "alt/LiveMeasurer.h"
#include "alt/Records.h"
#include <functional>

namespace alt {

class RecordingMeasurer final : public Measurer {
public:
  /// `onTrial` is told after the record is on file; when it says false, measuring ends early.
  using OnTrial = std::function<bool(Observation &)>;
  RecordingMeasurer(LiveMeasurer &live, const SearchSpace &space, RecordWriter *writer,
                    Record prototype, OnTrial onTrial);

  std::vector<Measurement> measure(std::span<const Schedule>, std::stop_token = {}) override;
  /// Set when a record could not be written.
  const std::optional<Error> &failure() const { return writeFailure; }

private:
  LiveMeasurer &live;
  const SearchSpace &space;
  RecordWriter *writer; ///< nullptr: nothing is recorded
  Record prototype;     ///< what all records of this kernel have in common
  OnTrial onTrial;
  std::optional<Error> writeFailure;
};

} // namespace alt
