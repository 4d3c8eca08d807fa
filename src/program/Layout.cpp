#include "program/Layout.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "program/Simplify.h"
#include "llvm/ADT/STLExtras.h"
#include <numeric>

namespace alt {

using namespace mlir;

namespace {

using Permutation = SmallVector<int64_t>;

/// On a transpose that leads back from channels last: it sinks. The others are met by it, and stay.
constexpr llvm::StringLiteral sinks = "alt.sinks";

Permutation inverse(ArrayRef<int64_t> permutation) {
  Permutation result(permutation.size());
  for (auto [i, p] : llvm::enumerate(permutation))
    result[p] = int64_t(i);
  return result;
}

bool isIdentity(ArrayRef<int64_t> permutation) {
  return llvm::equal(permutation, llvm::seq<int64_t>(0, int64_t(permutation.size())));
}

template <class T> SmallVector<T> permuted(ArrayRef<T> values, ArrayRef<int64_t> permutation) {
  SmallVector<T> result;
  for (int64_t p : permutation)
    result.push_back(values[p]);
  return result;
}

class ChannelsLast {
public:
  explicit ChannelsLast(func::FuncOp function)
      : function(function), rewriter(function.getContext()) {}

  void run() {
    for (Operation &op : llvm::make_early_inc_range(function.getBody().front()))
      convert(&op);
    // Transposes only ever move down (or up through a pad, once): this ends.
    while (moveOne())
      ;
    for (auto transpose :
         llvm::make_early_inc_range(function.getBody().front().getOps<linalg::TransposeOp>()))
      toReshape(transpose);
  }

private:
  Value emptyTensor(Location loc, ArrayRef<int64_t> shape, Type element) {
    return tensor::EmptyOp::create(rewriter, loc, shape, element);
  }

  Value transpose(Location loc, Value value, ArrayRef<int64_t> permutation, bool isSinking) {
    if (isIdentity(permutation))
      return value;
    auto type = cast<RankedTensorType>(value.getType());
    Value empty = emptyTensor(loc, permuted(type.getShape(), permutation), type.getElementType());
    auto op = linalg::TransposeOp::create(rewriter, loc, value, empty, permutation);
    if (isSinking)
      op->setAttr(sinks, rewriter.getUnitAttr());
    return op->getResult(0);
  }

  static linalg::TransposeOp sinking(Value value) {
    auto op = value.getDefiningOp<linalg::TransposeOp>();
    return op && op->hasAttr(sinks) ? op : linalg::TransposeOp();
  }

  // --- channels first -> last

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
    Value image = transpose(loc, from.getDpsInputOperand(0)->get(), last, false);
    Value weights = from.getDpsInputOperand(1)->get();
    int64_t rank = cast<RankedTensorType>(weights.getType()).getRank();
    Permutation order; // spatial..., then input channels, output channels
    for (int64_t i = filter == Filter::dense ? 2 : 1; i < rank; ++i)
      order.push_back(i);
    if (filter == Filter::dense)
      order.push_back(1);
    order.push_back(0);
    if (filter != Filter::window)
      weights = transpose(loc, weights, order, false);
    SmallVector<int64_t> shape = permuted(type.getShape(), last);
    Value empty = emptyTensor(loc, shape, type.getElementType());
    Value init = linalg::FillOp::create(rewriter, loc, fill.getInputs()[0], empty).getResult(0);
    auto to = To::create(rewriter, loc, TypeRange(init.getType()), ValueRange{image, weights},
                         ValueRange{init}, from.getStrides(), from.getDilations());
    rewriter.replaceOp(op, transpose(loc, to->getResult(0), inverse(last), true));
    return true;
  }

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
    Value image = transpose(loc, from.getDpsInputOperand(0)->get(), last, false);
    Value weights = transpose(loc, from.getDpsInputOperand(1)->get(), {3, 4, 0, 2, 1}, false);
    Value empty = emptyTensor(loc, permuted(type.getShape(), last), type.getElementType());
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
    rewriter.replaceOp(op, transpose(loc, to.getResult(0), inverse(last), true));
    return true;
  }

  // --- moving transposes

  bool moveOne() {
    for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
      if (isOpTriviallyDead(&op)) {
        rewriter.eraseOp(&op);
        return true;
      }
      rewriter.setInsertionPoint(&op);
      if (auto own = dyn_cast<linalg::TransposeOp>(op)) {
        if (compose(own) || aboveFill(own) || abovePad(own))
          return true;
      } else if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
        if (belowPointwise(generic) || intoMap(generic))
          return true;
      } else if (auto pad = dyn_cast<tensor::PadOp>(op)) {
        if (belowPad(pad))
          return true;
      } else if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
        if (belowConcat(concat))
          return true;
      } else if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
        if (belowExpand(expand))
          return true;
      } else if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
        if (belowCollapse(collapse))
          return true;
      }
    }
    return false;
  }

  // transpose(transpose(x)) is one transpose, or none.
  bool compose(linalg::TransposeOp outer) {
    auto inner = outer.getInput().getDefiningOp<linalg::TransposeOp>();
    if (!inner)
      return false;
    Permutation both = permuted(inner.getPermutation(), outer.getPermutation());
    rewriter.replaceOp(outer,
                       transpose(outer.getLoc(), inner.getInput(), both, inner->hasAttr(sinks)));
    return true;
  }

  bool aboveFill(linalg::TransposeOp op) {
    auto fill = op.getInput().getDefiningOp<linalg::FillOp>();
    if (!fill)
      return false;
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Value empty = emptyTensor(op.getLoc(), type.getShape(), type.getElementType());
    rewriter.replaceOpWithNewOp<linalg::FillOp>(op, fill.getInputs()[0], empty);
    return true;
  }

  Value padded(tensor::PadOp pad, Value source, ArrayRef<int64_t> permutation) {
    SmallVector<OpFoldResult> low = permuted<OpFoldResult>(pad.getMixedLowPad(), permutation);
    SmallVector<OpFoldResult> high = permuted<OpFoldResult>(pad.getMixedHighPad(), permutation);
    auto type = pad.getResultType();
    auto fresh =
        RankedTensorType::get(permuted(type.getShape(), permutation), type.getElementType());
    return tensor::PadOp::create(rewriter, pad.getLoc(), fresh, source, low, high,
                                 pad.getConstantPaddingValue());
  }

  // On the way to channels last, the smaller tensor is transposed, and the pad stays with its
  // reader.
  bool abovePad(linalg::TransposeOp op) {
    auto pad = op.getInput().getDefiningOp<tensor::PadOp>();
    if (!pad || op->hasAttr(sinks) || !pad->hasOneUse() || !pad.getConstantPaddingValue())
      return false;
    Permutation permutation(op.getPermutation());
    Value source = transpose(op.getLoc(), pad.getSource(), permutation, false);
    rewriter.replaceOp(op, padded(pad, source, permutation));
    return true;
  }

  bool belowPad(tensor::PadOp pad) {
    linalg::TransposeOp above = sinking(pad.getSource());
    if (!above || !pad.getConstantPaddingValue())
      return false;
    Permutation back = inverse(above.getPermutation());
    Value fresh = padded(pad, above.getInput(), back);
    rewriter.replaceOp(pad, transpose(pad.getLoc(), fresh, above.getPermutation(), true));
    return true;
  }

  bool belowConcat(tensor::ConcatOp concat) {
    linalg::TransposeOp above;
    for (Value input : concat.getInputs())
      if (!above)
        above = sinking(input);
    if (!above)
      return false;
    Permutation permutation(above.getPermutation()), back = inverse(permutation);
    SmallVector<Value> inputs;
    for (Value input : concat.getInputs())
      inputs.push_back(transpose(concat.getLoc(), input, back, false));
    auto fresh = tensor::ConcatOp::create(rewriter, concat.getLoc(),
                                          uint64_t(permutation[concat.getDim()]), inputs);
    rewriter.replaceOp(concat, transpose(concat.getLoc(), fresh, permutation, true));
    return true;
  }

  // The loops run in the transposed order: what comes out is transposed once.
  bool belowPointwise(linalg::GenericOp op) {
    if (!isPointwise(op) || op->getNumResults() != 1 ||
        !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
      return false;
    linalg::TransposeOp above;
    for (OpOperand *input : op.getDpsInputOperands())
      if (!above && op.getMatchingIndexingMap(input).isIdentity())
        above = sinking(input->get());
    if (!above || op.hasIndexSemantics())
      return false;
    Permutation permutation(above.getPermutation()), back = inverse(permutation);
    SmallVector<AffineExpr> renamed; // loop i is loop permutation[i] now
    for (int64_t p : permutation)
      renamed.push_back(rewriter.getAffineDimExpr(unsigned(p)));
    unsigned loops = op.getNumLoops();
    SmallVector<Value> inputs;
    SmallVector<AffineMap> maps;
    for (OpOperand *input : op.getDpsInputOperands()) {
      AffineMap map = op.getMatchingIndexingMap(input);
      if (map.isIdentity()) {
        inputs.push_back(transpose(op.getLoc(), input->get(), back, false));
        maps.push_back(map);
      } else {
        inputs.push_back(input->get());
        maps.push_back(map.replaceDimsAndSymbols(renamed, {}, loops, 0));
      }
    }
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Value empty = emptyTensor(op.getLoc(), permuted(type.getShape(), back), type.getElementType());
    maps.push_back(rewriter.getMultiDimIdentityMap(loops));
    auto fresh =
        linalg::GenericOp::create(rewriter, op.getLoc(), TypeRange(empty.getType()), inputs,
                                  ValueRange{empty}, maps, op.getIteratorTypesArray());
    rewriter.inlineRegionBefore(op.getRegion(), fresh.getRegion(), fresh.getRegion().end());
    rewriter.replaceOp(op, transpose(op.getLoc(), fresh.getResult(0), permutation, true));
    return true;
  }

  // What is read in another order need not be stored in it.
  bool intoMap(linalg::GenericOp op) {
    bool changed = false;
    for (OpOperand *input : op.getDpsInputOperands()) {
      linalg::TransposeOp above = sinking(input->get());
      AffineMap map = op.getMatchingIndexingMap(input);
      if (!above || (isPointwise(op) && map.isIdentity()))
        continue;
      SmallVector<AffineExpr> results(map.getNumResults());
      for (auto [i, p] : llvm::enumerate(above.getPermutation()))
        results[p] = map.getResult(unsigned(i));
      SmallVector<AffineMap> maps = op.getIndexingMapsArray();
      maps[input->getOperandNumber()] =
          AffineMap::get(map.getNumDims(), 0, results, rewriter.getContext());
      rewriter.modifyOpInPlace(op, [&] {
        input->set(above.getInput());
        op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
      });
      changed = true;
    }
    return changed;
  }

  bool belowExpand(tensor::ExpandShapeOp op) {
    linalg::TransposeOp above = sinking(op.getSrc());
    if (!above)
      return false;
    ArrayRef<int64_t> shape = op.getResultType().getShape();
    SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
    Permutation back = inverse(above.getPermutation());
    // The groups in the order of the dimensions below the transpose.
    SmallVector<ReassociationIndices> fresh;
    SmallVector<int64_t> freshShape;
    Permutation position(shape.size());
    for (int64_t from : back) {
      ReassociationIndices &group = fresh.emplace_back();
      for (int64_t dim : groups[from]) {
        position[dim] = int64_t(freshShape.size());
        group.push_back(int64_t(freshShape.size()));
        freshShape.push_back(shape[dim]);
      }
    }
    auto type = RankedTensorType::get(freshShape, op.getResultType().getElementType());
    Value expanded =
        tensor::ExpandShapeOp::create(rewriter, op.getLoc(), type, above.getInput(), fresh);
    rewriter.replaceOp(op, transpose(op.getLoc(), expanded, position, true));
    return true;
  }

  // Groups stay together below; where one does not lie in order there, it is brought in order
  // first.
  bool belowCollapse(tensor::CollapseShapeOp op) {
    linalg::TransposeOp above = sinking(op.getSrc());
    if (!above)
      return false;
    ArrayRef<int64_t> permutation = above.getPermutation();
    SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
    SmallVector<int64_t> order(groups.size());
    std::iota(order.begin(), order.end(), 0);
    auto first = [&](int64_t group) {
      int64_t least = permutation[groups[group].front()];
      for (int64_t dim : groups[group])
        least = std::min(least, permutation[dim]);
      return least;
    };
    llvm::sort(order, [&](int64_t a, int64_t b) { return first(a) < first(b); });
    Permutation gathered; // dimensions of above's input, group by group
    SmallVector<ReassociationIndices> fresh;
    for (int64_t group : order) {
      ReassociationIndices &indices = fresh.emplace_back();
      for (int64_t dim : groups[group]) {
        indices.push_back(int64_t(gathered.size()));
        gathered.push_back(permutation[dim]);
      }
    }
    // Not worth it when nothing but an order of its own would be left to sink.
    if (!isIdentity(gathered) && isIdentity(order))
      return false;
    Value source = transpose(op.getLoc(), above.getInput(), gathered, false);
    Value collapsed = tensor::CollapseShapeOp::create(rewriter, op.getLoc(), source, fresh);
    rewriter.replaceOp(op, transpose(op.getLoc(), collapsed, inverse(order), true));
    return true;
  }

  // A transpose that moves only dimensions of extent one moves no data.
  void toReshape(linalg::TransposeOp op) {
    auto type = cast<RankedTensorType>(op.getInput().getType());
    SmallVector<int64_t> kept;
    for (int64_t p : op.getPermutation())
      if (type.getDimSize(p) != 1)
        kept.push_back(p);
    op->removeAttr(sinks);
    if (!llvm::is_sorted(kept))
      return;
    rewriter.setInsertionPoint(op);
    auto result = cast<RankedTensorType>(op->getResult(0).getType());
    ReassociationIndices all;
    for (int64_t i = 0; i < type.getRank(); ++i)
      all.push_back(i);
    SmallVector<ReassociationIndices> one = {all};
    Value flat = tensor::CollapseShapeOp::create(rewriter, op.getLoc(), op.getInput(), one);
    rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(op, result, flat, one);
  }

  func::FuncOp function;
  IRRewriter rewriter;
};

} // namespace

void toChannelsLast(func::FuncOp function) { ChannelsLast(function).run(); }

} // namespace alt
