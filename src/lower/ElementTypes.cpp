#include "lower/ElementTypes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace alt {

using namespace mlir;

std::optional<ElementType> elementType(Type type) {
  if (type.isF32())
    return ElementType::f32;
  if (type.isF64())
    return ElementType::f64;
  if (type.isBF16())
    return ElementType::bf16;
  if (type.isSignlessInteger(1))
    return ElementType::i1;
  if (type.isSignlessInteger(8))
    return ElementType::i8;
  if (type.isSignlessInteger(32))
    return ElementType::i32;
  if (type.isSignlessInteger(64))
    return ElementType::i64;
  return std::nullopt;
}

} // namespace alt
