// What a run found, as plain data, and its two prints.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace alt::bench {

struct Entrant {
  std::string name;
  double gflops = 0; ///< by the median round; 0 when it did not take part or was wrong
  double spread = 0;
  double error = 0; ///< see Contestant.h
  bool right = true;
};

struct RowOutcome {
  std::string name;
  std::vector<Entrant> entrants; ///< ours first; those that took part
  double ratio = 0;              ///< ours to the best right peer; median over the rounds
  std::string bestPeer, schedule;
  unsigned trials = 0;
};

struct Outcomes {
  double peak = 0; ///< GFLOP/s of a multiply-add loop in registers
  std::map<std::string, std::string> versions;
  std::vector<RowOutcome> rows;
};

/// Of the ratios; rows without one (ours wrong or missing) make it 0.
double geomean(const Outcomes &);
std::string table(const Outcomes &, const std::vector<std::string> &columns);
std::string toJson(const Outcomes &);

} // namespace alt::bench
