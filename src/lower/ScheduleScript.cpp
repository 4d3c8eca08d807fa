#include "lower/ScheduleScript.h"
#include "lower/DotProduct.h"
#include "lower/Im2col.h"
#include "lower/Prepare.h"
#include "lower/Winograd.h"
#include "space/AlgorithmSpace.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <algorithm>

namespace alt {

using namespace mlir;

namespace {

using Sizes = std::vector<int64_t>;

std::string list(const Sizes &values) {
  std::string text = "[";
  for (size_t i = 0; i < values.size(); ++i)
    text += (i ? ", " : "") + std::to_string(values[i]);
  return text + "]";
}

std::string arrayParam(const Sizes &values) {
  std::string text = "array<i64: ";
  for (size_t i = 0; i < values.size(); ++i)
    text += (i ? ", " : "") + std::to_string(values[i]);
  return text + ">";
}

bool anyTile(const Sizes &sizes) {
  return std::any_of(sizes.begin(), sizes.end(), [](int64_t s) { return s != 0; });
}

/// For every axis of the anchor the root's axis that runs with it (-1 for reductions), by following
/// the epilogue from the root to the anchor. Empty when that way is not a plain one.
std::vector<int> rootAxes(linalg::LinalgOp root, linalg::LinalgOp anchor) {
  // axisOf[d]: the root axis that runs along result dimension d of the op in hand.
  auto throughOutput = [](linalg::LinalgOp op, ArrayRef<int> axisOfDim) {
    AffineMap map = op.getIndexingMapsArray()[op.getNumDpsInputs()];
    std::vector<int> axes(op.getNumLoops(), -1);
    for (auto [d, expr] : llvm::enumerate(map.getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        axes[dim.getPosition()] = axisOfDim[d];
    return axes;
  };
  AffineMap rootMap = root.getIndexingMapsArray()[root.getNumDpsInputs()];
  std::vector<int> dims;
  for (AffineExpr expr : rootMap.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim)
      return {};
    dims.push_back(static_cast<int>(dim.getPosition()));
  }
  linalg::LinalgOp op = root;
  while (op != anchor) {
    std::vector<int> axes = throughOutput(op, dims);
    OpOperand *way = nullptr;
    linalg::LinalgOp producer;
    for (OpOperand *input : op.getDpsInputOperands()) {
      auto candidate = input->get().getDefiningOp<linalg::LinalgOp>();
      if (candidate && (candidate == anchor || candidate->hasAttr(bodyAttr)) &&
          candidate.getNumDpsInputs() > 0 && !isa<linalg::FillOp>(candidate)) {
        way = input;
        producer = candidate;
        if (candidate == anchor)
          break;
      }
    }
    if (!way || op.getNumReductionLoops() != 0)
      return {};
    dims.clear();
    for (AffineExpr expr : op.getMatchingIndexingMap(way).getResults()) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      dims.push_back(dim ? axes[dim.getPosition()] : -1);
    }
    op = producer;
  }
  std::vector<int> axes = throughOutput(anchor, dims);
  auto kinds = anchor.getIteratorTypesArray();
  for (size_t a = 0; a < axes.size(); ++a) {
    bool parallel = kinds[a] == utils::IteratorType::parallel;
    if (parallel && axes[a] < 0 && anchor.getStaticLoopRanges()[a] > 1)
      return {};
  }
  return axes;
}

std::string script(const std::string &lines) {
  return "module attributes {transform.with_named_sequence} {\n"
         "  transform.named_sequence @__transform_main(%module: !transform.any_op) {\n" +
         lines + "    transform.yield\n  }\n}\n";
}

class ScriptWriter {
public:
  ScriptWriter(const LoopNest &nest, linalg::LinalgOp root, linalg::LinalgOp anchor,
               std::vector<int> rootAxisOf, int64_t lanes, int64_t maxTile, std::string instructions)
      : nest(nest), root(root), anchor(anchor), rootAxisOf(std::move(rootAxisOf)), lanes(lanes),
        maxTile(maxTile), instructions(std::move(instructions)) {}

  /// `algorithm`: lines that make the kernel what the rest was written for.
  std::string write(ModuleOp kernel, const std::string &algorithm) {
    line("%func = transform.structured.match ops{[\"func.func\"]} in %module");
    if (!nest.im2col)
      apply(algorithm);
    line("%root = transform.structured.match attributes {alt.root} in %module");
    root_ = "%root";
    Sizes par, cache;
    for (const LoopNest::Level &axis : nest.axes) {
      par.push_back(axis.par < axis.extent ? axis.par : 0);
      cache.push_back(axis.tile < axis.par ? axis.tile : 0);
    }
    fuseRoot(par, {}, /*forall=*/true);
    fuseRoot(cache, nest.outerOrder, /*forall=*/false);
    if (nest.im2col) // for each cache tile its patches
      apply(algorithm);
    annotateAnchor();
    tileSides(kernel);
    if (nest.blocked())
      blockedTile();
    else
      registerTile();
    clean();
    packOperands();
    // Before there are thousands of vector operations for its analysis to go through.
    line("transform.bufferization.eliminate_empty_tensors %func : !transform.any_op", true);
    line("transform.alt.vectorize_tile %func {" + dotProducts() + "lanes = " + std::to_string(lanes) +
             " : i64, max_tile = " + std::to_string(maxTile) + " : i64} : !transform.any_op",
         /*typed=*/true); // tidied up by what comes next, see bufferizeKernel
    return script(text);
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

  void line(const std::string &what, bool typed = false) {
    text += "    " + what + (typed ? "" : " : (!transform.any_op) -> !transform.any_op") + "\n";
  }

  std::string fresh(const char *name) { return "%" + std::string(name) + std::to_string(counter++); }

  void clean() {
    text += "    transform.apply_patterns to %func {\n"
            "      transform.apply_patterns.canonicalization\n"
            "      transform.apply_patterns.linalg.tiling_canonicalization\n"
            "    } : !transform.any_op\n"
            "    transform.apply_cse to %func : !transform.any_op\n";
  }

  void apply(const std::string &algorithm) {
    if (algorithm.empty())
      return;
    text += algorithm;
    clean();
  }

  void annotate(const std::string &handle, const char *name, const std::string &value) {
    std::string param = fresh("p");
    line(param + " = transform.param.constant " + value + " -> !transform.any_param", true);
    line("transform.annotate " + handle + " \"" + name + "\" = " + param +
             " : !transform.any_op, !transform.any_param",
         true);
  }

  /// What vectorize_tile needs to know of the anchor travels with it through the tilings.
  void annotateAnchor() {
    line("%anchor = transform.structured.match attributes {alt.anchor} in %module");
    annotate("%anchor", "alt.vector", std::to_string(nest.vectorAxis) + " : i64");
    if (nest.skipPad)
      line("transform.annotate %anchor \"alt.skip_pad\" : !transform.any_op", true);
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
    annotate("%anchor", "alt.unroll", arrayParam(unroll));
    annotate("%anchor", "alt.reduction_order", arrayParam(order));
  }

  /// Pads and copies stand beside the nest: rows of a few vectors, nothing to choose.
  void tileSides(ModuleOp kernel) {
    if (nest.skipPad)
      return; // nothing will read them
    kernel.walk([&](linalg::LinalgOp op) {
      if (auto attr = op->getAttrOfType<IntegerAttr>(sideAttr))
        tileAlone(op, "alt.side = " + std::to_string(attr.getInt()) + " : i64");
    });
  }

  /// All axes by one, the innermost of the output by four vectors.
  void tileAlone(linalg::LinalgOp op, const std::string &attribute) {
    SmallVector<int64_t> ranges = op.getStaticLoopRanges();
    Sizes extents(ranges.begin(), ranges.end());
    int innermost = -1;
    AffineMap map = op.getIndexingMapsArray()[op.getNumDpsInputs()];
    for (AffineExpr expr : map.getResults())
      if (auto dim = dyn_cast<AffineDimExpr>(expr); dim && extents[dim.getPosition()] > 1)
        innermost = static_cast<int>(dim.getPosition());
    Sizes tile(extents.size(), 1);
    for (size_t a = 0; a < extents.size(); ++a)
      if (extents[a] == 1)
        tile[a] = 0;
    std::string handle = fresh("side");
    line(handle + " = transform.structured.match attributes {" + attribute + "} in %module");
    if (innermost >= 0) {
      tile[innermost] = std::min<int64_t>(4 * lanes, extents[innermost]);
      handle = split(handle, innermost, extents[innermost], tile[innermost]);
      if (tile[innermost] == extents[innermost])
        tile[innermost] = 0;
    }
    tileFor(handle, tile, {});
  }

  /// Cuts off what a whole number of tiles leaves over; both parts go on under one handle.
  std::string split(const std::string &handle, int axis, int64_t extent, int64_t tile) {
    if (tile <= 0 || extent % tile == 0 || extent < tile)
      return handle;
    return splitAt(handle, axis, extent / tile * tile);
  }

  /// Splits for every parallel axis: tails, and where padding is skipped also the first and the last
  /// register tile, whose taps are known. `axisOf` maps the anchor's axes to the handle's.
  template <class AxisOf> std::string splitParts(std::string handle, AxisOf axisOf) {
    for (unsigned a : nest.edges) // first: it wants the one op, not yet a list of parts
      handle = splitEdges(handle, axisOf(a), nest.axes[a]);
    for (unsigned a = 0; a < nest.axes.size(); ++a)
      if (nest.axes[a].kind == AxisKind::parallel && axisOf(a) >= 0 &&
          std::find(nest.edges.begin(), nest.edges.end(), a) == nest.edges.end())
        handle = split(handle, axisOf(a), inner(nest.axes[a]), nest.axes[a].reg);
    return handle;
  }

  std::string splitEdges(const std::string &handle, int axis, const LoopNest::Level &level) {
    int64_t last = (level.extent - 1) / level.reg * level.reg; // where the last tile starts
    if (last == 0)
      return handle;
    std::string parts = splitAt(handle, axis, last);
    if (last == level.reg)
      return parts;
    std::string before = fresh("before"), lastPart = fresh("last"), all = fresh("parts");
    line(before + ", " + lastPart + " = transform.split_handle " + parts +
             " : (!transform.any_op) -> (!transform.any_op, !transform.any_op)",
         true);
    std::string firstAndMiddle = splitAt(before, axis, level.reg);
    line(all + " = transform.merge_handles " + firstAndMiddle + ", " + lastPart +
             " : !transform.any_op",
         true);
    return all;
  }

  std::string splitAt(const std::string &handle, int axis, int64_t at) {
    std::string parts = fresh("parts");
    line(parts + " = transform.structured.split " + handle + " after " + std::to_string(at) +
             " {dimension = " + std::to_string(axis) + "} : !transform.any_op",
         true);
    return parts;
  }

  std::string loopTypes(const Sizes &tile, bool forall) {
    size_t loops = forall ? 1 : std::count_if(tile.begin(), tile.end(), [](int64_t t) { return t; });
    std::string types = "(!transform.any_op) -> (!transform.any_op";
    for (size_t i = 0; i < loops; ++i)
      types += ", !transform.any_op";
    return types + ")";
  }

  std::string tileFor(const std::string &handle, const Sizes &tile, const Sizes &interchange) {
    if (!anyTile(tile))
      return handle;
    size_t loops = std::count_if(tile.begin(), tile.end(), [](int64_t t) { return t; });
    std::string tiled = fresh("tiled");
    line(tiled + ", " + fresh("loops") + ":" + std::to_string(loops) +
             " = transform.structured.tile_using_for " + handle + " tile_sizes " + list(tile) +
             (interchange.empty() ? "" : " interchange = " + list(interchange)) + " : " +
             loopTypes(tile, false),
         true);
    return tiled;
  }

  /// Sizes over the anchor's parallel axes -> sizes over the root's axes.
  Sizes onRoot(const Sizes &sizes) {
    Sizes tile(root.getNumLoops(), 0);
    for (size_t a = 0; a < sizes.size(); ++a)
      if (nest.axes[a].kind == AxisKind::parallel && rootAxisOf[a] >= 0)
        tile[rootAxisOf[a]] = sizes[a];
    return tile;
  }

  /// A permutation of all `count` axes: those in `order`, then the rest.
  static Sizes permutation(const std::vector<unsigned> &order, size_t count) {
    Sizes all(order.begin(), order.end());
    for (size_t a = 0; a < count; ++a)
      if (std::find(order.begin(), order.end(), a) == order.end())
        all.push_back(static_cast<int64_t>(a));
    return all;
  }

  std::vector<unsigned> orderOnRoot(const std::vector<unsigned> &order) {
    std::vector<unsigned> mapped;
    for (unsigned a : order)
      if (rootAxisOf[a] >= 0)
        mapped.push_back(static_cast<unsigned>(rootAxisOf[a]));
    return mapped;
  }

  /// Tiles the root and pulls the anchor, its fill and the rest of the epilogue into the loops.
  void fuseRoot(const Sizes &sizes, const std::vector<unsigned> &order, bool forall) {
    Sizes tile = onRoot(sizes);
    if (!anyTile(tile))
      return;
    size_t loops = forall ? 1 : std::count_if(tile.begin(), tile.end(), [](int64_t t) { return t; });
    std::string fused = fresh("fused");
    std::string interchange =
        order.empty() ? "" : " interchange " + list(permutation(orderOnRoot(order), tile.size()));
    line(fused + ", " + fresh("loops") + ":" + std::to_string(loops) +
             " = transform.structured.fuse " + root_ + " tile_sizes " + list(tile) + interchange +
             (forall ? " {apply_cleanup, use_forall}" : " {apply_cleanup}") + " : " + loopTypes(tile, forall),
         true);
    clean();
    root_ = fused;
  }

  /// The extent that the register level finds of an axis.
  int64_t inner(const LoopNest::Level &axis) const { return axis.tile; }

  Sizes registerSizes(bool keepWhole) {
    Sizes sizes;
    for (const LoopNest::Level &axis : nest.axes)
      sizes.push_back(axis.kind == AxisKind::reduction            ? 0
                      : axis.reg < inner(axis) || keepWhole ? axis.reg
                                                            : 0);
    return sizes;
  }

  /// Reductions whole: epilogue and fill join the anchor in the register tile.
  void registerTile() {
    Sizes sizes = onRoot(registerSizes(false));
    if (!anyTile(sizes))
      return;
    root_ = splitParts(root_, [&](unsigned a) { return rootAxisOf[a]; });
    fuseRoot(registerSizes(false), nest.innerOrder, /*forall=*/false);
  }

  /// Reductions in blocks: the anchor alone goes through its blocks and register tiles; fill and
  /// epilogue pass over the cache tile before and after.
  void blockedTile() {
    std::string handle = "%inner";
    line("%inner = transform.structured.match attributes {alt.anchor} in %module");
    Sizes block;
    for (const LoopNest::Level &axis : nest.axes)
      block.push_back(axis.kind == AxisKind::reduction && axis.tile < axis.extent ? axis.tile : 0);
    handle = tileFor(handle, block, {});
    if (root != anchor)
      tileAlonePart(root, "alt.root");
    tileBodies();
    handle = splitParts(handle, [](unsigned a) { return static_cast<int>(a); });
    tileFor(handle, registerSizes(false), permutation(nest.innerOrder, nest.axes.size()));
  }

  /// Operands in panels; the copies that make them run row by row.
  void packOperands() {
    for (unsigned o = 0; o < nest.packed.size(); ++o) {
      if (!nest.packed[o])
        continue;
      OpOperand &operand = anchor->getOpOperand(o);
      auto type = cast<RankedTensorType>(operand.get().getType());
      int64_t tile = nest.axes[nest.vectorAxis].reg, extent = type.getShape().back();
      std::string handle = fresh("packed");
      line(handle + " = transform.structured.match attributes {alt.anchor} in %module");
      line("transform.alt.pack_operand " + handle + " {operand = " + std::to_string(o) +
               " : i64, tile = " + std::to_string(tile) + " : i64" + interleavingOf(operand) +
               "} : !transform.any_op",
           true);
      if (!interleavingOf(operand).empty())
        continue; // vectors already
      Sizes rows(type.getRank(), 1);
      rows.back() = 0;
      if (extent % tile)
        tileFor(matchCopies("alt.pack_tail"), rows, {});
      rows.insert(rows.begin(), 1);
      if (extent >= tile)
        tileFor(matchCopies("alt.pack_whole"), rows, {});
      clean();
    }
  }

  /// Where every step of the innermost reduction goes in pairs or quads, they lie side by side.
  std::string interleavingOf(OpOperand &operand) {
    if (nest.reductionOrder.empty())
      return "";
    unsigned axis = nest.reductionOrder.back();
    const LoopNest::Level &level = nest.axes[axis], &vector = nest.axes[nest.vectorAxis];
    std::optional<DotProduct> dot =
        matchDotProduct(anchor, static_cast<int>(nest.vectorAxis), instructions);
    AffineMap map = anchor.getMatchingIndexingMap(&operand);
    std::optional<unsigned> dimension = map.getResultPosition(getAffineDimExpr(axis, map.getContext()));
    if (!dot || dot->along != &operand || !dimension ||
        (nest.skipPad && dot->kind == DotProduct::Kind::signedBytes))
      return "";
    for (AffineExpr expr : anchor.getMatchingIndexingMap(dot->spread).getResults())
      if (expr.isFunctionOfDim(axis) && !isa<AffineDimExpr>(expr))
        return "";
    int64_t steps = dot->steps();
    for (unsigned a = 0; a < nest.axes.size(); ++a) // one vector a chunk serves the whole tile
      if (a != nest.vectorAxis && nest.axes[a].kind == AxisKind::parallel && nest.axes[a].reg > 1 &&
          map.isFunctionOfDim(a))
        return "";
    for (int64_t width : {vector.reg, vector.extent % vector.reg}) // chunks have an instruction each
      if (int64_t rest = width % lanes; rest == 1 || rest == 2)
        return "";
    bool whole = level.reg % steps == 0 && (level.tile % steps == 0 || level.tile == level.extent);
    return !whole ? "" : ", steps = " + std::to_string(steps) + " : i64, dimension = " +
                             std::to_string(*dimension) + " : i64";
  }

  std::string matchCopies(const char *attribute) {
    std::string handle = fresh("copies");
    line(handle + " = transform.structured.match attributes {" + attribute + "} in %module");
    return handle;
  }

  void tileBodies() {
    for (linalg::LinalgOp op : root->getParentOfType<func::FuncOp>().getBody().getOps<linalg::LinalgOp>())
      if (auto attr = op->getAttrOfType<IntegerAttr>(bodyAttr))
        tileAlonePart(op, "alt.body = " + std::to_string(attr.getInt()) + " : i64");
  }

  /// As tileAlone, for an op that sits inside the cache tile: its extents are the tile's.
  void tileAlonePart(linalg::LinalgOp op, const std::string &attribute) {
    SmallVector<int64_t> ranges = op.getStaticLoopRanges();
    Sizes extents(ranges.begin(), ranges.end());
    AffineMap map = op.getIndexingMapsArray()[op.getNumDpsInputs()];
    int innermost = -1;
    for (AffineExpr expr : map.getResults())
      if (auto dim = dyn_cast<AffineDimExpr>(expr); dim && extents[dim.getPosition()] > 1)
        innermost = static_cast<int>(dim.getPosition());
    if (innermost < 0)
      return;
    // The anchor's vector axis runs along the output's innermost axis or the op is small anyhow;
    // the extent inside the tile is found by matching extents of the anchor's axes.
    int64_t extent = extents[innermost];
    for (size_t a = 0; a < nest.axes.size(); ++a)
      if (nest.axes[a].kind == AxisKind::parallel && rootAxisOf[a] >= 0 &&
          alongRoot(op, innermost) == rootAxisOf[a])
        extent = inner(nest.axes[a]);
    Sizes tile(extents.size(), 1);
    tile[innermost] = std::min<int64_t>(4 * lanes, extent);
    std::string handle = fresh("part");
    line(handle + " = transform.structured.match attributes {" + attribute + "} in %module");
    handle = split(handle, innermost, extent, tile[innermost]);
    tileFor(handle, tile, {});
  }

  /// The root's axis that op's axis runs along: all of them have the root's or the anchor's output
  /// dimensions in order (see rootAxes), so position in the output tells.
  int alongRoot(linalg::LinalgOp op, int axis) {
    auto positionOf = [](linalg::LinalgOp o, int wanted) {
      AffineMap map = o.getIndexingMapsArray()[o.getNumDpsInputs()];
      for (auto [d, expr] : llvm::enumerate(map.getResults()))
        if (auto dim = dyn_cast<AffineDimExpr>(expr); dim && static_cast<int>(dim.getPosition()) == wanted)
          return static_cast<int>(d);
      return -1;
    };
    int position = positionOf(op, axis);
    for (unsigned r = 0; r < root.getNumLoops(); ++r)
      if (positionOf(root, static_cast<int>(r)) == position)
        return static_cast<int>(r);
    return -1;
  }

  const LoopNest &nest;
  linalg::LinalgOp root, anchor;
  std::vector<int> rootAxisOf;
  int64_t lanes, maxTile;
  std::string instructions; ///< for products of narrow elements
  std::string root_, text;
  unsigned counter = 0;
};

/// The ops that the kernel's marks name.
struct Marked {
  linalg::LinalgOp root, anchor;
};

Marked findMarked(ModuleOp kernel) {
  Marked marked;
  kernel.walk([&](linalg::LinalgOp op) {
    if (op->hasAttr(rootAttr))
      marked.root = op;
    if (op->hasAttr(anchorAttr))
      marked.anchor = op;
  });
  return marked;
}

/// How Winograd's algorithm is applied; what is left of the nest is inside its loops.
WinogradBlocking takeOut(LoopNest &nest, int64_t lanes) {
  LoopNest::Level &tiles = nest.axes[Winograd::t], &filters = nest.axes[Winograd::f];
  int64_t share = filters.par < filters.extent ? filters.par : 0;
  WinogradBlocking blocking{nest.winograd, tiles.par, share, tiles.tile, filters.tile, lanes};
  for (LoopNest::Level *level : {&tiles, &filters})
    level->extent = level->par = level->tile;
  return blocking;
}

constexpr const char *matchConvolution =
    "    %conv = transform.structured.match attributes {alt.anchor} in %module"
    " : (!transform.any_op) -> !transform.any_op\n";

std::string winogradLines(const WinogradBlocking &blocking) {
  auto attribute = [](const char *name, int64_t value) {
    return std::string(name) + " = " + std::to_string(value) + " : i64";
  };
  return std::string(matchConvolution) + "    transform.alt.winograd %conv {" +
         attribute("m", blocking.m) + ", " + attribute("unit", blocking.unit) + ", " +
         attribute("batch", blocking.batch) + ", " + attribute("filters", blocking.filters) + ", " +
         attribute("lanes", blocking.lanes) +
         (blocking.share ? ", " + attribute("share", blocking.share) : "") +
         "} : !transform.any_op\n";
}

std::string im2colLines(int64_t lanes) {
  return std::string(matchConvolution) + "    transform.alt.im2col %conv {lanes = " +
         std::to_string(lanes) + " : i64} : !transform.any_op\n";
}

} // namespace

std::string scheduleScript(const LowerRequest &request, ModuleOp kernel, const Target &target) {
  const auto *space = dynamic_cast<const AlgorithmSpace *>(request.space);
  auto [root, anchor] = findMarked(kernel);
  if (!space || request.workload.axes.empty() || !root || !anchor)
    return "";
  LoopNest nest = space->decode(*request.schedule);
  std::string algorithm;
  OwningOpRef<ModuleOp> rewritten; // the kernel as the rest of the script will find it
  if (nest.winograd || nest.im2col) {
    rewritten = kernel.clone();
    kernel = *rewritten;
    IRRewriter rewriter(kernel.getContext());
    LogicalResult done = success();
    if (nest.winograd) {
      WinogradBlocking blocking = takeOut(nest, space->lanes());
      algorithm = winogradLines(blocking);
      done = convolveByWinograd(rewriter, findMarked(kernel).anchor, blocking);
    } else {
      algorithm = im2colLines(space->lanes());
      done = convolveByPatches(rewriter, findMarked(kernel).anchor, space->lanes());
    }
    if (failed(done))
      return script(algorithm); // which says why when it is applied
    root = findMarked(kernel).root;
    anchor = findMarked(kernel).anchor;
  }
  if (SmallVector<int64_t> ranges = anchor.getStaticLoopRanges(); ranges.size() != nest.axes.size())
    return "";
  std::vector<int> axes = rootAxes(root, anchor);
  if (axes.empty())
    return "";
  return ScriptWriter(nest, root, anchor, axes, space->lanes(), 64, dotProductInstructions(target))
      .write(kernel, algorithm);
}

} // namespace alt
