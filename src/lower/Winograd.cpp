#include "lower/Winograd.h"
#include "lower/Epilogue.h"
#include "lower/Prepare.h"
#include "lower/VectorCode.h"
#include "lower/WindowedConvolution.h"
#include "lower/WinogradTransforms.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace alt {

using namespace mlir;

namespace {

class WinogradRewriter {
public:
  WinogradRewriter(RewriterBase &b, linalg::LinalgOp conv, linalg::LinalgOp root,
                   const WindowedConvolution &shape, const WinogradBlocking &blocking)
      : b(b), loc(conv.getLoc()), conv(conv), root(root), shape(shape), blocking(blocking),
        m(blocking.m), n(m + 2), tileRows(llvm::divideCeil(shape.height, m)),
        tileColumns(llvm::divideCeil(shape.width, m)),
        rowOffset(*getConstantIntValue(shape.start[1])),
        columnOffset(*getConstantIntValue(shape.start[2])), matrices(winogradMatrices(m)),
        code(b, loc, blocking.lanes), epilogue(std::in_place, b, conv, root) {
    conv->getParentOfType<func::FuncOp>().walk(
        [&](Operation *op) { sides += op->hasAttr(sideAttr); });
  }

  /// Whether tiles, units, batches and blocks of channels nest.
  bool nests() const {
    int64_t unit = blocking.unit, share = blocking.share, lessTiles = tiles() % unit;
    bool rows = unit % tileColumns == 0 &&
                (shape.images == 1 || tileRows % (unit / tileColumns) == 0);
    bool wholeBlocks = lastShare() % blocking.filters == 0,
         wholeVectors = blocking.filters == share && share % blocking.lanes == 0;
    return (unit == tiles() || rows) && unit % blocking.batch == 0 &&
           lessTiles % blocking.batch == 0 && share % blocking.filters == 0 &&
           (wholeBlocks || wholeVectors);
  }

  void rewrite() {
    b.setInsertionPoint(conv);
    Value filters = transformFilters();
    // Where the epilogue cannot be taken along, it passes over the result afterwards.
    linalg::LinalgOp last = epilogue->isPointwise() ? root : conv;
    if (last == conv)
      leaveEpilogue();
    b.setInsertionPointAfter(last);
    Value destination = last.getDpsInits()[0];
    if (last == conv)
      destination = tensor::EmptyOp::create(
          b, loc, {shape.images, shape.height, shape.width, shape.outChannels}, shape.element());
    Value none = code.index(0);
    bool several = blocking.unit < tiles() || blocking.share < shape.outChannels;
    Value result = several ? overUnits(filters, destination)
                           : overBatches(filters, {destination, none, none, none, none, {}, {}});
    replace(last, result);
  }

private:
  /// Part of the result: where it starts, and its first tile; where the last one is smaller than the
  /// others, how many tiles and filters it has.
  struct Window {
    Value tensor, tile, image, row, filter, tiles, filters;
  };
  /// A tile's first output.
  struct Place {
    Value image, row, column;
  };

  int64_t tiles() const { return shape.images * tileRows * tileColumns; }
  int64_t shares() const { return llvm::divideCeil(shape.outChannels, blocking.share); }
  int64_t lastShare() const { return shape.outChannels - (shares() - 1) * blocking.share; }

  /// U[i, j, c, f] = sum of G[i, p] * G[j, q] * filter[p, q, c, f], as [i * n + j, c, f]. Zeros make
  /// all shares of one size, for the matmul; what they add up to is not transformed back.
  Value transformFilters() {
    Type element = shape.element();
    auto matrixType = RankedTensorType::get({n, 3}, element);
    SmallVector<Attribute> factors;
    for (const auto &row : matrices.filter)
      for (double factor : row)
        factors.push_back(b.getFloatAttr(element, factor));
    Value matrix =
        arith::ConstantOp::create(b, loc, matrixType, DenseElementsAttr::get(matrixType, factors));
    int64_t padded = shares() * blocking.share;
    auto type = RankedTensorType::get({n, n, shape.inChannels, shape.outChannels}, element);
    SmallVector<int64_t> wide{n, n, shape.inChannels, padded};
    SmallVector<OpFoldResult> first(4, b.getIndexAttr(0)), each(4, b.getIndexAttr(1)), sizes;
    for (int64_t size : type.getShape())
      sizes.push_back(b.getIndexAttr(size));
    Value empty = tensor::EmptyOp::create(b, loc, wide, element);
    Value zeros = markSide(linalg::FillOp::create(b, loc, zero(), empty)).getResult(0), made = zeros;
    if (padded > shape.outChannels)
      made = tensor::ExtractSliceOp::create(b, loc, type, zeros, first, sizes, each);
    AffineExpr i, j, c, f, p, q;
    bindDims(b.getContext(), i, j, c, f, p, q);
    SmallVector<AffineExpr> filterAt;
    for (WindowedConvolution::FilterAxis axis : shape.filterAxes)
      switch (axis) {
      case WindowedConvolution::FilterAxis::windowRow:
        filterAt.push_back(p);
        break;
      case WindowedConvolution::FilterAxis::windowColumn:
        filterAt.push_back(q);
        break;
      case WindowedConvolution::FilterAxis::channel:
        filterAt.push_back(c);
        break;
      case WindowedConvolution::FilterAxis::feature:
        filterAt.push_back(f);
        break;
      }
    auto map = [&](ArrayRef<AffineExpr> at) { return AffineMap::get(6, 0, at, b.getContext()); };
    SmallVector<utils::IteratorType> kinds(4, utils::IteratorType::parallel);
    kinds.append(2, utils::IteratorType::reduction);
    auto transform = linalg::GenericOp::create(
        b, loc, TypeRange{type}, ValueRange{matrix, matrix, shape.filter}, ValueRange{made},
        ArrayRef<AffineMap>{map({i, p}), map({j, q}), map(filterAt), map({i, j, c, f})}, kinds,
        [](OpBuilder &body, Location l, ValueRange x) {
          Value factor = arith::MulFOp::create(body, l, x[0], x[1]);
          Value term = arith::MulFOp::create(body, l, factor, x[2]);
          linalg::YieldOp::create(body, l, arith::AddFOp::create(body, l, x[3], term).getResult());
        });
    made = markSide(transform).getResult(0);
    if (padded > shape.outChannels)
      made = tensor::InsertSliceOp::create(b, loc, made, zeros, first, sizes, each);
    return tensor::CollapseShapeOp::create(b, loc, made,
                                           ArrayRef<ReassociationIndices>{{0, 1}, {2}, {3}});
  }

  /// Threads take rows of tiles and shares of the channels: what they write are then boxes of the
  /// result.
  Value overUnits(Value allFilters, Value destination) {
    int64_t tileRowsOfUnit = blocking.unit / tileColumns;
    int64_t rows = tileRowsOfUnit * m;
    int64_t unitsOfTiles = llvm::divideCeil(tiles(), blocking.unit);
    auto forall = scf::ForallOp::create(
        b, loc, ArrayRef<OpFoldResult>{b.getIndexAttr(unitsOfTiles), b.getIndexAttr(shares())},
        ValueRange{destination}, std::nullopt);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(forall.getBody());
    Value unit = forall.getInductionVar(0);
    AffineExpr d0 = b.getAffineDimExpr(0);
    Value filter = code.affine(d0 * blocking.share, forall.getInductionVar(1)),
          tile = code.affine(d0 * blocking.unit, unit);
    OpFoldResult unitTiles = upTo(tiles(), blocking.unit, tile),
                 filters = upTo(shape.outChannels, blocking.share, filter);
    Value image = code.index(0), row = image;
    OpFoldResult images = b.getIndexAttr(shape.images), height = b.getIndexAttr(shape.height);
    if (unitsOfTiles > 1) {
      int64_t perImage = llvm::divideCeil(tileRows, tileRowsOfUnit);
      AffineExpr inImage = shape.images == 1 ? d0 : d0 % perImage;
      if (shape.images > 1)
        image = code.affine(d0.floorDiv(perImage), unit);
      row = code.affine(inImage * rows, unit);
      images = b.getIndexAttr(1);
      height = upTo(shape.height, rows, row);
    }
    SmallVector<OpFoldResult> offsets{image, row, b.getIndexAttr(0), filter};
    SmallVector<OpFoldResult> sizes{images, height, b.getIndexAttr(shape.width), filters};
    SmallVector<OpFoldResult> strides(4, b.getIndexAttr(1));
    Value shared = forall.getRegionIterArgs()[0];
    Value part = tensor::ExtractSliceOp::create(b, loc, shared, offsets, sizes, strides);
    Value done = overBatches(allFilters, {part, tile, image, row, filter,
                                          dyn_cast<Value>(unitTiles), dyn_cast<Value>(filters)});
    b.setInsertionPointToEnd(forall.getTerminator().getBody());
    tensor::ParallelInsertSliceOp::create(b, loc, done, shared, offsets, sizes, strides);
    return forall.getResult(0);
  }

  /// `size`, or what is left of `extent` from `start` on; a constant where all are alike.
  OpFoldResult upTo(int64_t extent, int64_t size, Value start) {
    if (extent % size == 0)
      return b.getIndexAttr(size);
    SmallVector<AffineExpr> either{b.getAffineConstantExpr(size), extent - b.getAffineDimExpr(0)};
    return affine::makeComposedFoldedAffineMin(b, loc, AffineMap::get(1, 0, either, b.getContext()),
                                               {OpFoldResult(start)});
  }

  Value overBatches(Value filters, const Window &window) {
    auto batches = [&](Value batch, Value result) {
      Value firstTile = code.add(window.tile, batch);
      Value inputs = transformInputs(firstTile);
      auto block = [&](Value inShare, Value carried) {
        Value firstFilter = code.add(window.filter, inShare);
        Value products = multiply(inputs, filters, firstFilter);
        Window here = window;
        here.tensor = carried;
        return transformOutputs(products, firstTile, firstFilter, here);
      };
      bool fewer = window.filters && blocking.filters < blocking.share;
      return fewer ? code.loop(window.filters, blocking.filters, result, block)
                   : code.loop(blocking.share, blocking.filters, result, block);
    };
    return window.tiles ? code.loop(window.tiles, blocking.batch, window.tensor, batches)
                        : code.loop(blocking.unit, blocking.batch, window.tensor, batches);
  }

  Place locate(Value firstTile, Value t) {
    int64_t perImage = tileRows * tileColumns;
    Value tile = code.add(firstTile, t);
    AffineExpr d0 = b.getAffineDimExpr(0), inImage = shape.images == 1 ? d0 : d0 % perImage;
    return {shape.images == 1 ? code.index(0) : code.affine(d0.floorDiv(perImage), tile),
            code.affine(inImage.floorDiv(tileColumns) * m, tile),
            code.affine(d0 % tileColumns * m, tile)};
  }

  /// V[i * n + j, t, c]: the inputs of tile t, transformed.
  Value transformInputs(Value firstTile) {
    Value empty =
        tensor::EmptyOp::create(b, loc, {n * n, blocking.batch, shape.inChannels}, shape.element());
    return code.loop(blocking.batch, 1, empty, [&](Value t, Value transformed) {
      Place place = locate(firstTile, t);
      Value row = code.add(place.row, rowOffset), column = code.add(place.column, columnOffset);
      int64_t height = shape.sourceType().getDimSize(1), width = shape.sourceType().getDimSize(2);
      auto tile = [&](bool masked) {
        auto vectors = [&](Value c, const Chunk &chunk, Value carried) {
          auto read = [&](int64_t i, int64_t j) {
            Value r = code.add(row, i), q = code.add(column, j), inside;
            if (masked) {
              inside = code.both(code.within(r, 0, height - 1), code.within(q, 0, width - 1));
              r = code.clamp(r, 0, height - 1);
              q = code.clamp(q, 0, width - 1);
            }
            return code.read(shape.source, {place.image, r, q, c}, chunk, shape.padding, inside);
          };
          SmallVector<Value> values = transformTile(b, loc, matrices.input, read);
          return code.write(values, {n * n, 1}, carried, {code.index(0), t, c}, chunk, true);
        };
        return code.overVectors(shape.inChannels, transformed, vectors);
      };
      bool alwaysInside = rowOffset >= 0 && columnOffset >= 0 &&
                          rowOffset + tileRows * m + 2 <= height &&
                          columnOffset + tileColumns * m + 2 <= width;
      if (alwaysInside)
        return tile(false);
      Value inside = code.both(code.within(row, 0, height - n), code.within(column, 0, width - n));
      return code.either(
          inside, transformed.getType(), [&] { return tile(false); }, [&] { return tile(true); });
    });
  }

  /// M[a, t, f] = sum over c of V[a, t, c] * U[a, c, f], as three ops that the schedule tiles.
  Value multiply(Value inputs, Value filters, Value firstFilter) {
    SmallVector<OpFoldResult> offsets{b.getIndexAttr(0), b.getIndexAttr(0), firstFilter};
    SmallVector<OpFoldResult> sizes{b.getIndexAttr(n * n), b.getIndexAttr(shape.inChannels),
                                    b.getIndexAttr(blocking.filters)};
    SmallVector<OpFoldResult> strides(3, b.getIndexAttr(1));
    Value slice = tensor::ExtractSliceOp::create(b, loc, filters, offsets, sizes, strides);
    Value empty =
        tensor::EmptyOp::create(b, loc, {n * n, blocking.batch, blocking.filters}, shape.element());
    auto fill = linalg::FillOp::create(b, loc, zero(), empty);
    fill->setAttr(bodyAttr, b.getI64IntegerAttr(0));
    AffineExpr a, t, f, c;
    bindDims(b.getContext(), a, t, f, c);
    auto map = [&](ArrayRef<AffineExpr> at) { return AffineMap::get(4, 0, at, b.getContext()); };
    SmallVector<utils::IteratorType> kinds(3, utils::IteratorType::parallel);
    kinds.push_back(utils::IteratorType::reduction);
    auto matmul = linalg::GenericOp::create(
        b, loc, TypeRange{empty.getType()}, ValueRange{inputs, slice},
        ValueRange{fill.getResult(0)},
        ArrayRef<AffineMap>{map({a, t, c}), map({a, c, f}), map({a, t, f})}, kinds,
        [](OpBuilder &body, Location l, ValueRange x) {
          Value term = arith::MulFOp::create(body, l, x[0], x[1]);
          linalg::YieldOp::create(body, l, arith::AddFOp::create(body, l, x[2], term).getResult());
        });
    matmul->setAttr(anchorAttr, b.getUnitAttr());
    linalg::LinalgOp copy = appendIdentity(b, matmul);
    copy->setAttr(rootAttr, b.getUnitAttr());
    b.setInsertionPointAfter(copy);
    return copy->getResult(0);
  }

  /// Tiles back into the result, the epilogue done on the way.
  Value transformOutputs(Value products, Value firstTile, Value firstFilter, const Window &window) {
    return code.loop(blocking.batch, 1, window.tensor, [&](Value t, Value result) {
      Place place = locate(firstTile, t);
      auto tile = [&](bool reachesOut) {
        auto vectors = [&](Value f, const Chunk &chunk, Value carried) {
          Value filter = code.add(firstFilter, f);
          SmallVector<Value> values =
              transformTile(b, loc, matrices.output, [&](int64_t i, int64_t j) {
                return code.read(products, {code.index(i * n + j), t, f}, chunk, zeroAttr());
              });
          for (auto [k, value] : llvm::enumerate(values)) {
            auto at = static_cast<int64_t>(k);
            Value row = code.add(place.row, at / m), column = code.add(place.column, at % m);
            if (reachesOut) { // the epilogue reads what is there; the write leaves out what is not
              row = code.atMost(row, shape.height - 1);
              column = code.atMost(column, shape.width - 1);
            }
            value = epilogue->compute(value, {place.image, row, column, filter}, chunk);
          }
          Value image = code.subtract(place.image, window.image),
                row = code.subtract(place.row, window.row),
                inShare = code.subtract(filter, window.filter);
          return code.write(values, {m, m}, carried, {image, row, place.column, inShare}, chunk,
                            !reachesOut);
        };
        return overFilters(window, result, vectors);
      };
      if (shape.height % m == 0 && shape.width % m == 0)
        return tile(false);
      Value whole = code.both(code.within(place.row, 0, shape.height - m),
                              code.within(place.column, 0, shape.width - m));
      return code.either(
          whole, result.getType(), [&] { return tile(false); }, [&] { return tile(true); });
    });
  }

  /// As code.overVectors, over a block of filters, of which the last share may not have all.
  template <class Body> Value overFilters(const Window &window, Value result, Body body) {
    int64_t lanes = blocking.lanes, last = lastShare(), whole = last / lanes * lanes;
    if (last % blocking.filters == 0)
      return code.overVectors(blocking.filters, result, body);
    AffineExpr d0 = b.getAffineDimExpr(0);
    Value wholeVectors = code.affine(d0.floorDiv(lanes) * lanes, window.filters);
    result = code.loop(wholeVectors, lanes, result, [&](Value f, Value carried) {
      return body(f, Chunk{0, lanes, lanes}, carried);
    });
    for (const Chunk &chunk : cutIntoChunks(last - whole, lanes))
      result = code.either(
          code.within(window.filters, 0, last), result.getType(),
          [&] { return body(code.index(whole), chunk, result); }, [&] { return result; });
    return result;
  }

  TypedAttr zeroAttr() { return b.getZeroAttr(shape.element()); }
  Value zero() { return arith::ConstantOp::create(b, loc, zeroAttr()); }

  template <class Op> Op markSide(Op op) {
    op->setAttr(sideAttr, b.getI64IntegerAttr(sides++));
    return op;
  }

  /// What follows the convolution becomes passes over its result.
  void leaveEpilogue() {
    epilogue.emplace(b, conv, conv);
    for (linalg::LinalgOp op : conv->getBlock()->getOps<linalg::LinalgOp>())
      if (op->hasAttr(rootAttr) || op->hasAttr(bodyAttr)) {
        op->removeAttr(rootAttr);
        op->removeAttr(bodyAttr);
        markSide(op);
      }
  }

  /// The result takes the old op's place; what nothing reads any more goes.
  void replace(linalg::LinalgOp last, Value result) {
    if (last == root)
      b.replaceOp(root, result);
    else
      b.replaceAllUsesWith(conv->getResult(0), result);
    eraseDead(b, *result.getParentBlock());
  }

  RewriterBase &b;
  Location loc;
  linalg::LinalgOp conv, root;
  const WindowedConvolution &shape;
  WinogradBlocking blocking;
  int64_t m, n; ///< outputs and inputs of a tile along one axis
  int64_t tileRows, tileColumns;
  int64_t rowOffset, columnOffset; ///< of the first window in the source
  const WinogradMatrices &matrices;
  VectorCode code;
  std::optional<Epilogue> epilogue;
  int64_t sides = 0; ///< so many ops are marked so
};

} // namespace

LogicalResult convolveByWinograd(RewriterBase &b, linalg::LinalgOp convolution,
                                 const WinogradBlocking &blocking) {
  linalg::LinalgOp root;
  convolution->getParentOfType<func::FuncOp>().walk([&](linalg::LinalgOp op) {
    if (op->hasAttr(rootAttr))
      root = op;
  });
  if (!root || root == convolution)
    return convolution.emitError("the kernel ends in no elementwise op");
  b.setInsertionPoint(convolution);
  std::optional<WindowedConvolution> shape = WindowedConvolution::match(b, convolution);
  if (!shape || !shape->slidesByOne() || shape->windowRows != 3 || shape->windowColumns != 3 ||
      !getConstantIntValue(shape->start[1]) || !getConstantIntValue(shape->start[2]))
    return convolution.emitError("no 3x3 convolution of stride 1 that Winograd's algorithm takes");
  WinogradBlocking whole = blocking;
  if (!whole.share)
    whole.share = shape->outChannels;
  WinogradRewriter rewriter(b, convolution, root, *shape, whole);
  if (!rewriter.nests())
    return convolution.emitError("tiles, units, batches and filters do not nest");
  rewriter.rewrite();
  return success();
}

} // namespace alt
