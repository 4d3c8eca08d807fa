#include "lower/ExpandPowers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace alt {

using namespace mlir;

namespace {
/// x^n of an integer that no multiplications stand for: LLVM takes one exponent for all lanes, and
/// of 32 bits only.
struct IntegerPowerAsPower : OpRewritePattern<math::FPowIOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::FPowIOp op, PatternRewriter &rewriter) const override {
    Value exponent = arith::SIToFPOp::create(rewriter, op.getLoc(), op.getType(), op.getRhs());
    rewriter.replaceOpWithNewOp<math::PowFOp>(op, op.getLhs(), exponent);
    return success();
  }
};
} // namespace

void expandPowers(func::FuncOp function) {
  // The patterns are many, and few kernels have a power.
  auto isPower = [](Operation *op) {
    return isa<math::PowFOp, math::FPowIOp, math::IPowIOp>(op) ? WalkResult::interrupt()
                                                               : WalkResult::advance();
  };
  if (!function.walk(isPower).wasInterrupted())
    return;
  RewritePatternSet patterns(function.getContext());
  populateMathAlgebraicSimplificationPatterns(patterns);
  patterns.add<IntegerPowerAsPower>(function.getContext(), /*benefit=*/0);
  (void)applyPatternsGreedily(function, std::move(patterns)); // what is left is still right
}

} // namespace alt
