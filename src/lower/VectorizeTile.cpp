#include "lower/VectorizeTile.h"
#include "lower/InterleavedPanels.h"
#include "lower/LaneTotals.h"
#include "lower/Prepare.h"
#include "lower/RegisterTile.h"
#include "lower/TilePlan.h"
#include "lower/VectorBody.h"
#include "lower/isa/TileProducts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace alt {

using namespace mlir;

namespace {

/// One linalg op -> vectors. Lives for that op only.
class OpVectorizer {
public:
  OpVectorizer(RewriterBase &rewriter, linalg::LinalgOp op, TilePlan plan, RegisterTiles &registers)
      : b(rewriter), op(op), loc(op.getLoc()), reader(rewriter, op, registers),
        registers(registers), tile(std::move(plan)) {}

  void rewrite() {
    b.setInsertionPoint(op);
    if (op->hasAttr("alt.skip_pad"))
      readThroughPadding();
    SmallVector<Value> values = tile.vectorReduction() ? reduceAlongVector() : accumulate();
    store(values);
  }

private:
  using Point = TilePlan::Point;

  void readThroughPadding() {
    for (OpOperand *input : op.getDpsInputOperands()) {
      std::optional<PaddedSlice> slice = findPaddedSlice(b, input->get());
      if (!slice)
        continue;
      if (auto taps = planTaps(b, op, *input, *slice, tile.unroll, tile.vectorAxis)) {
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
    for (const Point &point : tile.points)
      for (OpOperand &init : op.getDpsInitsMutable())
        values.push_back(
            op.payloadUsesValueFromOperand(&init) || !tile.reductions.empty() // loops carry it
                ? spread(reader.read(init, dimsOf(point), tile.vectorAxis, point.chunk),
                         point.chunk)
                : Value());
    SmallVector<OpFoldResult> reductionPoint(tile.extents.size(), b.getIndexAttr(0));
    if (!tile.dot || !tile.dot->offset)
      return reduce(0, reductionPoint, values);
    for (const Chunk &chunk : tile.chunks) { // the excess of all rows follows the accumulators
      auto type = VectorType::get({chunk.lanes}, b.getI32Type());
      values.push_back(arith::ConstantOp::create(b, loc, type, b.getZeroAttr(type)));
    }
    values = reduce(0, reductionPoint, values);
    ArrayRef<Value> excess = ArrayRef<Value>(values).drop_front(tile.points.size());
    SmallVector<Value> exact;
    for (auto [point, value] : llvm::zip(tile.points, values))
      exact.push_back(arith::SubIOp::create(b, loc, value, excess[tile.chunkNumber(point)]));
    return exact;
  }

  Value spread(Value value, const Chunk &chunk) {
    return chunk.lanes ? toVector(b, loc, value, chunk.lanes) : value;
  }

  /// Of the taps that are not on padding, where those of the axis are known by then only.
  const TapBounds *boundsOf(unsigned axis) const {
    const auto *found =
        llvm::find_if(tapBounds, [&](const TapBounds &taps) { return taps.axis == axis; });
    return found == tapBounds.end() ? nullptr : found;
  }

  /// The loop over reduction axis number `level` and all below, around one step of every point.
  SmallVector<Value> reduce(unsigned level, SmallVector<OpFoldResult> &at,
                            SmallVector<Value> values) {
    if (level == tile.reductions.size())
      return step(at, values);
    unsigned axis = tile.reductions[level];
    if (const TapBounds *taps = boundsOf(axis))
      return reductionLoop(taps->lower, taps->upper, 1, values,
                           [&](Value iv, SmallVector<Value> carried) {
                             at[axis] = iv;
                             return reduce(level + 1, at, std::move(carried));
                           });
    int64_t extent = tile.extents[axis], factor = std::min(tile.unroll[axis], extent);
    int64_t inLoop = extent <= factor ? 0 : extent / factor * factor;
    if (inLoop)
      values = reductionLoop(0, inLoop, factor, values, [&](Value iv, SmallVector<Value> carried) {
        auto position = [&](int64_t k) { return reader.offset(iv, k); };
        return unrolled(level, at, position, 0, factor, std::move(carried));
      });
    auto position = [&](int64_t k) -> OpFoldResult { return b.getIndexAttr(k); };
    return unrolled(level, at, position, inLoop, extent, std::move(values));
  }

  /// Steps [from, to) of reduction axis number `level`, several at once where there are
  /// instructions for it.
  SmallVector<Value> unrolled(unsigned level, SmallVector<OpFoldResult> &at,
                              llvm::function_ref<OpFoldResult(int64_t)> position, int64_t from,
                              int64_t to, SmallVector<Value> values) {
    unsigned axis = tile.reductions[level];
    int64_t together =
        tile.dot && level + 1 == tile.reductions.size() && isPlain(*tile.dot->spread, axis)
            ? tile.dot->steps()
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
    SmallVector<Value> excess(values.drop_front(tile.points.size())); // empty without an offset
    SmallVector<bool> sumsExcess(excess.size(), false);
    for (auto [point, value] : llvm::zip(tile.points, values)) {
      SmallVector<OpFoldResult> dims = dimsOf(point);
      for (unsigned reduction : tile.reductions)
        dims[reduction] = at[reduction];
      dims[axis] = positions.front();
      int64_t count = tile.dot->steps();
      Value spread =
          reader.read(*tile.dot->spread, dims, static_cast<int>(axis), {0, count, count});
      Value along = readAlong(dims, axis, positions, point.chunk);
      next.push_back(spread ? emitDotProduct(b, loc, *tile.dot, value, spread, along) : value);
      if (excess.size() > tile.chunkNumber(point) && !sumsExcess[tile.chunkNumber(point)]) {
        Value &sum = excess[tile.chunkNumber(point)];
        sum = emitExcess(b, loc, *tile.dot, sum, along);
        sumsExcess[tile.chunkNumber(point)] = true;
      }
    }
    next.append(excess);
    return next;
  }

  /// The steps of all lanes side by side: one load where the operand was packed so.
  Value readAlong(SmallVector<OpFoldResult> dims, unsigned axis, ArrayRef<OpFoldResult> positions,
                  const Chunk &chunk) {
    if (auto steps = op->getAttrOfType<IntegerAttr>(interleavedAttr);
        steps && steps.getInt() == tile.dot->steps())
      return reader.readInterleaved(*tile.dot->along, dims, axis, tile.dot->steps(),
                                    tile.vectorAxis, chunk);
    SmallVector<Value> along;
    for (OpFoldResult position : positions) {
      dims[axis] = position;
      along.push_back(reader.read(*tile.dot->along, dims, tile.vectorAxis, chunk));
    }
    return interleaveSteps(b, loc, along);
  }

  /// The body once for every point, at one reduction index.
  SmallVector<Value> step(ArrayRef<OpFoldResult> at, ArrayRef<Value> values) {
    SmallVector<Value> next;
    unsigned results = op.getNumDpsInits();
    for (auto [p, point] : llvm::enumerate(tile.points)) {
      SmallVector<OpFoldResult> dims = dimsOf(point);
      for (unsigned axis : tile.reductions)
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
    next.append(values.begin() + static_cast<std::ptrdiff_t>(tile.points.size() * results),
                values.end());
    return next;
  }

  /// nullopt on the padding.
  std::optional<SmallVector<Value>> readInputs(ArrayRef<OpFoldResult> dims, const Chunk &chunk) {
    SmallVector<Value> values;
    for (OpOperand *input : op.getDpsInputOperands()) {
      bool used = op.payloadUsesValueFromOperand(input);
      values.push_back(used ? reader.read(*input, dims, tile.vectorAxis, chunk) : Value());
      if (used && !values.back())
        return std::nullopt;
    }
    return values;
  }

  SmallVector<Value> emitBody(ArrayRef<Value> arguments, ArrayRef<OpFoldResult> dims,
                              const Chunk &chunk) {
    return cloneBodyAsVectors(b, op, arguments, dims, tile.vectorAxis, chunk);
  }

  /// The vector axis is a reduction: partial results in the lanes, combined at the end.
  SmallVector<Value> reduceAlongVector() {
    Operation *combiner = findCombiner(op);
    TypedAttr neutral = *arith::getNeutralElement(combiner);
    int64_t width = tile.chunks.front().lanes;
    auto type = VectorType::get({width}, neutral.getType());
    Value none = arith::ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, neutral));
    SmallVector<Value> partial(tile.points.size(), none);
    SmallVector<OpFoldResult> at(tile.extents.size(), b.getIndexAttr(0));
    return combineLanes(reduceOthers(0, at, std::move(partial)), *combiningKind(combiner));
  }

  /// From now on the points are runs of results that lie side by side in memory.
  SmallVector<Value> combineLanes(ArrayRef<Value> partial, vector::CombiningKind kind) {
    int64_t width = tile.chunks.front().lanes;
    int along = tile.alongResult();
    SmallVector<Chunk> chunks{Chunk{}};
    if (along >= 0)
      chunks = cutIntoChunks(tile.extents[along], width);
    std::map<SmallVector<int64_t>, SmallVector<Value>> runs; // by where they begin
    for (auto [point, lanes] : llvm::zip(tile.points, partial)) {
      SmallVector<int64_t> start = point.index;
      if (along >= 0)
        start[along] -= start[along] % width;
      runs[start].push_back(lanes);
    }
    tile.vectorAxis = along;
    tile.points.clear();
    SmallVector<Value> results;
    for (auto run = runs.begin(); run != runs.end();) {
      SmallVector<Value> batch; // whose totals are in one vector
      auto first = run;
      for (; run != runs.end() && batch.size() + run->second.size() <= size_t(width); ++run)
        batch.append(run->second);
      Value totals = laneTotals(b, loc, kind, batch);
      int64_t at = 0;
      for (; first != run; ++first) {
        Point point{first->first, along < 0 ? Chunk{} : chunks[first->first[along] / width]};
        Value before = reader.read(op.getDpsInitsMutable()[0], dimsOf(point), along, point.chunk);
        results.push_back(vector::makeArithReduction(
            b, loc, kind, lanesFrom(b, loc, totals, at, point.chunk), spread(before, point.chunk)));
        tile.points.push_back(std::move(point));
        at += static_cast<int64_t>(first->second.size());
      }
    }
    return results;
  }

  /// Loops over the other reductions from number `level` on; the run along the vectors is
  /// innermost.
  SmallVector<Value> reduceOthers(unsigned level, SmallVector<OpFoldResult> &at,
                                  SmallVector<Value> values) {
    if (level == tile.reductions.size())
      return runAlongVector(at, std::move(values));
    unsigned axis = tile.reductions[level];
    int64_t extent = tile.extents[axis];
    if (static_cast<int>(axis) == tile.vectorAxis)
      return reduceOthers(level + 1, at, std::move(values));
    auto around = [&](Value iv, SmallVector<Value> carried) {
      at[axis] = iv;
      return reduceOthers(level + 1, at, std::move(carried));
    };
    if (const TapBounds *taps = boundsOf(axis))
      return reductionLoop(taps->lower, taps->upper, 1, values, around);
    if (extent == 1) // after the bounds: one tap may be on the padding, too
      return reduceOthers(level + 1, at, std::move(values));
    if (!op->hasAttr("alt.skip_pad") || tile.unroll[axis] < extent)
      return reductionLoop(0, extent, 1, values, around);
    for (int64_t tap = 0; tap < extent; ++tap) { // known to be on the padding or not
      at[axis] = b.getIndexAttr(tap);
      values = reduceOthers(level + 1, at, std::move(values));
    }
    return values;
  }

  /// Whole vectors, and what is left under a mask.
  SmallVector<Value> runAlongVector(SmallVector<OpFoldResult> at, SmallVector<Value> values) {
    Chunk first = tile.chunks.front(), last = tile.chunks.back();
    int64_t width = first.lanes, whole = tile.extents[tile.vectorAxis] / width * width;
    auto one = [&](OpFoldResult start, SmallVector<Value> carried, const Chunk &chunk) {
      for (Point &point : tile.points)
        point.chunk = chunk;
      at[tile.vectorAxis] = start;
      return step(at, carried);
    };
    if (whole / width <= std::max<int64_t>(1, tile.unroll[tile.vectorAxis]))
      for (int64_t start = 0; start < whole; start += width)
        values = one(b.getIndexAttr(start), std::move(values), first);
    else
      values = reductionLoop(0, whole, width, values, [&](Value iv, SmallVector<Value> carried) {
        return one(iv, std::move(carried), first);
      });
    if (last.valid == last.lanes)
      return values;
    SmallVector<Value> next = one(b.getIndexAttr(last.start), values, last);
    auto zerosBehind = [&](OpOperand &input) {
      return reader.readsZerosBehind(input, tile.vectorAxis);
    };
    if (addsNothing(op, zerosBehind))
      return next;
    Value mask = maskFor(b, loc, last);
    for (auto [value, before] : llvm::zip(next, values))
      value = arith::SelectOp::create(b, loc, mask, value, before);
    return next;
  }

  void store(ArrayRef<Value> values) {
    SmallVector<Value> results;
    unsigned count = op.getNumDpsInits();
    for (unsigned r = 0; r < count; ++r) {
      OpOperand &init = op.getDpsInitsMutable()[r];
      TileWriter writer(b, op, init);
      for (auto [p, point] : llvm::enumerate(tile.points))
        writer.write(values[p * count + r], point.index, tile.vectorAxis, point.chunk);
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
  TilePlan tile;
  SmallVector<TapBounds> tapBounds;
};

} // namespace

LogicalResult vectorizeTiles(RewriterBase &rewriter, Operation *scope,
                             const VectorizeOptions &options) {
  prepareTileProducts(rewriter, scope);
  SmallVector<linalg::LinalgOp> ops;
  scope->walk<WalkOrder::PreOrder>([&](linalg::LinalgOp op) {
    if (!op->hasAttr(tileProductAttr))
      ops.push_back(op);
  });
  RegisterTiles registers; // tensors in registers; SSA dominance keeps blocks apart
  for (linalg::LinalgOp op : ops) {
    std::optional<TilePlan> plan = TilePlan::of(op, options);
    if (!plan)
      continue;
    // Pads that nothing reads any more, since they are read through, are in no tiles: written out
    // they would be thousands of operations for the analyses that follow.
    if (op->hasAttr(sideAttr) && llvm::product_of(plan->extents) > options.maxTile)
      continue;
    if (plan->size() > options.maxTile)
      return op.emitError("register tile of ")
             << plan->size() << " vectors; at most " << options.maxTile << " are allowed";
    OpVectorizer(rewriter, op, std::move(*plan), registers).rewrite();
  }
  return success();
}

} // namespace alt
