#include "lower/isa/TilePlacement.h"

namespace alt {

using namespace mlir;

TileShapes TiledOp::shapes() const {
  TileShapes shapes;
  int64_t size = bytes(instruction->element);
  for (const RowTile &row : rowTiles)
    for (const ColumnTile &column : columnTiles) {
      int64_t wide = column.count * bytes(instruction->sum);
      shapes.of[sum(row, column)] = {row.count, wide};
      shapes.of[row.tile] = {row.count, depthOfProduct * size};
      shapes.of[column.tile] = {depthOfProduct / steps(), wide};
    }
  return shapes;
}

namespace {

/// Pieces of `extent`: whole tiles, and what is left.
SmallVector<std::pair<int64_t, int64_t>> pieces(int64_t extent, int64_t tile) {
  SmallVector<std::pair<int64_t, int64_t>> found;
  for (int64_t start = 0; start < extent; start += tile)
    found.push_back({start, std::min(tile, extent - start)});
  return found;
}

void cutRows(TiledOp &tiled, ArrayRef<int64_t> extents, ArrayRef<utils::IteratorType> kinds) {
  RowTile row{0, {}, 1, 0};
  std::function<void(unsigned)> visit = [&](unsigned axis) {
    if (axis == extents.size()) {
      row.number = static_cast<int64_t>(tiled.rowTiles.size());
      tiled.rowTiles.push_back(row);
      return;
    }
    if (kinds[axis] == utils::IteratorType::reduction || axis == tiled.columns)
      return visit(axis + 1);
    bool isRows = axis == tiled.rows;
    for (auto [start, count] : pieces(extents[axis], isRows ? tiled.mostRows() : 1)) {
      row.position.push_back({axis, start});
      int64_t before = std::exchange(row.count, isRows ? count : row.count);
      visit(axis + 1);
      row.count = before;
      row.position.pop_back();
    }
  };
  visit(0);
}

/// Sums come first; then a register each for the factor with fewer tiles, and those left over in
/// turn for the other, of which one that is cut short has the last to itself.
bool assignTiles(TiledOp &tiled) {
  auto next = static_cast<unsigned>(tiled.rowTiles.size() * tiled.columnTiles.size());
  auto hold = [&](auto &tiles) {
    for (auto &tile : tiles)
      tile.tile = next++;
  };
  auto inTurn = [&](auto &tiles) {
    int64_t whole = tiles.front().count;
    bool cutShort = llvm::any_of(tiles, [&](const auto &tile) { return tile.count != whole; });
    if (next + (cutShort ? 2 : 1) > TileShapes::registers)
      return false;
    unsigned last = TileShapes::registers - 1, free = TileShapes::registers - next - cutShort,
             turn = 0;
    for (auto &tile : tiles)
      tile.tile = tile.count == whole ? next + turn++ % free : last;
    return true;
  };
  if (tiled.columnTiles.size() <= tiled.rowTiles.size()) {
    hold(tiled.columnTiles);
    return inTurn(tiled.rowTiles);
  }
  hold(tiled.rowTiles);
  return inTurn(tiled.columnTiles);
}

FailureOr<TiledOp> tiledOp(linalg::LinalgOp op) {
  auto name = op->getAttrOfType<StringAttr>(tileProductAttr);
  auto axes = op->getAttrOfType<DenseI64ArrayAttr>(tileAxesAttr);
  const ProductInstruction *instruction = name ? productInstruction(name.getValue()) : nullptr;
  if (!instruction || !instruction->tile || !axes || axes.size() != 3 || op.getNumDpsInputs() != 2)
    return op.emitError("no product of tiles: ")
           << tileProductAttr << " and " << tileAxesAttr << " name an instruction and three axes";
  TiledOp tiled{op, instruction};
  if (axes[0] >= 0)
    tiled.rows = static_cast<unsigned>(axes[0]);
  tiled.columns = static_cast<unsigned>(axes[1]);
  tiled.depth = static_cast<unsigned>(axes[2]);
  bool alongIsFirst = op.getIndexingMapsArray()[0].isFunctionOfDim(tiled.columns);
  tiled.spread = alongIsFirst ? 1 : 0;
  tiled.along = 1 - tiled.spread;
  tiled.result = 2;
  if (auto stream = op->getAttrOfType<IntegerAttr>(tileStreamAttr))
    tiled.stream = static_cast<unsigned>(stream.getInt());
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  auto kinds = op.getIteratorTypesArray();
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  for (unsigned axis : reductions)
    if (axis != tiled.depth)
      tiled.reductions.push_back(axis);
  tiled.reductions.push_back(tiled.depth);
  if (auto unroll = op->getAttrOfType<DenseI64ArrayAttr>("alt.unroll"))
    for (auto [axis, factor] : llvm::zip(reductions, unroll.asArrayRef()))
      if (axis == tiled.depth)
        tiled.unroll = std::max<int64_t>(1, factor);
  TileProduct product;
  product.instruction = instruction;
  tiled.depthOfProduct = product.depthOf(extents[tiled.depth]);
  cutRows(tiled, extents, kinds);
  for (auto [start, count] : pieces(extents[tiled.columns], product.tileColumns()))
    tiled.columnTiles.push_back({static_cast<int64_t>(tiled.columnTiles.size()), start, count, 0});
  if (!assignTiles(tiled))
    return op.emitError("the register tile has ")
           << tiled.rowTiles.size() << " by " << tiled.columnTiles.size()
           << " tiles, more than fit the " << TileShapes::registers << " tile registers";
  return tiled;
}

/// Goes down to where the shapes differ.
class Configurer {
public:
  Configurer(OpBuilder &b, TileUnit &unit, ArrayRef<TiledOp> ops) : b(b), unit(unit) {
    for (const TiledOp &tiled : ops)
      shapes[tiled.op] = tiled.shapes();
  }

  void visit(Block &block) {
    const TileShapes *current = nullptr;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      auto [some, all] = within(&op);
      if (!some)
        continue;
      if (all && !(current && *current == *some)) {
        b.setInsertionPoint(&op);
        unit.configure(op.getLoc(), *some);
      }
      current = all ? some : nullptr;
      if (!all)
        for (Region &region : op.getRegions())
          for (Block &inner : region)
            visit(inner);
    }
  }

private:
  /// Shapes of the first op inside, and whether all have them.
  std::pair<const TileShapes *, bool> within(Operation *op) {
    const TileShapes *first = nullptr;
    bool all = true;
    op->walk([&](Operation *inner) {
      auto found = shapes.find(inner);
      if (found == shapes.end())
        return;
      all &= !first || *first == found->second;
      first = first ? first : &found->second;
    });
    return {first, all};
  }

  OpBuilder &b;
  TileUnit &unit;
  DenseMap<Operation *, TileShapes> shapes;
};

} // namespace

FailureOr<std::vector<TiledOp>> tiledOps(func::FuncOp function) {
  SmallVector<linalg::LinalgOp> marked;
  function.walk([&](linalg::LinalgOp op) {
    if (op->hasAttr(tileProductAttr))
      marked.push_back(op);
  });
  std::vector<TiledOp> found;
  for (linalg::LinalgOp op : marked) {
    FailureOr<TiledOp> tiled = tiledOp(op);
    if (failed(tiled))
      return failure();
    found.push_back(std::move(*tiled));
  }
  return found;
}

void configureTiles(OpBuilder &b, TileUnit &unit, func::FuncOp function, ArrayRef<TiledOp> ops) {
  Configurer(b, unit, ops).visit(function.getBody().front());
  for (Block &block : function.getBody())
    if (block.getTerminator()->hasTrait<OpTrait::ReturnLike>()) {
      b.setInsertionPoint(block.getTerminator());
      unit.release(function.getLoc());
    }
}

} // namespace alt
