#include "alt/Workload.h"
#include "alt/Support.h"

namespace alt {

std::string_view name(ElementType type) {
  switch (type) {
  case ElementType::f32: return "f32";
  case ElementType::f64: return "f64";
  case ElementType::i1: return "i1";
  case ElementType::i8: return "i8";
  case ElementType::i32: return "i32";
  case ElementType::i64: return "i64";
  case ElementType::bf16: return "bf16";
  }
  return "?";
}

unsigned bytes(ElementType type) {
  switch (type) {
  case ElementType::f64:
  case ElementType::i64: return 8;
  case ElementType::f32:
  case ElementType::i32: return 4;
  case ElementType::bf16: return 2;
  case ElementType::i1:
  case ElementType::i8: return 1;
  }
  return 0;
}

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
