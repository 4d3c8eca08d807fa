// Products of narrow elements (bf16, i8) summed in wide ones: the CPU does several steps of the
// reduction in one instruction.
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"
#include "space/ProductInstructions.h"
#include <optional>

namespace alt {

/// The op's body is acc + wide(spread) * wide(along), for which there is an instruction.
struct DotProduct {
  mlir::OpOperand *spread, *along;              ///< the same for all lanes; one element a lane
  bool spreadSigned = true, alongSigned = true; ///< of integers
  const ProductInstruction *instruction = nullptr;
  bool alongFirst = false; ///< the instruction's first factor is `along`
  /// The instruction wants an unsigned first factor: 128 is added to `spread`; the excess is summed
  /// beside and taken off at the end.
  bool offset = false;
  int64_t steps() const { return instruction->steps; }
};

/// None when the body is something else, or the instructions for it are not among those named.
std::optional<DotProduct> matchDotProduct(mlir::linalg::LinalgOp, int vectorAxis,
                                          llvm::StringRef instructions);

/// The same product by an instruction that needs no offset: bytes are widened once.
std::optional<DotProduct> withoutOffset(const DotProduct &, llvm::StringRef instructions);

/// Vectors of so many accumulators have an instruction.
bool hasLanes(const DotProduct &, int64_t lanes);

/// a0 b0 c0 d0 a1 b1 ...: the steps of each lane side by side, two or four.
mlir::Value interleaveSteps(mlir::RewriterBase &, mlir::Location,
                            llvm::ArrayRef<mlir::Value> steps);

/// With an offset: what emitDotProduct adds too much, summed over steps. It is the same for all
/// that share `along`.
mlir::Value emitExcess(mlir::RewriterBase &, mlir::Location, const DotProduct &, mlir::Value excess,
                       mlir::Value along);

/// acc + the products of steps() steps. `spread`: a vector of as many elements; `along`: the steps
/// of all lanes, interleaved.
mlir::Value emitDotProduct(mlir::RewriterBase &, mlir::Location, const DotProduct &,
                           mlir::Value acc, mlir::Value spread, mlir::Value along);

} // namespace alt
