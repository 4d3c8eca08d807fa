#include "lower/Reference.h"
#include "lower/CropPads.h"
#include "lower/Prepare.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace alt {

using namespace mlir;

namespace {

/// MLIR inserts a pad's source at `low` whatever its sign. By definition instead: each element of
/// the result is one of the source where there is one.
struct PadByDefinition : OpRewritePattern<tensor::PadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::PadOp pad, PatternRewriter &rewriter) const override {
    if (!hasKnownCrop(pad))
      return failure();
    Location loc = pad.getLoc();
    auto generate = tensor::GenerateOp::create(rewriter, loc, pad.getResultType(), ValueRange());
    rewriter.inlineRegionBefore(pad.getRegion(), generate.getBody(), generate.getBody().end());
    Operation *yield = generate.getBody().front().getTerminator();
    rewriter.setInsertionPoint(yield);
    auto index = [&](int64_t value) {
      return arith::ConstantIndexOp::create(rewriter, loc, value).getResult();
    };
    Value inside = arith::ConstantIntOp::create(rewriter, loc, 1, 1);
    SmallVector<Value> at;
    for (auto [argument, low, extent] :
         llvm::zip(generate.getBody().getArguments(), *getConstantIntValues(pad.getMixedLowPad()),
                   pad.getSourceType().getShape())) {
      at.push_back(arith::SubIOp::create(rewriter, loc, argument, index(low)));
      Value here = arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::ult, at.back(),
                                         index(extent)); // below zero is large
      inside = arith::AndIOp::create(rewriter, loc, inside, here);
    }
    auto either = scf::IfOp::create(
        rewriter, loc, inside,
        [&](OpBuilder &b, Location l) {
          scf::YieldOp::create(b, l,
                               tensor::ExtractOp::create(b, l, pad.getSource(), at).getResult());
        },
        [&](OpBuilder &b, Location l) { scf::YieldOp::create(b, l, yield->getOperands()); });
    yield->setOperands(either.getResults());
    rewriter.replaceOp(pad, generate);
    return success();
  }
};

/// What MLIR has no bufferisation for, or a wrong one.
LogicalResult spellOut(ModuleOp module) {
  RewritePatternSet patterns(module.getContext());
  patterns.add<PadByDefinition>(module.getContext());
  tensor::populateDecomposeTensorConcatPatterns(patterns);
  return applyPatternsGreedily(module, std::move(patterns),
                               GreedyRewriteConfig().enableFolding(false));
}

/// memref.copy would need MLIR's runner library.
LogicalResult copyByLoops(OpBuilder &b, Location loc, Value from, Value to) {
  linalg::CopyOp::create(b, loc, from, to);
  return success();
}

} // namespace

FailureOr<KernelPlan> bufferizeReference(ModuleOp module, const std::string &prefix) {
  func::FuncOp kernel = kernelFunction(module);
  if (failed(spellOut(module)))
    return failure();
  Builder builder(module.getContext());
  for (unsigned i = 0; i < kernel.getNumArguments(); ++i)
    kernel.setArgAttrs(i, builder.getDictionaryAttr(builder.getNamedAttr(
                              bufferization::BufferizationDialect::kWritableAttrName,
                              builder.getBoolAttr(false))));
  bufferization::OneShotBufferizationOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.setFunctionBoundaryTypeConversion(bufferization::LayoutMapOption::IdentityLayoutMap);
  options.allowReturnAllocsFromLoops = true;
  options.memCpyFn = copyByLoops;
  bufferization::BufferizationState state;
  if (failed(bufferization::runOneShotModuleBufferize(module, options, state)))
    return failure();
  bufferization::BufferResultsToOutParamsOpts results;
  results.modifyPublicFunctions = true;
  results.memCpyFn = copyByLoops;
  if (failed(bufferization::promoteBufferResultsToOutParams(module, results)))
    return failure();
  PassManager passes(module.getContext());
  passes.nest<func::FuncOp>().addPass(createConvertLinalgToLoopsPass());
  if (failed(passes.run(module)))
    return failure();

  Stage stage;
  stage.symbol = prefix + "_s0";
  kernel.setName(stage.symbol);
  unsigned buffers = kernel.getNumArguments();
  for (unsigned i = 0; i < buffers; ++i) {
    stage.buffers.push_back({BufferRef::Kind::argument, i});
    kernel.setArgAttr(i, "llvm.noalias", builder.getUnitAttr());
  }
  for (int bound = 0; bound < 2; ++bound) // of its one unit, begin and end
    if (failed(kernel.insertArgument(kernel.getNumArguments(), builder.getIndexType(), {},
                                     kernel.getLoc())))
      return failure();
  KernelPlan plan;
  plan.stages.push_back(std::move(stage));
  return plan;
}

} // namespace alt
