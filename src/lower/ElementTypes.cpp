#include "lower/ElementTypes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/raw_ostream.h"

namespace alt {

std::optional<ElementType> elementType(mlir::Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return elementTypeNamed(text); // ours have MLIR's names
}

} // namespace alt
