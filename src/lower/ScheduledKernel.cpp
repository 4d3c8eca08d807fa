#include "lower/ScheduledKernel.h"
#include "lower/Im2col.h"
#include "lower/Prepare.h"
#include "lower/RootAxes.h"
#include "lower/Winograd.h"

namespace alt {

using namespace mlir;

namespace {

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
  return std::string(matchConvolution) +
         "    transform.alt.im2col %conv {lanes = " + std::to_string(lanes) +
         " : i64} : !transform.any_op\n";
}

} // namespace

std::optional<ScheduledKernel> ScheduledKernel::of(const LowerRequest &request, ModuleOp kernel) {
  const auto *space = dynamic_cast<const AlgorithmSpace *>(request.space);
  MarkedOps marked = findMarked(kernel);
  if (!space || request.workload.axes.empty() || !marked.root || !marked.anchor)
    return std::nullopt;
  ScheduledKernel found;
  found.algorithm = &space->algorithms()[space->chosen(*request.schedule)];
  found.nest = space->decode(*request.schedule);
  found.lanes = space->lanes();
  found.kernel = kernel;
  found.rootBefore = marked.root;
  found.anchorBefore = marked.anchor;
  found.workload = &request.workload;
  if (found.algorithm->rewritten()) {
    found.rewritten = kernel.clone();
    found.kernel = *found.rewritten;
    IRRewriter rewriter(kernel.getContext());
    linalg::LinalgOp convolution = findMarked(found.kernel).anchor;
    LogicalResult done = success();
    if (found.nest.winograd) {
      WinogradBlocking blocking = takeOut(found.nest, found.lanes);
      found.algorithmLines = winogradLines(blocking);
      done = convolveByWinograd(rewriter, convolution, blocking);
    } else {
      found.algorithmLines = im2colLines(found.lanes);
      done = convolveByPatches(rewriter, convolution, found.lanes);
    }
    if (mlir::failed(done)) {
      found.failed = true;
      return found;
    }
    marked = findMarked(found.kernel);
  }
  found.root = marked.root;
  found.anchor = marked.anchor;
  if (found.anchor.getNumLoops() != found.nest.axes.size())
    return std::nullopt;
  found.rootAxisOf = rootAxes(found.root, found.anchor);
  if (found.rootAxisOf.empty())
    return std::nullopt;
  return found;
}

} // namespace alt
