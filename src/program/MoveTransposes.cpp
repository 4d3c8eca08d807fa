#include "program/MoveTransposes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "program/Simplify.h"
#include "program/Transposes.h"
#include "llvm/ADT/STLExtras.h"
#include <numeric>

namespace alt {

using namespace mlir;

namespace {

class TransposeMover {
public:
  explicit TransposeMover(func::FuncOp function)
      : function(function), rewriter(function.getContext()) {}

  void run() {
    // Transposes only ever move down (or up through a pad, once): this ends.
    while (moveOne())
      ;
    for (auto transpose :
         llvm::make_early_inc_range(function.getBody().front().getOps<linalg::TransposeOp>()))
      toReshape(transpose);
  }

private:
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
      } else if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
        if (belowSlice(slice))
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

  // transpose(rewriter, transpose(rewriter, x)) is one transpose, or none.
  bool compose(linalg::TransposeOp outer) {
    auto inner = outer.getInput().getDefiningOp<linalg::TransposeOp>();
    if (!inner)
      return false;
    Permutation both = permuted(inner.getPermutation(), outer.getPermutation());
    rewriter.replaceOp(outer, transpose(rewriter, outer.getLoc(), inner.getInput(), both,
                                        inner->hasAttr(sinksAttr)));
    return true;
  }

  bool aboveFill(linalg::TransposeOp op) {
    auto fill = op.getInput().getDefiningOp<linalg::FillOp>();
    if (!fill)
      return false;
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Value empty = emptyTensor(rewriter, op.getLoc(), type.getShape(), type.getElementType());
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
    if (!pad || op->hasAttr(sinksAttr) || !pad->hasOneUse() || !pad.getConstantPaddingValue())
      return false;
    Permutation permutation(op.getPermutation());
    Value source = transpose(rewriter, op.getLoc(), pad.getSource(), permutation, false);
    rewriter.replaceOp(op, padded(pad, source, permutation));
    return true;
  }

  bool belowPad(tensor::PadOp pad) {
    linalg::TransposeOp above = sinking(pad.getSource());
    if (!above || !pad.getConstantPaddingValue())
      return false;
    Permutation back = inverse(above.getPermutation());
    Value fresh = padded(pad, above.getInput(), back);
    rewriter.replaceOp(pad, transpose(rewriter, pad.getLoc(), fresh, above.getPermutation(), true));
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
      inputs.push_back(transpose(rewriter, concat.getLoc(), input, back, false));
    auto fresh = tensor::ConcatOp::create(rewriter, concat.getLoc(),
                                          uint64_t(permutation[concat.getDim()]), inputs);
    rewriter.replaceOp(concat, transpose(rewriter, concat.getLoc(), fresh, permutation, true));
    return true;
  }

  bool belowSlice(tensor::ExtractSliceOp slice) {
    linalg::TransposeOp above = sinking(slice.getSource());
    if (!above || slice.getResultType().getRank() != slice.getSourceType().getRank())
      return false;
    Permutation back = inverse(above.getPermutation());
    auto fresh =
        tensor::ExtractSliceOp::create(rewriter, slice.getLoc(), above.getInput(),
                                       permuted<OpFoldResult>(slice.getMixedOffsets(), back),
                                       permuted<OpFoldResult>(slice.getMixedSizes(), back),
                                       permuted<OpFoldResult>(slice.getMixedStrides(), back));
    rewriter.replaceOp(slice,
                       transpose(rewriter, slice.getLoc(), fresh, above.getPermutation(), true));
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
        inputs.push_back(transpose(rewriter, op.getLoc(), input->get(), back, false));
        maps.push_back(map);
      } else {
        inputs.push_back(input->get());
        maps.push_back(map.replaceDimsAndSymbols(renamed, {}, loops, 0));
      }
    }
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Value empty =
        emptyTensor(rewriter, op.getLoc(), permuted(type.getShape(), back), type.getElementType());
    maps.push_back(rewriter.getMultiDimIdentityMap(loops));
    auto fresh =
        linalg::GenericOp::create(rewriter, op.getLoc(), TypeRange(empty.getType()), inputs,
                                  ValueRange{empty}, maps, op.getIteratorTypesArray());
    rewriter.inlineRegionBefore(op.getRegion(), fresh.getRegion(), fresh.getRegion().end());
    rewriter.replaceOp(op, transpose(rewriter, op.getLoc(), fresh.getResult(0), permutation, true));
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
    rewriter.replaceOp(op, transpose(rewriter, op.getLoc(), expanded, position, true));
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
    Value source = transpose(rewriter, op.getLoc(), above.getInput(), gathered, false);
    Value collapsed = tensor::CollapseShapeOp::create(rewriter, op.getLoc(), source, fresh);
    rewriter.replaceOp(op, transpose(rewriter, op.getLoc(), collapsed, inverse(order), true));
    return true;
  }

  // A transpose that moves only dimensions of extent one moves no data.
  void toReshape(linalg::TransposeOp op) {
    auto type = cast<RankedTensorType>(op.getInput().getType());
    SmallVector<int64_t> kept;
    for (int64_t p : op.getPermutation())
      if (type.getDimSize(p) != 1)
        kept.push_back(p);
    op->removeAttr(sinksAttr);
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

void moveTransposes(func::FuncOp function) { TransposeMover(function).run(); }

} // namespace alt
