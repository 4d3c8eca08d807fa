#include "lower/CropPads.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/PatternMatch.h"

namespace alt {

using namespace mlir;

/// Of a pad by known numbers: whether one of them is `wanted`.
static bool padsBy(tensor::PadOp pad, llvm::function_ref<bool(int64_t)> wanted) {
  return llvm::any_of(*getConstantIntValues(pad.getMixedLowPad()), wanted) ||
         llvm::any_of(*getConstantIntValues(pad.getMixedHighPad()), wanted);
}

static bool isKnown(tensor::PadOp pad) {
  return pad.getSourceType().hasStaticShape() && pad.getResultType().hasStaticShape() &&
         getConstantIntValues(pad.getMixedLowPad()) && getConstantIntValues(pad.getMixedHighPad());
}

bool hasKnownCrop(tensor::PadOp pad) {
  return isKnown(pad) && padsBy(pad, [](int64_t count) { return count < 0; });
}

/// All of the result is padding: the region says which, by the same indices.
static void padEverywhere(IRRewriter &rewriter, tensor::PadOp pad) {
  auto generate =
      tensor::GenerateOp::create(rewriter, pad.getLoc(), pad.getResultType(), ValueRange());
  rewriter.inlineRegionBefore(pad.getRegion(), generate.getBody(), generate.getBody().end());
  rewriter.replaceOp(pad, generate);
}

static void separateCrop(IRRewriter &rewriter, tensor::PadOp pad) {
  SmallVector<int64_t> low = *getConstantIntValues(pad.getMixedLowPad()),
                       high = *getConstantIntValues(pad.getMixedHighPad()),
                       kept(pad.getSourceType().getShape()), from(kept.size(), 0);
  for (size_t d = 0; d < kept.size(); ++d) {
    from[d] = std::max<int64_t>(0, -low[d]);
    kept[d] -= from[d] + std::max<int64_t>(0, -high[d]);
    low[d] = std::max<int64_t>(0, low[d]);
    high[d] = std::max<int64_t>(0, high[d]);
  }
  rewriter.setInsertionPoint(pad);
  if (llvm::any_of(kept, [](int64_t extent) { return extent <= 0; }))
    return padEverywhere(rewriter, pad);
  auto indices = [&](ArrayRef<int64_t> values) {
    return getAsIndexOpFoldResult(rewriter.getContext(), values);
  };
  SmallVector<int64_t> ones(kept.size(), 1);
  Value middle = tensor::ExtractSliceOp::create(rewriter, pad.getLoc(), pad.getSource(),
                                                indices(from), indices(kept), indices(ones));
  if (!padsBy(pad, [](int64_t count) { return count > 0; }))
    return rewriter.replaceOp(pad, middle);
  auto adding = tensor::PadOp::create(rewriter, pad.getLoc(), pad.getResultType(), middle,
                                      indices(low), indices(high), pad.getNofold());
  rewriter.inlineRegionBefore(pad.getRegion(), adding.getRegion(), adding.getRegion().end());
  rewriter.replaceOp(pad, adding);
}

void separateCrops(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  SmallVector<tensor::PadOp> pads;
  function.walk([&](tensor::PadOp pad) {
    if (isKnown(pad))
      pads.push_back(pad);
  });
  for (tensor::PadOp pad : pads)
    if (hasKnownCrop(pad))
      separateCrop(rewriter, pad);
    else if (!padsBy(pad, [](int64_t count) { return count != 0; }))
      rewriter.replaceOp(pad, pad.getSource());
}

} // namespace alt
