// One program, many schedules: is each right?
#pragma once
#include "Choices.h"
#include "alt/Workload.h"
#include <string>
#include <vector>

namespace alt::differential {

/// A kernel of the program, or the whole of it, under one schedule.
struct Pair {
  enum class Verdict : char { untried, right, refused, failed, wrong, crashed, hung };
  Verdict verdict = Verdict::untried;
  std::string kernel;   ///< its text
  std::string schedule; ///< by knob names; empty: the whole program, by default schedules
  unsigned threads = 1;
  bool special = false; ///< inputs with NaNs, infinities and zeros
  std::string detail;
  bool differs() const { return verdict > Verdict::refused; }
};
const char *name(Pair::Verdict);

/// What one program gave.
struct Checked {
  std::string program;
  std::string unusable; ///< why nothing could be tried of it: refused by the importer, no reference
  size_t kernels = 0;
  std::vector<Pair> pairs;
};

struct CheckOptions {
  unsigned schedules = 12; ///< for a program, shared by its kernels
  double seconds = 60;     ///< for all of them, before a child counts as hung
};

/// In a child with limits; what dies is a verdict, and the next one goes on behind it. The choices
/// that are not the program's (schedules, inputs) come from `seed`.
Checked check(const std::string &program, uint64_t seed, const CheckOptions &);

} // namespace alt::differential
