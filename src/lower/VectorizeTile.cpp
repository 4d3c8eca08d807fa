#include "lower/VectorizeTile.h"
#include "lower/DotProduct.h"
#include "lower/InterleavedPanels.h"
#include "lower/Prepare.h"
#include "lower/RegisterTile.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

namespace alt {

using namespace mlir;

namespace {

std::optional<vector::CombiningKind> combiningKind(Operation *combiner) {
  using Kind = vector::CombiningKind;
  return llvm::TypeSwitch<Operation *, std::optional<Kind>>(combiner)
      .Case<arith::AddFOp, arith::AddIOp>([](auto) { return Kind::ADD; })
      .Case<arith::MulFOp, arith::MulIOp>([](auto) { return Kind::MUL; })
      .Case([](arith::MaximumFOp) { return Kind::MAXIMUMF; })
      .Case([](arith::MinimumFOp) { return Kind::MINIMUMF; })
      .Case([](arith::MaxNumFOp) { return Kind::MAXNUMF; })
      .Case([](arith::MinNumFOp) { return Kind::MINNUMF; })
      .Default([](Operation *) { return std::nullopt; });
}

/// The single combiner of the op's one result (add of a dot product, max of a pooling), or null.
Operation *findCombiner(linalg::LinalgOp op) {
  SmallVector<Operation *, 4> combiners;
  if (op.getNumDpsInits() != 1 ||
      !matchReduction(op.getRegionOutputArgs(), 0, combiners) || combiners.size() != 1 ||
      !combiningKind(combiners.front()) || !arith::getNeutralElement(combiners.front()))
    return nullptr;
  return combiners.front();
}

/// One linalg op -> vectors. Lives for that op only.
class OpVectorizer {
public:
  OpVectorizer(RewriterBase &rewriter, linalg::LinalgOp op, RegisterTiles &registers,
               const VectorizeOptions &options)
      : b(rewriter), op(op), loc(op.getLoc()), reader(rewriter, op, registers), registers(registers),
        lanes(options.lanes), instructions(options.dotProducts),
        extents(op.getStaticLoopRanges()) {}

  /// False: the op has no vector form and stays as it is.
  bool plan() {
    if (llvm::any_of(extents, ShapedType::isDynamic) || !op.hasPureTensorSemantics() ||
        !hasVectorBody(op))
      return false;
    for (AffineMap map : op.getIndexingMapsArray())
      if (map.getNumSymbols())
        return false;
    collectReductions();
    chooseVectorAxis();
    cutChunks();
    collectPoints();
    if (!vectorReduction())
      dot = matchDotProduct(op, vectorAxis, instructions);
    if (dot && !llvm::all_of(points, [&](const Point &p) { return hasLanes(*dot, p.chunk.lanes); }))
      dot.reset();
    if (dot && dot->kind == DotProduct::Kind::signedBytes && !sharesExcess())
      dot->kind = DotProduct::Kind::i16Pairs;
    return true;
  }

  /// Vectors that results or accumulators take.
  int64_t tileSize() {
    return static_cast<int64_t>(points.size() * op.getNumDpsInits());
  }

  void rewrite() {
    b.setInsertionPoint(op);
    if (op->hasAttr("alt.skip_pad") && !vectorReduction())
      readThroughPadding();
    SmallVector<Value> values = vectorReduction() ? reduceAlongVector() : accumulate();
    store(values);
  }

private:
  /// One parallel point of the tile: axis values, with the vector axis at its chunk's start.
  struct Point {
    SmallVector<int64_t> index;
    Chunk chunk;
  };

  bool vectorReduction() { return vectorAxis >= 0 && isReduction(vectorAxis); }
  bool isReduction(unsigned axis) {
    return op.getIteratorTypesArray()[axis] == utils::IteratorType::reduction;
  }

  void collectReductions() {
    SmallVector<unsigned> axes;
    op.getReductionDims(axes);
    if (auto order = op->getAttrOfType<DenseI64ArrayAttr>("alt.reduction_order")) {
      SmallVector<unsigned> ordered;
      for (int64_t position : order.asArrayRef())
        ordered.push_back(axes[position]);
      reductions = ordered;
    } else {
      reductions.assign(axes.begin(), axes.end());
    }
    unroll.assign(extents.size(), 1);
    if (auto attr = op->getAttrOfType<DenseI64ArrayAttr>("alt.unroll"))
      for (auto [axis, factor] : llvm::zip(axes, attr.asArrayRef()))
        unroll[axis] = std::max<int64_t>(1, factor);
  }

  /// The axis asked for; else the one that runs along the output's last dimension; else (full
  /// reductions) the one along the first input's.
  void chooseVectorAxis() {
    if (auto attr = op->getAttrOfType<IntegerAttr>("alt.vector"))
      vectorAxis = static_cast<int>(attr.getInt());
    else
      vectorAxis = innermostAxis();
    if (vectorAxis >= 0 && isReduction(vectorAxis) && !findCombiner(op))
      vectorAxis = -1;
  }

  int innermostAxis() {
    auto lastAxis = [&](OpOperand &operand) -> int {
      AffineMap map = op.getMatchingIndexingMap(&operand);
      for (int i = static_cast<int>(map.getNumResults()) - 1; i >= 0; --i)
        if (auto dim = dyn_cast<AffineDimExpr>(map.getResult(i)))
          if (extents[dim.getPosition()] > 1)
            return static_cast<int>(dim.getPosition());
      return -1;
    };
    int axis = lastAxis(*op.getDpsInitOperand(0));
    for (OpOperand *input : op.getDpsInputOperands())
      if (axis < 0)
        axis = lastAxis(*input);
    return axis;
  }

  void cutChunks() {
    if (vectorAxis < 0) {
      chunks = {Chunk{}};
      return;
    }
    Type element = getElementTypeOrSelf(op.getDpsInits()[0].getType());
    int64_t width = element.isIntOrFloat() && element.getIntOrFloatBitWidth() == 64 ? lanes / 2 : lanes;
    chunks = cutIntoChunks(extents[vectorAxis], width, /*mayMask=*/!vectorReduction());
  }

  void collectPoints() {
    points.clear();
    Point point{SmallVector<int64_t>(extents.size(), 0), Chunk{}};
    std::function<void(unsigned)> visit = [&](unsigned axis) {
      if (axis == extents.size()) {
        points.push_back(point);
        return;
      }
      if (isReduction(axis))
        return visit(axis + 1);
      if (static_cast<int>(axis) == vectorAxis) {
        for (const Chunk &chunk : chunks) {
          point.index[axis] = chunk.start;
          point.chunk = chunk;
          visit(axis + 1);
        }
        point.chunk = Chunk{};
        return;
      }
      for (int64_t i = 0; i < extents[axis]; ++i) {
        point.index[axis] = i;
        visit(axis + 1);
      }
      point.index[axis] = 0;
    };
    visit(0);
  }

  void readThroughPadding() {
    for (OpOperand *input : op.getDpsInputOperands()) {
      std::optional<PaddedSlice> slice = findPaddedSlice(b, input->get());
      if (!slice)
        continue;
      if (auto taps = planTaps(b, op, *input, *slice, unroll, vectorAxis)) {
        tapBounds.append(*taps);
        reader.readThroughPadding(*input, std::move(*slice));
      }
    }
  }

  SmallVector<OpFoldResult> dimsOf(const Point &point) {
    SmallVector<OpFoldResult> dims;
    for (int64_t i : point.index)
      dims.push_back(b.getIndexAttr(i));
    return dims;
  }

  /// Parallel vector axis (or none): one accumulator a point and result.
  SmallVector<Value> accumulate() {
    SmallVector<Value> values;
    for (const Point &point : points)
      for (OpOperand &init : op.getDpsInitsMutable())
        values.push_back(op.payloadUsesValueFromOperand(&init)
                             ? spread(reader.read(init, dimsOf(point), vectorAxis, point.chunk),
                                      point.chunk)
                             : Value());
    SmallVector<OpFoldResult> reductionPoint(extents.size(), b.getIndexAttr(0));
    if (!dot || dot->kind != DotProduct::Kind::signedBytes)
      return reduce(0, reductionPoint, values);
    for (const Chunk &chunk : chunks) { // the excess of all rows follows the accumulators
      auto type = VectorType::get({chunk.lanes}, b.getI32Type());
      values.push_back(arith::ConstantOp::create(b, loc, type, b.getZeroAttr(type)));
    }
    values = reduce(0, reductionPoint, values);
    ArrayRef<Value> excess = ArrayRef<Value>(values).drop_front(points.size());
    SmallVector<Value> exact;
    for (auto [point, value] : llvm::zip(points, values))
      exact.push_back(arith::SubIOp::create(b, loc, value, excess[chunkNumber(point)]));
    return exact;
  }

  /// All rows of the tile read the same of `along`, and leave out no taps.
  bool sharesExcess() {
    AffineMap map = op.getMatchingIndexingMap(dot->along);
    for (unsigned axis = 0; axis < extents.size(); ++axis)
      if (!isReduction(axis) && static_cast<int>(axis) != vectorAxis && extents[axis] > 1 &&
          map.isFunctionOfDim(axis))
        return false;
    return !op->hasAttr("alt.skip_pad");
  }

  size_t chunkNumber(const Point &point) {
    return llvm::find_if(chunks, [&](const Chunk &c) { return c.start == point.chunk.start; }) -
           chunks.begin();
  }

  Value spread(Value value, const Chunk &chunk) {
    if (!chunk.lanes || isa<VectorType>(value.getType()))
      return value;
    return vector::BroadcastOp::create(b, loc, VectorType::get({chunk.lanes}, value.getType()), value);
  }

  /// The loop over reduction axis number `level` and all below, around one step of every point.
  SmallVector<Value> reduce(unsigned level, SmallVector<OpFoldResult> &at, SmallVector<Value> values) {
    if (level == reductions.size())
      return step(at, values);
    unsigned axis = reductions[level];
    for (const TapBounds &taps : tapBounds)
      if (taps.axis == axis)
        return reductionLoop(taps.lower, taps.upper, 1, values,
                             [&](Value iv, SmallVector<Value> carried) {
                               at[axis] = iv;
                               return reduce(level + 1, at, std::move(carried));
                             });
    int64_t extent = extents[axis], factor = std::min(unroll[axis], extent);
    int64_t inLoop = extent <= factor ? 0 : extent / factor * factor;
    if (inLoop)
      values = reductionLoop(0, inLoop, factor, values, [&](Value iv, SmallVector<Value> carried) {
        auto position = [&](int64_t k) { return reader.offset(iv, k); };
        return unrolled(level, at, position, 0, factor, std::move(carried));
      });
    auto position = [&](int64_t k) -> OpFoldResult { return b.getIndexAttr(k); };
    return unrolled(level, at, position, inLoop, extent, std::move(values));
  }

  /// Steps [from, to) of reduction axis number `level`, several at once where there are instructions
  /// for it.
  SmallVector<Value> unrolled(unsigned level, SmallVector<OpFoldResult> &at,
                              llvm::function_ref<OpFoldResult(int64_t)> position, int64_t from,
                              int64_t to, SmallVector<Value> values) {
    unsigned axis = reductions[level];
    int64_t together = dot && level + 1 == reductions.size() && isPlain(*dot->spread, axis)
                           ? dot->steps()
                           : to - from + 1;
    for (; from + together <= to; from += together) {
      SmallVector<OpFoldResult> positions;
      for (int64_t k = from; k < from + together; ++k)
        positions.push_back(position(k));
      values = stepTogether(at, axis, positions, values);
    }
    for (; from < to; ++from) {
      at[axis] = position(from);
      values = reduce(level + 1, at, std::move(values));
    }
    return values;
  }

  /// The axis is an index of the operand by itself: neighbours are all on the padding or none is.
  bool isPlain(OpOperand &operand, unsigned axis) {
    return llvm::all_of(op.getMatchingIndexingMap(&operand).getResults(), [&](AffineExpr expr) {
      return isa<AffineDimExpr>(expr) || !expr.isFunctionOfDim(axis);
    });
  }

  template <class Body>
  SmallVector<Value> reductionLoop(int64_t from, int64_t to, int64_t by, ArrayRef<Value> values,
                                   Body body) {
    return reductionLoop(arith::ConstantIndexOp::create(b, loc, from).getResult(),
                         arith::ConstantIndexOp::create(b, loc, to).getResult(), by, values, body);
  }

  template <class Body>
  SmallVector<Value> reductionLoop(Value from, Value to, int64_t by, ArrayRef<Value> values,
                                   Body body) {
    Value step = arith::ConstantIndexOp::create(b, loc, by);
    auto loop = scf::ForOp::create(b, loc, from, to, step, values);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> carried(loop.getRegionIterArgs().begin(), loop.getRegionIterArgs().end());
    reader.enterScope();
    carried = body(loop.getInductionVar(), std::move(carried));
    reader.leaveScope();
    scf::YieldOp::create(b, loc, carried);
    return SmallVector<Value>(loop.getResults().begin(), loop.getResults().end());
  }

  /// As several step()s, at the positions of one reduction axis.
  SmallVector<Value> stepTogether(ArrayRef<OpFoldResult> at, unsigned axis,
                                  ArrayRef<OpFoldResult> positions, ArrayRef<Value> values) {
    SmallVector<Value> next;
    SmallVector<Value> excess(values.drop_front(points.size())); // empty but for signedBytes
    SmallVector<bool> sumsExcess(excess.size(), false);
    for (auto [point, value] : llvm::zip(points, values)) {
      SmallVector<OpFoldResult> dims = dimsOf(point);
      for (unsigned reduction : reductions)
        dims[reduction] = at[reduction];
      dims[axis] = positions.front();
      int64_t count = dot->steps();
      Value spread = reader.read(*dot->spread, dims, static_cast<int>(axis), {0, count, count});
      Value along = readAlong(dims, axis, positions, point.chunk);
      next.push_back(spread ? emitDotProduct(b, loc, *dot, value, spread, along) : value);
      if (excess.size() > chunkNumber(point) && !sumsExcess[chunkNumber(point)]) {
        Value &sum = excess[chunkNumber(point)];
        sum = emitExcess(b, loc, sum, along);
        sumsExcess[chunkNumber(point)] = true;
      }
    }
    next.append(excess);
    return next;
  }

  /// The steps of all lanes side by side: one load where the operand was packed so.
  Value readAlong(SmallVector<OpFoldResult> dims, unsigned axis, ArrayRef<OpFoldResult> positions,
                  const Chunk &chunk) {
    if (auto steps = op->getAttrOfType<IntegerAttr>(interleavedAttr);
        steps && steps.getInt() == dot->steps())
      return reader.readInterleaved(*dot->along, dims, axis, dot->steps(), vectorAxis, chunk);
    SmallVector<Value> along;
    for (OpFoldResult position : positions) {
      dims[axis] = position;
      along.push_back(reader.read(*dot->along, dims, vectorAxis, chunk));
    }
    return interleaveSteps(b, loc, along);
  }

  /// The body once for every point, at one reduction index.
  SmallVector<Value> step(ArrayRef<OpFoldResult> at, ArrayRef<Value> values) {
    SmallVector<Value> next;
    unsigned results = op.getNumDpsInits();
    for (auto [p, point] : llvm::enumerate(points)) {
      SmallVector<OpFoldResult> dims = dimsOf(point);
      for (unsigned axis : reductions)
        dims[axis] = at[axis];
      std::optional<SmallVector<Value>> inputs = readInputs(dims, point.chunk);
      if (!inputs) { // a tap on the padding adds nothing
        next.append(values.begin() + p * results, values.begin() + (p + 1) * results);
        continue;
      }
      SmallVector<Value> arguments = std::move(*inputs);
      arguments.append(values.begin() + p * results, values.begin() + (p + 1) * results);
      for (Value value : emitBody(arguments, dims, point.chunk))
        next.push_back(spread(value, point.chunk));
    }
    next.append(values.begin() + static_cast<std::ptrdiff_t>(points.size() * results), values.end());
    return next;
  }

  /// nullopt on the padding.
  std::optional<SmallVector<Value>> readInputs(ArrayRef<OpFoldResult> dims, const Chunk &chunk) {
    SmallVector<Value> values;
    for (OpOperand *input : op.getDpsInputOperands()) {
      bool used = op.payloadUsesValueFromOperand(input);
      values.push_back(used ? reader.read(*input, dims, vectorAxis, chunk) : Value());
      if (used && !values.back())
        return std::nullopt;
    }
    return values;
  }

  SmallVector<Value> emitBody(ArrayRef<Value> arguments, ArrayRef<OpFoldResult> dims,
                              const Chunk &chunk) {
    return cloneBodyAsVectors(b, op, arguments, dims, vectorAxis, chunk);
  }

  /// The vector axis is a reduction: partial results in the lanes, combined at the end.
  SmallVector<Value> reduceAlongVector() {
    Operation *combiner = findCombiner(op);
    TypedAttr neutral = *arith::getNeutralElement(combiner);
    auto kind = *combiningKind(combiner);
    int64_t width = chunks.front().lanes, extent = extents[vectorAxis];
    int64_t whole = extent / width * width;
    OpOperand &init = op.getDpsInitsMutable()[0];

    auto neutralVector = [&](int64_t n) -> Value {
      auto type = VectorType::get({n}, neutral.getType());
      return arith::ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, neutral));
    };
    SmallVector<Value> partial(points.size(), neutralVector(width));
    auto withChunk = [&](Chunk chunk) {
      for (Point &point : points)
        point.chunk = chunk;
    };
    SmallVector<unsigned> others;
    for (unsigned axis : reductions)
      if (static_cast<int>(axis) != vectorAxis)
        others.push_back(axis);
    SmallVector<unsigned> allReductions = reductions;
    reductions = others;
    SmallVector<OpFoldResult> at(extents.size(), b.getIndexAttr(0));
    // Outer reductions around the run along the vector axis; that run is the innermost loop.
    auto run = [&](SmallVector<OpFoldResult> &outer, SmallVector<Value> values, Chunk chunk,
                   int64_t from, int64_t to) {
      withChunk(chunk);
      auto one = [&](OpFoldResult start, SmallVector<Value> carried) {
        SmallVector<OpFoldResult> here = outer;
        here[vectorAxis] = start;
        SmallVector<unsigned> saved = reductions;
        reductions = allReductions; // step() takes every reduction index from `here`
        carried = step(here, carried);
        reductions = saved;
        return carried;
      };
      int64_t steps = (to - from) / chunk.lanes;
      if (steps <= std::max<int64_t>(1, unroll[vectorAxis])) {
        for (int64_t s = from; s < to; s += chunk.lanes)
          values = one(b.getIndexAttr(s), std::move(values));
        return values;
      }
      return reductionLoop(from, to, chunk.lanes, values,
                           [&](Value iv, SmallVector<Value> carried) {
                             return one(iv, std::move(carried));
                           });
    };
    auto nest = [&](auto &self, unsigned level, SmallVector<Value> values, Chunk chunk, int64_t from,
                    int64_t to) -> SmallVector<Value> {
      if (level == others.size())
        return run(at, std::move(values), chunk, from, to);
      unsigned axis = others[level];
      if (extents[axis] == 1) {
        at[axis] = b.getIndexAttr(0);
        return self(self, level + 1, std::move(values), chunk, from, to);
      }
      return reductionLoop(0, extents[axis], 1, values, [&](Value iv, SmallVector<Value> carried) {
        at[axis] = iv;
        return self(self, level + 1, std::move(carried), chunk, from, to);
      });
    };
    SmallVector<Value> totals;
    for (const Point &point : points)
      totals.push_back(reader.read(init, dimsOf(point), vectorAxis, Chunk{}));
    auto fold = [&](ArrayRef<Value> vectors) {
      for (auto [total, vectorValue] : llvm::zip(totals, vectors))
        total = vector::ReductionOp::create(b, loc, kind, vectorValue, total);
    };
    if (whole)
      fold(nest(nest, 0, partial, Chunk{0, width, width}, 0, whole));
    for (const Chunk &chunk : chunks)
      if (chunk.start >= whole) {
        SmallVector<Value> rest(points.size(), neutralVector(chunk.lanes));
        fold(nest(nest, 0, rest, Chunk{chunk.start, chunk.lanes, chunk.lanes}, chunk.start,
                  chunk.start + chunk.lanes));
      }
    reductions = allReductions;
    withChunk(Chunk{});
    return totals;
  }

  void store(ArrayRef<Value> values) {
    SmallVector<Value> results;
    unsigned count = op.getNumDpsInits();
    for (unsigned r = 0; r < count; ++r) {
      OpOperand &init = op.getDpsInitsMutable()[r];
      TileWriter writer(b, op, init);
      for (auto [p, point] : llvm::enumerate(points))
        writer.write(values[p * count + r], point.index, vectorReduction() ? -1 : vectorAxis,
                     point.chunk);
      registers.remember(writer.result(), writer.takeTile());
      results.push_back(writer.result());
    }
    b.replaceOp(op, results);
  }

  RewriterBase &b;
  linalg::LinalgOp op;
  Location loc;
  TileReader reader;
  RegisterTiles &registers;
  int64_t lanes;
  StringRef instructions;
  std::optional<DotProduct> dot;
  SmallVector<int64_t> extents, unroll;
  SmallVector<unsigned> reductions;
  SmallVector<TapBounds> tapBounds;
  int vectorAxis = -1;
  SmallVector<Chunk> chunks;
  SmallVector<Point> points;
};

} // namespace

LogicalResult vectorizeTiles(RewriterBase &rewriter, Operation *scope,
                             const VectorizeOptions &options) {
  SmallVector<linalg::LinalgOp> ops;
  scope->walk<WalkOrder::PreOrder>([&](linalg::LinalgOp op) { ops.push_back(op); });
  RegisterTiles registers; // tensors in registers; SSA dominance keeps blocks apart
  for (linalg::LinalgOp op : ops) {
    OpVectorizer vectorizer(rewriter, op, registers, options);
    if (!vectorizer.plan())
      continue;
    // Pads that nothing reads any more, since they are read through.
    if (vectorizer.tileSize() > options.maxTile && op->hasAttr(sideAttr))
      continue;
    if (vectorizer.tileSize() > options.maxTile)
      return op.emitError("register tile of ")
             << vectorizer.tileSize() << " vectors; at most " << options.maxTile << " are allowed";
    vectorizer.rewrite();
  }
  return success();
}

} // namespace alt
