// One method a level of the loop nest (LoopNest), outermost first.
#include "lower/ScheduleScript.h"
#include "alt/NarrowProducts.h"
#include "lower/PackingScript.h"
#include "lower/Prepare.h"
#include "lower/RootAxes.h"
#include "lower/TransformText.h"
#include "lower/isa/TileProducts.h"
#include <algorithm>

namespace alt {

using namespace mlir;

namespace {

/// A permutation of all `count` axes: those in `order`, then the rest.
Sizes permutation(const std::vector<unsigned> &order, size_t count) {
  Sizes all(order.begin(), order.end());
  for (size_t a = 0; a < count; ++a)
    if (std::find(order.begin(), order.end(), a) == order.end())
      all.push_back(static_cast<int64_t>(a));
  return all;
}

/// Units of one size: each axis in one kind of its Shares.
struct Part {
  std::string root;          ///< handle of the op that ends the kernel
  std::string scope;         ///< what the part's ops are in
  std::vector<Share> shares; ///< of the anchor's axes

  int64_t tile(const LoopNest &nest, unsigned a) const { return shares[a].tile(nest.axes[a]); }
};

class ScriptWriter {
public:
  ScriptWriter(const ScheduledKernel &scheduled, const Target &target)
      : scheduled(scheduled), nest(scheduled.nest), root(scheduled.root), anchor(scheduled.anchor),
        rootAxisOf(scheduled.rootAxisOf), lanes(scheduled.lanes),
        instructions(dotProductInstructions(target)) {}

  std::string write() {
    out.line("%func = transform.structured.match ops{[\"func.func\"]} in %module");
    if (!nest.im2col)
      applyAlgorithm();
    out.line("%root = transform.structured.match attributes {alt.root} in %module");
    std::vector<Part> parts = splitUnits();
    for (Part &part : parts)
      shareUnits(part, parts.size() > 1);
    for (Part &part : parts)
      cacheTile(part);
    if (nest.im2col) // for each cache tile its patches
      applyAlgorithm();
    annotateAnchor();
    annotateFused(parts);
    tileSides();
    for (Part &part : parts) {
      if (nest.blocked())
        blockedTile(part);
      else
        registerTile(part);
      if (nest.inTiles && !nest.blocked())
        goByRows(part);
    }
    out.clean();
    for (const Panels &panels : panelsOf(nest, anchor, lanes, instructions))
      writePacking(panels, anchor, out);
    // Before there are thousands of vector operations for its analysis to go through.
    out.line("transform.bufferization.eliminate_empty_tensors %func : !transform.any_op", true);
    out.line("transform.alt.vectorize_tile %func {" + dotProducts() + "lanes = " +
                 std::to_string(lanes) + " : i64, max_tile = " + std::to_string(maxFusedVectors) +
                 " : i64} : !transform.any_op",
             /*typed=*/true); // tidied up by what comes next, see bufferizeKernel
    return scriptModule(out.lines());
  }

private:
  /// Only where it matters: a script for f32 says nothing of it.
  std::string dotProducts() {
    bool narrow = llvm::any_of(anchor.getDpsInputs(), [](Value input) {
      Type element = getElementTypeOrSelf(input.getType());
      return element.isBF16() || element.isInteger(8);
    });
    return narrow && !instructions.empty() ? "dot_products = \"" + instructions + "\", " : "";
  }

  void applyAlgorithm() {
    if (scheduled.algorithmLines.empty())
      return;
    out.append(scheduled.algorithmLines);
    out.clean();
  }

  /// What vectorize_tile needs to know of the anchor travels with it through the tilings.
  void annotateAnchor() {
    out.line("%anchor = transform.structured.match attributes {alt.anchor} in %module");
    out.annotate("%anchor", "alt.vector", std::to_string(nest.vectorAxis) + " : i64");
    if (nest.inTiles)
      annotateTiles();
    if (nest.skipPad)
      out.line("transform.annotate %anchor \"alt.skip_pad\" : !transform.any_op", true);
    Sizes unroll, order;
    std::vector<unsigned> reductions;
    for (unsigned a = 0; a < nest.axes.size(); ++a)
      if (nest.axes[a].kind == AxisKind::reduction) {
        reductions.push_back(a);
        unroll.push_back(nest.axes[a].reg);
      }
    if (reductions.empty())
      return;
    // Axes of extent 1 are in no order knob: they go first.
    for (unsigned p = 0; p < reductions.size(); ++p)
      if (std::find(nest.reductionOrder.begin(), nest.reductionOrder.end(), reductions[p]) ==
          nest.reductionOrder.end())
        order.push_back(p);
    for (unsigned a : nest.reductionOrder)
      order.push_back(std::find(reductions.begin(), reductions.end(), a) - reductions.begin());
    out.annotate("%anchor", "alt.unroll", arrayParam(unroll));
    out.annotate("%anchor", "alt.reduction_order", arrayParam(order));
  }

  /// In a tile one wide along the vectors, ops that are fused with the anchor would run along
  /// another axis, and then hand on its results in memory.
  void annotateFused(ArrayRef<Part> parts) {
    unsigned axis = nest.vectorAxis;
    if (nest.axes[axis].kind != AxisKind::parallel || llvm::none_of(parts, [&](const Part &part) {
          return part.tile(nest, axis) % nest.axes[axis].reg == 1;
        }))
      return;
    auto annotate = [&](linalg::LinalgOp op, const std::string &attribute) {
      int innermost = innermostOfOutput(op);
      if (innermost >= 0 && alongRoot(op, innermost) == rootAxisOf[axis])
        out.annotate(out.match("fused", attribute), "alt.vector",
                     std::to_string(innermost) + " : i64");
    };
    annotate(root, "alt.root");
    forEachBodyOp(annotate);
  }

  /// visit(op, attributes): what is fused with the anchor, but for the root.
  template <class Visit> void forEachBodyOp(Visit visit) {
    ModuleOp(scheduled.kernel).walk([&](linalg::LinalgOp op) {
      if (auto attr = op->getAttrOfType<IntegerAttr>(bodyAttr))
        visit(op, "alt.body = " + std::to_string(attr.getInt()) + " : i64");
    });
  }

  /// Pads and copies stand beside the nest: rows of a few vectors, nothing to choose.
  void tileSides() {
    if (nest.skipPad)
      return; // nothing will read them
    ModuleOp(scheduled.kernel).walk([&](linalg::LinalgOp op) {
      if (auto attr = op->getAttrOfType<IntegerAttr>(sideAttr))
        tileAlone(op, "alt.side = " + std::to_string(attr.getInt()) + " : i64");
    });
  }

  /// All axes by one, the innermost of the output by four vectors. Where threads share the nest, so
  /// they do a large op's outermost axis.
  void tileAlone(linalg::LinalgOp op, const std::string &attribute) {
    SmallVector<int64_t> extents = op.getStaticLoopRanges();
    int innermost = innermostOfOutput(op);
    Sizes tile(extents.size(), 1);
    for (size_t a = 0; a < extents.size(); ++a)
      if (extents[a] == 1)
        tile[a] = 0;
    std::string handle = out.match("side", attribute);
    auto outermost = std::find(tile.begin(), tile.end(), 1);
    bool several =
        llvm::any_of(nest.axes, [](const LoopNest::Level &axis) { return axis.par < axis.extent; });
    constexpr int64_t large = 1 << 14;
    if (several && llvm::product_of(extents) >= large && outermost - tile.begin() != innermost) {
      Sizes rows(extents.size(), 0);
      rows[outermost - tile.begin()] = 1;
      handle = out.tileForall(handle, rows);
      *outermost = 0;
    }
    if (innermost >= 0) {
      tile[innermost] = std::min<int64_t>(4 * lanes, extents[innermost]);
      handle = out.split(handle, innermost, extents[innermost], tile[innermost]);
      if (tile[innermost] == extents[innermost])
        tile[innermost] = 0;
    }
    out.tileFor(handle, tile, {});
  }

  /// The root's parts: one where units divide their axes.
  std::vector<Part> splitUnits() {
    std::vector<Part> parts;
    auto split = [&](auto &self, Part part) -> void {
      auto a = static_cast<unsigned>(part.shares.size());
      if (a == nest.axes.size())
        return parts.push_back(std::move(part));
      Shares shares(nest.axes[a], hasEdges(nest, a));
      for (const Share &share : shares) {
        Part piece = part;
        bool several = &share + 1 != shares.end();
        if (several) {
          int64_t length = share.size * share.count;
          auto [front, back] = out.splitHandle(out.splitAt(part.root, rootAxisOf[a], length));
          piece.root = front;
          part.root = back;
        }
        piece.shares.push_back(share);
        self(self, std::move(piece));
      }
    };
    split(split, {"%root", "%module", {}});
    return parts;
  }

  /// Cuts for every parallel axis: tails, and where padding is skipped also the first and the last
  /// register tile, whose taps are known. `axisOf` maps the anchor's axes to the handle's.
  template <class AxisOf>
  std::string cutTiles(const Part &part, std::string handle, AxisOf axisOf) {
    for (unsigned a : nest.edges) // first: it wants the one op, not yet a list of them
      handle = cutEdges(handle, axisOf(a), part.shares[a], nest.axes[a].reg);
    for (unsigned a = 0; a < nest.axes.size(); ++a)
      if (nest.axes[a].kind == AxisKind::parallel && axisOf(a) >= 0 && !hasEdges(nest, a))
        handle = out.split(handle, axisOf(a), part.tile(nest, a), nest.axes[a].reg);
    return handle;
  }

  std::string cutEdges(const std::string &handle, int axis, const Share &share, int64_t reg) {
    int64_t last = (share.last ? (share.size - 1) : share.size) / reg * reg;
    std::string before = handle, parts;
    auto cutOff = [&](int64_t at) {
      if (at <= 0 || at >= share.size)
        return;
      auto [front, back] = out.splitHandle(out.splitAt(before, axis, at));
      parts = parts.empty() ? back : out.merge(back, parts);
      before = front;
    };
    cutOff(last);
    if (share.first && last > reg)
      cutOff(reg);
    return parts.empty() ? handle : out.merge(before, parts);
  }

  /// Sizes over the anchor's parallel axes -> sizes over the root's axes.
  Sizes onRoot(const Sizes &sizes) {
    Sizes tile(root.getNumLoops(), 0);
    for (size_t a = 0; a < sizes.size(); ++a)
      if (nest.axes[a].kind == AxisKind::parallel && rootAxisOf[a] >= 0)
        tile[rootAxisOf[a]] = sizes[a];
    return tile;
  }

  std::vector<unsigned> orderOnRoot(const std::vector<unsigned> &order) {
    std::vector<unsigned> mapped;
    for (unsigned a : order)
      if (rootAxisOf[a] >= 0)
        mapped.push_back(static_cast<unsigned>(rootAxisOf[a]));
    return mapped;
  }

  /// Tiles the root and pulls the anchor, its fill and the rest of the epilogue into the loops.
  void fuseRoot(Part &part, const Sizes &sizes, const std::vector<unsigned> &order) {
    Sizes tile = onRoot(sizes);
    if (!anyTile(tile))
      return;
    part.root = out.fuse(part.root, tile,
                         " interchange " + list(permutation(orderOnRoot(order), tile.size())));
    out.clean();
  }

  /// A loop over the part's units. Where there are several parts each has one, be it of one unit:
  /// "mapped to processors" keeps it from being tidied away, and tells that parts run at once
  /// (Stages.cpp). Upstream has names for the processors of GPUs alone.
  void shareUnits(Part &part, bool several) {
    Sizes sizes;
    for (size_t a = 0; a < nest.axes.size(); ++a)
      sizes.push_back(nest.axes[a].par < nest.axes[a].extent ? part.shares[a].size : 0);
    Sizes tile = onRoot(sizes);
    if (!anyTile(tile))
      return;
    auto [op, loop] = out.share(part.root, tile);
    part.root = op;
    if (several) {
      std::string mapping;
      auto dimensions = std::count_if(tile.begin(), tile.end(), [](int64_t size) { return size; });
      for (int64_t d = 0; d < dimensions; ++d)
        mapping += (d ? ", " : "") + ("#gpu.block<linear_dim_" + std::to_string(d) + ">");
      out.annotate(loop, "mapping", "[" + mapping + "]");
      part.scope = loop;
    }
    out.clean();
  }

  void cacheTile(Part &part) {
    Sizes sizes;
    for (unsigned a = 0; a < nest.axes.size(); ++a)
      sizes.push_back(part.tile(nest, a) < part.shares[a].size ? nest.axes[a].tile : 0);
    fuseRoot(part, sizes, nest.outerOrder);
  }

  /// Which instruction, on which axes: vectorize_tile leaves the anchor alone then.
  void annotateTiles() {
    const TileProduct &tiles = *scheduled.algorithm->tiles;
    const ProductInstruction *instruction = matchTileProduct(anchor, tiles.columns);
    if (!instruction)
      return; // the body is another one: vectors, then
    out.annotate("%anchor", tileProductAttr.data(), "\"" + std::string(instruction->name) + "\"");
    out.annotate(
        "%anchor", tileAxesAttr.data(),
        arrayParam({tiles.rows ? static_cast<int64_t>(*tiles.rows) : -1,
                    static_cast<int64_t>(tiles.columns), static_cast<int64_t>(tiles.depth)}));
    if (nest.streamed)
      out.annotate("%anchor", tileStreamAttr.data(), std::to_string(*nest.streamed) + " : i64");
  }

  /// What follows the sums reads them from memory, row by row. A plain copy becomes part of the
  /// anchor.
  void goByRows(const Part &part) {
    bool fromZero = isZeroFill(anchor.getDpsInits()[0].getDefiningOp<linalg::LinalgOp>());
    auto byRows = [&](linalg::LinalgOp op, const std::string &attribute) {
      int innermost = innermostOfOutput(op);
      if (innermost < 0 || (fromZero && (isPlainCopy(op) || isZeroFill(op))))
        return;
      Sizes rows(op.getNumLoops(), 1);
      rows[innermost] = 0;
      out.tileFor(out.match("rows", attribute, part.scope), rows, {});
    };
    if (root != anchor)
      byRows(root, "alt.root");
    forEachBodyOp(byRows);
  }

  Sizes registerSizes(const Part &part) {
    Sizes sizes;
    for (unsigned a = 0; a < nest.axes.size(); ++a) {
      const LoopNest::Level &axis = nest.axes[a];
      bool several = axis.kind == AxisKind::parallel && axis.reg < part.tile(nest, a);
      sizes.push_back(several ? axis.reg : 0);
    }
    return sizes;
  }

  /// Reductions whole: epilogue and fill join the anchor in the register tile.
  void registerTile(Part &part) {
    Sizes sizes = registerSizes(part);
    if (!anyTile(onRoot(sizes)))
      return;
    part.root = cutTiles(part, part.root, [&](unsigned a) { return rootAxisOf[a]; });
    fuseRoot(part, sizes, nest.innerOrder);
  }

  /// Reductions in blocks: the anchor alone goes through its blocks and register tiles; fill and
  /// epilogue pass over the cache tile before and after.
  void blockedTile(const Part &part) {
    std::string inner = out.match("inner", "alt.anchor", part.scope);
    Sizes block;
    for (const LoopNest::Level &axis : nest.axes)
      block.push_back(axis.kind == AxisKind::reduction && axis.tile < axis.extent ? axis.tile : 0);
    std::string handle = out.tileFor(inner, block, {});
    if (root != anchor)
      tileInCacheTile(part, root, "alt.root");
    forEachBodyOp([&](linalg::LinalgOp op, const std::string &attribute) {
      tileInCacheTile(part, op, attribute);
    });
    handle = cutTiles(part, handle, [](unsigned a) { return static_cast<int>(a); });
    out.tileFor(handle, registerSizes(part), permutation(nest.innerOrder, nest.axes.size()));
  }

  /// As tileAlone, for an op that sits inside the cache tile: its extents are the tile's.
  void tileInCacheTile(const Part &part, linalg::LinalgOp op, const std::string &attribute) {
    int innermost = innermostOfOutput(op);
    if (innermost < 0)
      return;
    // The anchor's vector axis runs along the output's innermost axis or the op is small anyhow;
    // the extent inside the tile is found by matching extents of the anchor's axes.
    int64_t extent = op.getStaticLoopRanges()[innermost];
    for (unsigned a = 0; a < nest.axes.size(); ++a)
      if (nest.axes[a].kind == AxisKind::parallel && rootAxisOf[a] >= 0 &&
          alongRoot(op, innermost) == rootAxisOf[a])
        extent = part.tile(nest, a);
    Sizes tile(op.getNumLoops(), 1);
    tile[innermost] = std::min<int64_t>(4 * lanes, extent);
    std::string handle = out.match("part", attribute, part.scope);
    handle = out.split(handle, innermost, extent, tile[innermost]);
    out.tileFor(handle, tile, {});
  }

  /// The root's axis that op's axis runs along: all of them have the root's or the anchor's output
  /// dimensions in order (see rootAxes), so position in the output tells.
  int alongRoot(linalg::LinalgOp op, int axis) {
    int position = outputDimension(op, axis);
    for (unsigned r = 0; r < root.getNumLoops(); ++r)
      if (outputDimension(root, static_cast<int>(r)) == position)
        return static_cast<int>(r);
    return -1;
  }

  const ScheduledKernel &scheduled;
  const LoopNest &nest;
  linalg::LinalgOp root, anchor;
  const std::vector<int> &rootAxisOf;
  int64_t lanes;
  std::string instructions; ///< for products of narrow elements
  TransformText out;
};

} // namespace

std::string scheduleScript(const ScheduledKernel &scheduled, const Target &target) {
  if (scheduled.failed) // which says why when it is applied
    return scriptModule(scheduled.algorithmLines);
  return ScriptWriter(scheduled, target).write();
}

} // namespace alt
