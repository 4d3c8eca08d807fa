#include "lower/Im2col.h"
#include "lower/Prepare.h"
#include "lower/VectorCode.h"
#include "lower/WindowedConvolution.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace alt {

using namespace mlir;

namespace {

using FilterAxis = WindowedConvolution::FilterAxis;

class PatchRewriter {
public:
  PatchRewriter(RewriterBase &b, linalg::LinalgOp conv, const WindowedConvolution &shape,
                int64_t lanes)
      : b(b), loc(conv.getLoc()), conv(conv), shape(shape), code(b, loc, lanes),
        taps(shape.windowRows * shape.windowColumns * shape.inChannels) {}

  /// The filter as a matrix is made for the first part, and serves them all.
  void rewrite(Value &filter) {
    if (!filter)
      filter = flatFilter();
    Value pixels = flatSource();
    b.setInsertionPoint(conv);
    b.replaceOp(conv, multiply(gather(pixels), filter)->getResults());
  }

private:
  /// The filter as [k, f], k in the order of a patch: rows and columns of the window, channels.
  Value flatFilter() {
    b.setInsertionPointAfterValue(shape.filter);
    Value filter = shape.filter;
    const SmallVector<FilterAxis> order{FilterAxis::windowRow, FilterAxis::windowColumn,
                                        FilterAxis::channel, FilterAxis::feature};
    if (shape.filterAxes != order)
      filter = inOrder(order);
    return tensor::CollapseShapeOp::create(b, loc, filter,
                                           ArrayRef<ReassociationIndices>{{0, 1, 2}, {3}});
  }

  Value inOrder(ArrayRef<FilterAxis> order) {
    SmallVector<AffineExpr> from;
    for (FilterAxis axis : shape.filterAxes)
      from.push_back(b.getAffineDimExpr(llvm::find(order, axis) - order.begin()));
    Value empty = tensor::EmptyOp::create(
        b, loc, {shape.windowRows, shape.windowColumns, shape.inChannels, shape.outChannels},
        shape.element());
    SmallVector<utils::IteratorType> parallel(4, utils::IteratorType::parallel);
    auto copy = linalg::GenericOp::create(
        b, loc, TypeRange{empty.getType()}, ValueRange{shape.filter}, ValueRange{empty},
        ArrayRef<AffineMap>{AffineMap::get(4, 0, from, b.getContext()),
                            b.getMultiDimIdentityMap(4)},
        parallel, [](OpBuilder &body, Location l, ValueRange x) {
          linalg::YieldOp::create(body, l, x.front());
        });
    int64_t sides = 0;
    conv->getParentOfType<func::FuncOp>().walk(
        [&](Operation *op) { sides += op->hasAttr(sideAttr); });
    copy->setAttr(sideAttr, b.getI64IntegerAttr(sides));
    return copy.getResult(0);
  }

  /// Columns and channels as one dimension: what a row of the window covers then lies in a piece.
  Value flatSource() {
    b.setInsertionPointAfterValue(shape.source);
    return tensor::CollapseShapeOp::create(b, loc, shape.source,
                                           ArrayRef<ReassociationIndices>{{0}, {1}, {2, 3}});
  }

  /// patches[n, h, w, k]
  Value gather(Value pixels) {
    Value empty = tensor::EmptyOp::create(b, loc, {shape.images, shape.height, shape.width, taps},
                                          shape.element());
    return code.loop(shape.images, 1, empty, [&](Value n, Value images) {
      return code.loop(shape.height, 1, images, [&](Value h, Value rows) {
        return code.loop(shape.width, 1, rows, [&](Value w, Value patches) {
          return gatherPatch(pixels, {n, h, w}, patches);
        });
      });
    });
  }

  Value gatherPatch(Value pixels, ArrayRef<Value> output, Value patches) {
    auto first = [&](unsigned d, int64_t stride) {
      Value start = getValueOrCreateConstantIndexOp(b, loc, shape.start[d]);
      return code.add(start, code.affine(b.getAffineDimExpr(0) * stride, output[d]));
    };
    Value image = first(0, 1), row = first(1, shape.stride[0]), column = first(2, shape.stride[1]);
    auto copy = [&](bool masked) {
      return copyWindow(pixels, {image, row, column}, output, patches, masked);
    };
    if (!shape.padded)
      return copy(false);
    int64_t rows = (shape.windowRows - 1) * shape.dilation[0] + 1,
            columns = (shape.windowColumns - 1) * shape.dilation[1] + 1;
    Value inside = code.both(code.within(row, 0, shape.sourceType().getDimSize(1) - rows),
                             code.within(column, 0, shape.sourceType().getDimSize(2) - columns));
    return code.either(
        inside, patches.getType(), [&] { return copy(false); }, [&] { return copy(true); });
  }

  /// In runs along a row of the window, or tap by tap where these do not lie side by side or may be
  /// outside (`masked`).
  Value copyWindow(Value pixels, ArrayRef<Value> from, ArrayRef<Value> output, Value patches,
                   bool masked) {
    bool together = !masked && shape.dilation[1] == 1;
    int64_t run = shape.inChannels * (together ? shape.windowColumns : 1);
    return code.loop(shape.windowRows, 1, patches, [&](Value p, Value rows) {
      Value row = code.add(from[1], code.affine(b.getAffineDimExpr(0) * shape.dilation[0], p));
      return code.loop(together ? 1 : shape.windowColumns, 1, rows, [&](Value q, Value taken) {
        Value column = code.add(from[2], code.affine(b.getAffineDimExpr(0) * shape.dilation[1], q));
        Value inside, nearest = row;
        if (masked) {
          int64_t lastRow = shape.sourceType().getDimSize(1) - 1,
                  lastColumn = shape.sourceType().getDimSize(2) - 1;
          inside = code.both(code.within(row, 0, lastRow), code.within(column, 0, lastColumn));
          nearest = code.clamp(row, 0, lastRow);
          column = code.clamp(column, 0, lastColumn);
        }
        Value pixel = times(column, shape.inChannels),
              tap = code.add(times(p, shape.windowColumns * shape.inChannels),
                             times(q, shape.inChannels));
        return code.overVectors(run, taken, [&](Value at, const Chunk &chunk, Value carried) {
          Value value =
              code.read(pixels, {from[0], nearest, code.add(pixel, at)}, chunk, shape.padding, inside);
          return code.write(value, {1, 1}, carried,
                            {output[0], output[1], output[2], code.add(tap, at)}, chunk, true);
        });
      });
    });
  }

  Value times(Value value, int64_t by) { return code.affine(b.getAffineDimExpr(0) * by, value); }

  linalg::LinalgOp multiply(Value patches, Value filter) {
    AffineExpr n, h, w, f, k;
    bindDims(b.getContext(), n, h, w, f, k);
    auto map = [&](ArrayRef<AffineExpr> at) { return AffineMap::get(5, 0, at, b.getContext()); };
    SmallVector<utils::IteratorType> kinds(4, utils::IteratorType::parallel);
    kinds.push_back(utils::IteratorType::reduction);
    auto product = linalg::GenericOp::create(
        b, loc, conv->getResultTypes(), ValueRange{patches, filter}, conv.getDpsInits(),
        ArrayRef<AffineMap>{map({n, h, w, k}), map({k, f}), map({n, h, w, f})}, kinds);
    b.inlineRegionBefore(conv->getRegion(0), product.getRegion(), product.getRegion().end());
    product->setAttr(anchorAttr, b.getUnitAttr());
    return product;
  }

  RewriterBase &b;
  Location loc;
  linalg::LinalgOp conv;
  const WindowedConvolution &shape;
  VectorCode code;
  int64_t taps;
};

} // namespace

LogicalResult convolveByPatches(RewriterBase &b, ArrayRef<linalg::LinalgOp> parts, int64_t lanes) {
  Value filter;
  for (linalg::LinalgOp convolution : parts) {
    b.setInsertionPoint(convolution);
    std::optional<WindowedConvolution> shape = WindowedConvolution::match(b, convolution);
    if (!shape)
      return convolution.emitError("no convolution over two dimensions, channels last");
    if (isa_and_nonnull<tensor::ExtractSliceOp>(shape->filter.getDefiningOp()))
      return convolution.emitError("the filter is tiled: patches serve all of its features");
    Block &body = convolution->getParentOfType<func::FuncOp>().getBody().front();
    PatchRewriter(b, convolution, *shape, lanes).rewrite(filter);
    eraseDead(b, body);
  }
  return success();
}

} // namespace alt
