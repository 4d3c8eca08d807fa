// Products of narrow elements (bf16, i8) summed in wide ones: the CPU does several steps of the
// reduction in one instruction.
#pragma once
#include "alt/NarrowProducts.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"
#include <optional>

namespace alt {

/// The op's body is acc + wide(spread) * wide(along).
struct DotProduct {
  mlir::OpOperand *spread, *along; ///< the same for all lanes; one element a lane
  enum class Kind {
    bf16Pairs,   ///< vdpbf16ps
    i16Pairs,    ///< vpdpwssd, of i8 widened once
    spreadBytes, ///< vpdpbusd, `spread` unsigned and `along` signed
    alongBytes,  ///< vpdpbusd, the other way round
    signedBytes, ///< vpdpbusd of `spread` + 128; the excess is summed beside and taken off at the
                 ///< end
  } kind;
  bool spreadSigned = true, alongSigned = true; ///< of integers
  int64_t steps() const { return kind == Kind::bf16Pairs || kind == Kind::i16Pairs ? 2 : 4; }
};

/// None when the body is something else, or the instructions for it are not among those named.
std::optional<DotProduct> matchDotProduct(mlir::linalg::LinalgOp, int vectorAxis,
                                          llvm::StringRef instructions);

/// Vectors of so many accumulators have an instruction.
bool hasLanes(const DotProduct &, int64_t lanes);

/// a0 b0 c0 d0 a1 b1 ...: the steps of each lane side by side, two or four.
mlir::Value interleaveSteps(mlir::RewriterBase &, mlir::Location,
                            llvm::ArrayRef<mlir::Value> steps);

/// Of signedBytes: what emitDotProduct adds too much, summed over steps. It is the same for all
/// that share `along`.
mlir::Value emitExcess(mlir::RewriterBase &, mlir::Location, mlir::Value excess, mlir::Value along);

/// acc + the products of steps() steps. `spread`: a vector of as many elements; `along`: the steps
/// of all lanes, interleaved.
mlir::Value emitDotProduct(mlir::RewriterBase &, mlir::Location, const DotProduct &,
                           mlir::Value acc, mlir::Value spread, mlir::Value along);

} // namespace alt
