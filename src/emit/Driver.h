// The generated C: header and driver, from the program, the memory plan and the kernels' plans.
#pragma once
#include "alt/KernelPlan.h"
#include "emit/CpuCheck.h"
#include "emit/Names.h"
#include <map>
#include <span>

namespace alt {

/// Where everything lies in the one block that a context allocates. Offsets in bytes, 64-aligned.
struct ContextLayout {
  struct Splat {
    ElementType type;
    double value;
    int64_t offset, bytes;
  };
  int64_t weightBytes = 0; ///< the weights file lies at 0
  std::vector<Splat> splats;
  std::vector<int64_t> valueOffset; ///< per value; -1: a buffer of the caller
  /// Per call and scratch buffer of its kernel.
  std::vector<std::vector<int64_t>> scratchOffset;
  /// Per call: finds what its ahead stages would make in place, made for an earlier call.
  std::vector<bool> isPrepared;
  int64_t totalBytes = 0;
};
/// The stage runs in init, once: marked so, and reading constants only, as KernelPlan.h promises.
/// Anything else waits for the run.
bool runsAhead(const Program &, const Call &, const Stage &);
ContextLayout layoutContext(const Program &, std::span<const KernelPlan>, int64_t weightBytes);

/// ", const float *x, float *y": the parameters of run after the context.
std::string runParameters(const Program &, const ParameterNames &);
/// `stamp`: see Stamp.h.
std::string headerText(const Program &, const std::string &stamp, const CpuNeeds &,
                       unsigned threads);
std::string driverText(const Program &, const std::string &stamp, std::span<const KernelPlan>,
                       const ContextLayout &, const CpuNeeds &, unsigned threads);

} // namespace alt
