#include "alt/Workload.h"
#include "alt/Support.h"

namespace alt {

std::string_view name(AnchorKind kind) {
  switch (kind) {
  case AnchorKind::contraction: return "contraction";
  case AnchorKind::convolution: return "convolution";
  case AnchorKind::reduction: return "reduction";
  case AnchorKind::elementwise: return "elementwise";
  }
  return "?";
}

int64_t Argument::elements() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

std::string WorkloadId::hex() const { return hex16(value); }

WorkloadId workloadId(std::string_view linalg) { return {fnv1a(linalg)}; }

} // namespace alt
