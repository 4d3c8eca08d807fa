#include "lower/PackingScript.h"

namespace alt {

using namespace mlir;

static void transpose(const Panels &panels, linalg::LinalgOp anchor, TransformText &out) {
  out.line("transform.alt.transpose_operand " + out.match("packed", "alt.anchor") +
               " {operand = " + std::to_string(panels.operand) + " : i64, dimension = " +
               std::to_string(*panels.last) + " : i64} : !transform.any_op",
           true);
  Sizes rows(anchor.getRank(&anchor->getOpOperand(panels.operand)), 1);
  rows.back() = 0;
  out.tileFor(out.match("copies", "alt.pack_tail"), rows, {});
  out.tileFor(out.match("copies", "alt.pack_whole"), rows, {});
  out.clean();
}

void writePacking(const Panels &panels, linalg::LinalgOp anchor, TransformText &out) {
  if (panels.last)
    return transpose(panels, anchor, out);
  auto type = cast<RankedTensorType>(anchor->getOperand(panels.operand).getType());
  int64_t extent = type.getShape().back();
  bool interleaved = panels.by.steps > 1;
  std::string handle = out.match("packed", "alt.anchor");
  out.line("transform.alt.pack_operand " + handle +
               " {operand = " + std::to_string(panels.operand) +
               " : i64, tile = " + std::to_string(panels.tile) + " : i64" +
               (interleaved ? ", steps = " + std::to_string(panels.by.steps) +
                                  " : i64, dimension = " + std::to_string(panels.by.dimension) +
                                  (panels.by.multiple > 1
                                       ? " : i64, multiple = " + std::to_string(panels.by.multiple)
                                       : "")
                            : "") +
               "} : !transform.any_op",
           true);
  if (interleaved)
    return; // vectors already
  Sizes rows(type.getRank(), 1);
  rows.back() = 0;
  if (extent % panels.tile)
    out.tileFor(out.match("copies", "alt.pack_tail"), rows, {});
  rows.insert(rows.begin(), 1);
  if (extent >= panels.tile)
    out.tileFor(out.match("copies", "alt.pack_whole"), rows, {});
  out.clean();
}

} // namespace alt
