// A kernel with a search space most of whose points misbehave: some while they run (fault.c), some
// while they are compiled (faulty-runner.cpp).
#pragma once
#include "../TinySpace.h"

namespace alt::test {

struct Fault {
  const char *name;
  const char *outcome; ///< what the records must say
};

inline constexpr Fault faults[] = {
    {"none", "ok"},
    {"segv", "crashed"},
    {"ill", "crashed"},
    {"abort", "crashed"},
    {"fpe", "crashed"},
    {"stack", "crashed"},
    {"exits", "crashed"},
    {"garbage", "crashed"},
    {"overrun", "crashed"},
    {"kills_server", "crashed"},
    {"loop", "run_timed_out"},
    {"stop", "run_timed_out"},
    {"wrong", "wrong_result"},
    {"unwritten", "wrong_result"},
    {"writes_input", "wrong_result"},
    {"stateful", "wrong_result"},
    {"leans_on_scratch", "wrong_result"},
    {"allocates", "out_of_memory"},
    {"touches", "out_of_memory"},
    {"huge_scratch", "out_of_memory"},
    {"prints", "ok"},
    {"forks", "ok"},
    {"compile_loop", "compile_timed_out"},
    {"compile_memory", "out_of_memory"},
    {"compile_crash", "compile_failed"},
    {"compile_error", "compile_failed"},
    {"refused", "schedule_refused"},
};

/// `copies` points for every fault, and as many good ones again as there are bad.
inline TinySpace faultySpace(unsigned copies = 4) {
  Knob fault{"fault", Knob::Kind::categorical, {}, {}};
  for (const Fault &f : faults) {
    fault.options.push_back(static_cast<double>(fault.options.size()));
    fault.labels.push_back(f.name);
  }
  Knob copy{"copy", Knob::Kind::ordinal, {}, {}};
  for (unsigned i = 0; i < copies; ++i)
    copy.options.push_back(i + 1);
  return TinySpace({fault, copy});
}

inline Workload faultyWorkload() {
  Workload workload;
  workload.name = "twice";
  workload.linalg = "see fault.c";
  workload.id = workloadId(workload.linalg);
  workload.arguments = {{"in", ElementType::f32, {1024}, false, false},
                        {"out", ElementType::f32, {1024}, true, false}};
  workload.flops = 1024;
  return workload;
}

} // namespace alt::test
