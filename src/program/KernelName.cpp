#include "program/KernelName.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include <utility>

namespace alt {

using namespace mlir;

static std::string joined(llvm::ArrayRef<int64_t> extents) {
  std::string text;
  for (int64_t extent : extents)
    text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text.empty() ? "scalar" : text;
}

static std::string shapeOf(mlir::Value value) {
  return joined(cast<RankedTensorType>(value.getType()).getShape());
}

static std::vector<int64_t> extents(linalg::LinalgOp op, llvm::ArrayRef<unsigned> loops) {
  std::vector<int64_t> out;
  for (unsigned loop : loops)
    out.push_back(op.getStaticLoopRanges()[loop]);
  return out;
}

static int64_t product(const std::vector<int64_t> &values) {
  int64_t all = 1;
  for (int64_t value : values)
    all *= value;
  return all;
}

// "conv_3x3s2_56x56x64_64": window, stride, output image x input channels, output channels.
static std::string windowName(linalg::LinalgOp op, const std::string &prefix) {
  FailureOr<linalg::ConvolutionDimensions> dims = linalg::inferConvolutionDims(op);
  if (failed(dims))
    return prefix + "_" + joined(op.getStaticLoopRanges());
  std::string name = prefix + "_" + joined(extents(op, dims->filterLoop));
  auto suffix = [&](char letter, llvm::ArrayRef<int64_t> values) {
    if (llvm::any_of(values, [](int64_t v) { return v != 1; }))
      name += letter + (llvm::all_equal(values) ? std::to_string(values.front()) : joined(values));
  };
  name += std::string("s") + (llvm::all_equal(dims->strides) ? std::to_string(dims->strides.front())
                                                             : joined(dims->strides));
  suffix('d', dims->dilations);
  std::vector<int64_t> image = extents(op, dims->outputImage);
  std::vector<int64_t> in = extents(op, dims->inputChannel), out = extents(op, dims->outputChannel);
  std::vector<int64_t> depth = extents(op, dims->depth);
  image.insert(image.end(), in.begin(), in.end());
  if (!depth.empty()) {
    image.push_back(product(depth));
    if (in.empty() && prefix == "conv")
      name = "dw" + name;
    else if (prefix == "conv")
      name = "g" + name;
  }
  int64_t batch = product(extents(op, dims->batch));
  if (in.empty() && depth.empty()) // pooling: channels are batch
    image.push_back(std::exchange(batch, 1) * product(out));
  name += "_" + joined(image);
  if (!in.empty())
    name += "_" + std::to_string(product(out));
  return batch > 1 ? name + "_n" + std::to_string(batch) : name;
}

static std::string contractionName(linalg::LinalgOp op) {
  FailureOr<linalg::ContractionDimensions> dims = linalg::inferContractionDims(op);
  if (failed(dims))
    return "contraction_" + joined(op.getStaticLoopRanges());
  int64_t b = product(extents(op, dims->batch)), m = product(extents(op, dims->m));
  int64_t n = product(extents(op, dims->n)), k = product(extents(op, dims->k));
  std::string shape = joined({m, n, k});
  if (b > 1)
    return "batch_matmul_" + std::to_string(b) + "x" + shape;
  return (m == 1 || n == 1 ? "matvec_" : "matmul_") + shape;
}

static std::string combinerName(linalg::LinalgOp op) {
  std::string name = "reduce";
  for (Operation &inner : *op.getBlock())
    if (isa<arith::MaximumFOp, arith::MaxNumFOp, arith::MaxSIOp>(inner))
      name = "max";
    else if (isa<arith::AddFOp, arith::AddIOp>(inner))
      name = "sum";
    else if (isa<arith::MinimumFOp, arith::MinNumFOp, arith::MinSIOp>(inner))
      name = "min";
  return name;
}

static std::string anchorName(linalg::LinalgOp op, AnchorKind kind) {
  switch (kind) {
  case AnchorKind::contraction:
    return contractionName(op);
  case AnchorKind::convolution:
    return windowName(op, "conv");
  case AnchorKind::reduction:
    if (succeeded(linalg::inferConvolutionDims(op)) && op.getNumDpsInputs() == 2)
      return windowName(op, "pool_" + combinerName(op));
    return "reduce_" + combinerName(op) + "_" + joined(op.getStaticLoopRanges());
  case AnchorKind::elementwise:
    break;
  }
  if (isa<linalg::FillOp>(op.getOperation()))
    return "fill_" + joined(op.getStaticLoopRanges());
  bool copies = llvm::hasSingleElement(op.getBlock()->getOperations());
  return (copies ? "transpose_" : "elementwise_") + joined(op.getStaticLoopRanges());
}

static std::string plainName(Operation *op) {
  std::string name = op->getName().stripDialect().str();
  if (isa<linalg::GenericOp>(op))
    name = "gather";
  for (char &c : name)
    c = c == '.' ? '_' : c;
  if (op->getNumResults() && isa<RankedTensorType>(op->getResult(0).getType()))
    name += "_" + shapeOf(op->getResult(0));
  return name;
}

std::string kernelName(const Group &group, const Outlined &outlined, AnchorKind kind) {
  return group.anchor ? anchorName(outlined.anchor, kind) : plainName(group.last());
}

} // namespace alt
