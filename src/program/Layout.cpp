#include "program/Layout.h"
#include "program/MoveTransposes.h"
#include "program/Transposes.h"

namespace alt {

using namespace mlir;

namespace {

/// One op from channels first to channels last, between transposes.
class ChannelsLast {
public:
  explicit ChannelsLast(MLIRContext *context) : rewriter(context) {}

  void convert(Operation *op) {
    using namespace linalg;
    (void)(rewrite<Conv2DNchwFchwOp, Conv2DNhwcHwcfOp>(op, Filter::dense) ||
           rewrite<Conv1DNcwFcwOp, Conv1DNwcWcfOp>(op, Filter::dense) ||
           rewrite<Conv3DNcdhwFcdhwOp, Conv3DNdhwcDhwcfOp>(op, Filter::dense) ||
           rewrite<DepthwiseConv2DNchwChwOp, DepthwiseConv2DNhwcHwcOp>(op, Filter::depthwise) ||
           rewrite<DepthwiseConv1DNcwCwOp, DepthwiseConv1DNwcWcOp>(op, Filter::depthwise) ||
           rewrite<PoolingNchwMaxOp, PoolingNhwcMaxOp>(op, Filter::window) ||
           rewrite<PoolingNchwSumOp, PoolingNhwcSumOp>(op, Filter::window) ||
           rewrite<PoolingNcwMaxOp, PoolingNwcMaxOp>(op, Filter::window) ||
           rewrite<PoolingNcwSumOp, PoolingNwcSumOp>(op, Filter::window) || grouped(op));
  }

private:
  /// "n c spatial... -> n spatial... c", as linalg.transpose counts.
  static Permutation toLast(int64_t rank) {
    Permutation permutation = {0};
    for (int64_t i = 2; i < rank; ++i)
      permutation.push_back(i);
    permutation.push_back(1);
    return permutation;
  }

  enum class Filter { dense, depthwise, window };

  template <class From, class To> bool rewrite(Operation *op, Filter filter) {
    auto from = dyn_cast<From>(op);
    if (!from || !from.hasPureTensorSemantics())
      return false;
    auto fill = from.getDpsInitOperand(0)->get().template getDefiningOp<linalg::FillOp>();
    if (!fill)
      return false; // separateBias has made it one, but for a maximum that starts from a tensor
    rewriter.setInsertionPoint(op);
    Location loc = op->getLoc();
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Permutation last = toLast(type.getRank());
    Value image = transpose(rewriter, loc, from.getDpsInputOperand(0)->get(), last, false);
    Value weights = from.getDpsInputOperand(1)->get();
    int64_t rank = cast<RankedTensorType>(weights.getType()).getRank();
    Permutation order; // spatial..., then input channels, output channels
    for (int64_t i = filter == Filter::dense ? 2 : 1; i < rank; ++i)
      order.push_back(i);
    if (filter == Filter::dense)
      order.push_back(1);
    order.push_back(0);
    if (filter != Filter::window)
      weights = transpose(rewriter, loc, weights, order, false);
    SmallVector<int64_t> shape = permuted(type.getShape(), last);
    Value empty = emptyTensor(rewriter, loc, shape, type.getElementType());
    Value init = linalg::FillOp::create(rewriter, loc, fill.getInputs()[0], empty).getResult(0);
    auto to = To::create(rewriter, loc, TypeRange(init.getType()), ValueRange{image, weights},
                         ValueRange{init}, from.getStrides(), from.getDilations());
    rewriter.replaceOp(op, transpose(rewriter, loc, to->getResult(0), inverse(last), true));
    return true;
  }

  // n g c h w * g f c kh kw -> n h w g c * kh kw g c f; upstream has no such named op.
  bool grouped(Operation *op) {
    auto from = dyn_cast<linalg::Conv2DNgchwGfchwOp>(op);
    if (!from || !from.hasPureTensorSemantics())
      return false;
    auto fill = from.getDpsInitOperand(0)->get().getDefiningOp<linalg::FillOp>();
    if (!fill)
      return false;
    rewriter.setInsertionPoint(op);
    Location loc = op->getLoc();
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    const Permutation last = {0, 3, 4, 1, 2};
    Value image = transpose(rewriter, loc, from.getDpsInputOperand(0)->get(), last, false);
    Value weights =
        transpose(rewriter, loc, from.getDpsInputOperand(1)->get(), {3, 4, 0, 2, 1}, false);
    Value empty =
        emptyTensor(rewriter, loc, permuted(type.getShape(), last), type.getElementType());
    Value init = linalg::FillOp::create(rewriter, loc, fill.getInputs()[0], empty).getResult(0);
    auto numbers = [](DenseIntElementsAttr attr) {
      return llvm::to_vector(attr.getValues<int64_t>());
    };
    SmallVector<int64_t> step = numbers(from.getStrides()), spread = numbers(from.getDilations());
    AffineExpr n, h, w, g, f, kh, kw, c;
    bindDims(rewriter.getContext(), n, h, w, g, f, kh, kw, c);
    auto map = [&](ArrayRef<AffineExpr> results) {
      return AffineMap::get(8, 0, results, rewriter.getContext());
    };
    SmallVector<AffineMap> maps = {
        map({n, h * step[0] + kh * spread[0], w * step[1] + kw * spread[1], g, c}),
        map({kh, kw, g, c, f}), map({n, h, w, g, f})};
    SmallVector<utils::IteratorType> loops(5, utils::IteratorType::parallel);
    loops.append(3, utils::IteratorType::reduction);
    auto to = linalg::GenericOp::create(rewriter, loc, TypeRange(init.getType()),
                                        ValueRange{image, weights}, ValueRange{init}, maps, loops);
    rewriter.cloneRegionBefore(op->getRegion(0), to.getRegion(), to.getRegion().end());
    rewriter.replaceOp(op, transpose(rewriter, loc, to.getResult(0), inverse(last), true));
    return true;
  }

  IRRewriter rewriter;
};

} // namespace

void toChannelsLast(func::FuncOp function) {
  ChannelsLast channelsLast(function.getContext());
  for (Operation &op : llvm::make_early_inc_range(function.getBody().front()))
    channelsLast.convert(&op);
  moveTransposes(function);
}

} // namespace alt
