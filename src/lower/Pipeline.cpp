#include "lower/Pipeline.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Vector/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace alt {

using namespace mlir;

namespace {

/// memref.copy would become a call into MLIR's runner library; emitted objects need none.
struct CopyAsLinalg : OpRewritePattern<memref::CopyOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(memref::CopyOp copy, PatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<linalg::CopyOp>(copy, copy.getSource(), copy.getTarget());
    return success();
  }
};

/// Without verifying the module between passes, which takes a sixth of a build; what comes out is
/// checked by its results.
LogicalResult run(PassManager &passes, ModuleOp module) {
  passes.enableVerifier(false);
  return passes.run(module);
}

/// LLVM would call __truncdfbf2, which is not in every C library.
struct NarrowInTwoSteps : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::TruncFOp narrow, PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(narrow.getIn().getType()).isF64() ||
        !getElementTypeOrSelf(narrow.getType()).isBF16())
      return failure();
    Type single = rewriter.getF32Type();
    if (auto vector = dyn_cast<VectorType>(narrow.getType()))
      single = vector.clone(single);
    Value half = arith::TruncFOp::create(rewriter, narrow.getLoc(), single, narrow.getIn());
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(narrow, narrow.getType(), half);
    return success();
  }
};

LogicalResult rewriteCopies(ModuleOp module) {
  RewritePatternSet patterns(module.getContext());
  patterns.add<CopyAsLinalg>(module.getContext());
  return applyPatternsGreedily(module, std::move(patterns));
}

/// exp, tanh, erf, log, ... of vectors by polynomials; scalars keep calling libm.
LogicalResult approximateVectorMath(ModuleOp module) {
  RewritePatternSet patterns(module.getContext());
  MathPolynomialApproximationOptions options;
  populateMathPolynomialApproximationPatterns(patterns, options);
  bool hasVectorMath = false;
  module.walk([&](Operation *op) {
    hasVectorMath |= op->getName().getDialectNamespace() == "math" && op->getNumResults() == 1 &&
                     isa<VectorType>(op->getResult(0).getType());
  });
  if (!hasVectorMath)
    return success();
  return applyPatternsGreedily(module, std::move(patterns));
}

} // namespace

LogicalResult bufferizeKernel(ModuleOp module) {
  PassManager tensors(module.getContext());
  tensors.addPass(createCanonicalizerPass());
  tensors.addPass(createCSEPass());
  if (failed(run(tensors, module)))
    return failure();

  bufferization::OneShotBufferizationOptions options;
  options.allowReturnAllocsFromLoops = false; // see carryInPlace
  bufferization::BufferizationState state;
  if (failed(bufferization::runOneShotBufferize(module, options, state)))
    return failure();

  PassManager buffers(module.getContext());
  buffers.addPass(createCSEPass());
  OpPassManager &function = buffers.nest<func::FuncOp>();
  function.addPass(bufferization::createBufferHoistingPass());
  function.addPass(bufferization::createBufferLoopHoistingPass());
  buffers.addPass(createCanonicalizerPass());
  if (failed(run(buffers, module)))
    return failure();
  return rewriteCopies(module);
}

LogicalResult lowerToLlvmDialect(ModuleOp module) {
  RewritePatternSet narrowing(module.getContext());
  narrowing.add<NarrowInTwoSteps>(module.getContext());
  walkAndApplyPatterns(module, std::move(narrowing));
  if (failed(approximateVectorMath(module)))
    return failure();
  PassManager passes(module.getContext());
  {
    OpPassManager &function = passes.nest<func::FuncOp>();
    function.addPass(createConvertLinalgToLoopsPass());
    function.addPass(vector::createLowerVectorMultiReductionPass());
    VectorTransferToSCFOptions transfers;
    function.addPass(createConvertVectorToSCFPass(transfers.enableFullUnroll()));
    function.addPass(vector::createLowerVectorMaskPass());
  }
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createLoopInvariantCodeMotionPass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(memref::createExpandOpsPass());
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createLowerAffinePass());
  passes.addPass(arith::createArithExpandOpsPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(
      createConvertMathToLibmPass()); // takes vectors apart where there is no such function
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertIndexToLLVMPass());
  passes.addPass(createUBToLLVMConversionPass());
  ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = true;
  passes.addPass(createConvertFuncToLLVMPass(functions));
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  passes.addPass(createCSEPass());
  return run(passes, module);
}

} // namespace alt
