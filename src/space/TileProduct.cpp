#include "space/TileProduct.h"
#include "space/OperandWalk.h"
#include <algorithm>

namespace alt {

namespace {

bool occurs(const Operand &operand, unsigned axis) {
  return std::any_of(operand.index.begin(), operand.index.end(),
                     [&](const IndexExpr &index) { return coefficient(index, axis) != 0; });
}

/// The index is the axis by itself, and the dimension is as long.
bool isAxis(const Operand &operand, size_t dimension, unsigned axis, const Workload &workload) {
  return operand.index[dimension] == IndexExpr{{{axis, 1}}, 0} &&
         operand.shape[dimension] == workload.axes[axis].extent;
}

/// The axis runs along the operand's last dimension, and no other.
bool runsAlong(const Operand &operand, unsigned axis, const Workload &workload) {
  return !operand.index.empty() && isAxis(operand, operand.index.size() - 1, axis, workload) &&
         vectorFit(operand, axis) == 2;
}

/// A reduction that runs along `spread`, and is a dimension of `along`.
bool isDepth(unsigned axis, const Operand &spread, const Operand &along, const Workload &workload) {
  if (workload.axes[axis].kind != AxisKind::reduction || !runsAlong(spread, axis, workload))
    return false;
  int dimensions = 0;
  bool whole = false;
  for (size_t d = 0; d + 1 < along.index.size(); ++d)
    if (coefficient(along.index[d], axis)) {
      ++dimensions;
      whole = isAxis(along, d, axis, workload);
    }
  return dimensions == 1 && whole && coefficient(along.index.back(), axis) == 0;
}

/// Whether no more than that is done a point; what follows the sums is little beside them.
bool multipliesAndAdds(const Workload &workload) {
  uint64_t points = 1;
  for (const Axis &axis : workload.axes)
    points *= static_cast<uint64_t>(axis.extent);
  return workload.flops < 3 * points;
}

const ProductInstruction *tileInstruction(const Workload &workload, const Target &target) {
  const auto &operands = workload.operands;
  if (operands.size() != 3 || operands[0].type != operands[1].type ||
      !multipliesAndAdds(workload) ||
      (workload.anchor != AnchorKind::contraction && workload.anchor != AnchorKind::convolution))
    return nullptr;
  for (const ProductInstruction &row : productInstructions())
    if (row.tile && row.element == operands[0].type && row.sum == operands[2].type &&
        isAvailable(row, target))
      return &row;
  return nullptr;
}

} // namespace

std::optional<TileProduct> TileProduct::of(const Workload &workload, const Target &target) {
  constexpr int64_t fewColumns = 8, fewBytes = 16; // tiles would be nearly empty
  TileProduct product;
  product.instruction = tileInstruction(workload, target);
  const Operand *out = product.instruction ? &workload.operands.back() : nullptr;
  if (!out || out->index.empty() || out->index.back().terms.size() != 1)
    return std::nullopt;
  product.columns = out->index.back().terms.front().axis;
  if (!runsAlong(*out, product.columns, workload) ||
      workload.axes[product.columns].extent < fewColumns)
    return std::nullopt;
  if (occurs(workload.operands[0], product.columns))
    std::swap(product.spread, product.along);
  const Operand &spread = workload.operands[product.spread],
                &along = workload.operands[product.along];
  if (occurs(spread, product.columns) || !runsAlong(along, product.columns, workload))
    return std::nullopt;
  bool found = false;
  for (unsigned a = 0; a < workload.axes.size(); ++a) {
    const Axis &axis = workload.axes[a];
    if (isDepth(a, spread, along, workload)) {
      found = true;
      product.depth = a;
    }
    bool row = axis.kind == AxisKind::parallel && axis.extent > 1 && occurs(spread, a) &&
               !occurs(along, a) && strideAlong(*out, a) != 0;
    if (row && (!product.rows || axis.extent >= workload.axes[*product.rows].extent))
      product.rows = a;
  }
  if (!found || workload.axes[product.depth].extent * bytes(spread.type) < fewBytes)
    return std::nullopt;
  return product;
}

int64_t TileProduct::depthOf(int64_t extent) const {
  int64_t most = registers().rowBytes / bytes(instruction->element), fewest = ceilDiv(extent, most);
  for (int64_t products = fewest; 4 * products <= 5 * fewest; ++products)
    if (extent % (products * instruction->steps) == 0)
      return extent / products;
  return std::min(most, ceilDiv(extent, instruction->steps) * instruction->steps);
}

std::vector<int64_t> TileProduct::sizesAlong(unsigned axis, const Workload &workload) const {
  int64_t extent = workload.axes[axis].extent, tile = registers().rows;
  if (axis == columns)
    tile = tileColumns();
  else if (axis != rows) {
    std::vector<int64_t> sizes{1};
    bool moves = !occurs(workload.operands[along], axis); // else each has columns of its own
    for (int64_t size = 2; moves && size <= std::min<int64_t>(extent, registers().count); ++size)
      sizes.push_back(size);
    return sizes;
  }
  std::vector<int64_t> sizes;
  for (int64_t tiles = 1; tiles < registers().count; ++tiles)
    if (tiles * tile <= extent)
      sizes.push_back(tiles * tile);
  for (int64_t size = tile / 2; size < tile * registers().count; ++size) // no rest
    if (extent % size == 0 && (axis != columns || size == extent))
      sizes.push_back(size);
  if (extent <= tile)
    sizes.push_back(extent);
  return sizes;
}

std::vector<int64_t> TileProduct::blocksOf(int64_t extent) const {
  std::vector<int64_t> blocks{extent};
  int64_t most = registers().rowBytes / bytes(instruction->element);
  for (int64_t block = 4 * most; block < extent; ++block)
    if (extent % block == 0 && block % depthOf(block) == 0)
      blocks.push_back(block);
  return blocks;
}

int64_t TileProduct::rowTiles(const LoopNest &nest) const {
  int64_t tiles = 1;
  for (unsigned a = 0; a < nest.axes.size(); ++a)
    if (nest.axes[a].kind == AxisKind::parallel && a != columns)
      tiles *= a == rows ? ceilDiv(nest.axes[a].reg, registers().rows) : nest.axes[a].reg;
  return tiles;
}

int64_t TileProduct::columnTiles(const LoopNest &nest) const {
  return ceilDiv(nest.axes[columns].reg, tileColumns());
}

double TileProduct::packingCycles(const Workload &workload) const {
  constexpr double bytesPerCycle = 16;
  const Operand &operand = workload.operands[along];
  double size = operand.isConstant ? 0 : bytes(operand.type);
  for (int64_t extent : operand.shape)
    size *= static_cast<double>(extent);
  return size / bytesPerCycle;
}

double TileProduct::cycles(const LoopNest &nest) const {
  constexpr double linesPerCycle = 2, storing = 3, around = 30; // stored, read again, written
  auto rowTiles = static_cast<double>(this->rowTiles(nest)),
       columnTiles = static_cast<double>(this->columnTiles(nest)), products = 1.0;
  double height = 1;
  if (rows)
    height = static_cast<double>(nest.axes[*rows].reg) /
             static_cast<double>(ceilDiv(nest.axes[*rows].reg, registers().rows));
  for (unsigned a = 0; a < nest.axes.size(); ++a)
    if (nest.axes[a].kind == AxisKind::reduction)
      products *= static_cast<double>(a == depth ? this->products(nest.axes[a].extent)
                                                 : nest.axes[a].extent);
  double groups = static_cast<double>(depthOf(nest.axes[depth].extent) / instruction->steps);
  double arithmetic = rowTiles * columnTiles * height * registers().cyclesPerRow,
         loads = (rowTiles * height + columnTiles * groups) / linesPerCycle;
  double step = std::max({arithmetic, loads, products > 1 ? registers().latency : 0});
  // Of as many sums those that load least: what is loaded may come from L2.
  return products * (step + loads / 8) + rowTiles * columnTiles * height * storing + around;
}

} // namespace alt
