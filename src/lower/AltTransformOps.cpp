#include "lower/AltTransformOps.h"
#include "lower/Im2col.h"
#include "lower/PackOperand.h"
#include "lower/TransposeOperand.h"
#include "lower/VectorizeTile.h"
#include "lower/Winograd.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#define GET_OP_CLASSES
#include "AltTransformOps.cpp.inc"

using namespace mlir;

DiagnosedSilenceableFailure transform::VectorizeTileOp::apply(TransformRewriter &rewriter,
                                                              TransformResults &,
                                                              TransformState &state) {
  for (Operation *target : state.getPayloadOps(getTarget()))
    if (failed(alt::vectorizeTiles(
            rewriter, target,
            {static_cast<int64_t>(getLanes()), static_cast<int64_t>(getMaxTile()), getDotProducts()})))
      return emitDefaultSilenceableFailure(target);
  return DiagnosedSilenceableFailure::success();
}

void transform::VectorizeTileOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  onlyReadsHandle(getTargetMutable(), effects);
  modifiesPayload(effects);
}

static SmallVector<linalg::LinalgOp> linalgOps(transform::TransformState &state, Value handle) {
  SmallVector<linalg::LinalgOp> ops;
  for (Operation *target : state.getPayloadOps(handle))
    if (auto op = dyn_cast<linalg::LinalgOp>(target))
      ops.push_back(op);
  return ops;
}

DiagnosedSilenceableFailure transform::PackOperandOp::apply(TransformRewriter &rewriter,
                                                            TransformResults &,
                                                            TransformState &state) {
  if (failed(alt::packOperand(rewriter, linalgOps(state, getTarget()), getOperand(), getTile(),
                              {static_cast<int64_t>(getSteps()), static_cast<int64_t>(getDimension()),
                               static_cast<int64_t>(getMultiple())})))
    return emitDefaultSilenceableFailure(getOperation());
  return DiagnosedSilenceableFailure::success();
}

void transform::PackOperandOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  onlyReadsHandle(getTargetMutable(), effects);
  modifiesPayload(effects);
}

DiagnosedSilenceableFailure transform::TransposeOperandOp::apply(TransformRewriter &rewriter,
                                                                 TransformResults &,
                                                                 TransformState &state) {
  if (failed(alt::transposeOperand(rewriter, linalgOps(state, getTarget()), getOperand(),
                                   getDimension())))
    return emitDefaultSilenceableFailure(getOperation());
  return DiagnosedSilenceableFailure::success();
}

void transform::TransposeOperandOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  onlyReadsHandle(getTargetMutable(), effects);
  modifiesPayload(effects);
}

DiagnosedSilenceableFailure transform::ScheduleOp::apply(TransformRewriter &, TransformResults &,
                                                         TransformState &) {
  return emitDefiniteFailure()
         << "stands for the ops that `alt tune --schedule` writes in its place";
}

void transform::ScheduleOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  onlyReadsHandle(getTargetMutable(), effects);
  onlyReadsHandle(getParamsMutable(), effects);
  modifiesPayload(effects);
}

LogicalResult transform::ScheduleOp::verify() {
  if (getKnobs().size() != getParams().size())
    return emitOpError("has ") << getKnobs().size() << " names for " << getParams().size()
                               << " parameters";
  return success();
}

DiagnosedSilenceableFailure transform::WinogradOp::apply(TransformRewriter &rewriter,
                                                         TransformResults &, TransformState &state) {
  alt::WinogradBlocking blocking{static_cast<int64_t>(getM()), static_cast<int64_t>(getUnit()),
                                 static_cast<int64_t>(getShare().value_or(0)),
                                 static_cast<int64_t>(getBatch()), static_cast<int64_t>(getFilters()),
                                 static_cast<int64_t>(getLanes())};
  for (Operation *target : llvm::to_vector(state.getPayloadOps(getTarget())))
    if (auto op = dyn_cast<linalg::LinalgOp>(target);
        !op || failed(alt::convolveByWinograd(rewriter, op, blocking)))
      return emitDefaultSilenceableFailure(getOperation());
  return DiagnosedSilenceableFailure::success();
}

void transform::WinogradOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  consumesHandle(getTargetMutable(), effects);
  modifiesPayload(effects);
}

DiagnosedSilenceableFailure transform::Im2colOp::apply(TransformRewriter &rewriter,
                                                       TransformResults &, TransformState &state) {
  if (failed(alt::convolveByPatches(rewriter, linalgOps(state, getTarget()),
                                    static_cast<int64_t>(getLanes()))))
    return emitDefaultSilenceableFailure(getOperation());
  return DiagnosedSilenceableFailure::success();
}

void transform::Im2colOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  consumesHandle(getTargetMutable(), effects);
  modifiesPayload(effects);
}

namespace {
class AltTransformExtension
    : public transform::TransformDialectExtension<AltTransformExtension> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(AltTransformExtension)
  void init() {
    declareGeneratedDialect<affine::AffineDialect>();
    declareGeneratedDialect<arith::ArithDialect>();
    declareGeneratedDialect<scf::SCFDialect>();
    declareGeneratedDialect<tensor::TensorDialect>();
    declareGeneratedDialect<vector::VectorDialect>();
    registerTransformOps<
#define GET_OP_LIST
#include "AltTransformOps.cpp.inc"
        >();
  }
};
} // namespace

void alt::registerAltTransformOps(DialectRegistry &registry) {
  registry.addExtensions<AltTransformExtension>();
}
