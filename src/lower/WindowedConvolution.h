// What is to be known of a convolution whose window slides over two dimensions.
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Builders.h"
#include <optional>

namespace alt {

/// out[n, h, w, f] += in[n, stride * h + dilation * p, ... w ... q, c] * filter[...]
struct WindowedConvolution {
  /// nullopt for any other op. Looks through slices and the padding of the input.
  static std::optional<WindowedConvolution> match(mlir::OpBuilder &, mlir::linalg::LinalgOp);

  int64_t images = 0, height = 0, width = 0, outChannels = 0; ///< extents of the result
  int64_t inChannels = 0, windowRows = 0, windowColumns = 0;
  std::array<int64_t, 2> stride{1, 1}, dilation{1, 1}; ///< of rows, of columns
  mlir::Value filter;
  /// What each dimension of the filter runs along.
  enum class FilterAxis { windowRow, windowColumn, channel, feature };
  llvm::SmallVector<FilterAxis> filterAxes;

  /// The input without its padding, where the op's input starts in it, and what lies outside.
  mlir::Value source;
  llvm::SmallVector<mlir::OpFoldResult> start;
  mlir::TypedAttr padding;
  bool padded = false; ///< rows or columns may lie outside

  bool slidesByOne() const {
    return llvm::all_equal({stride[0], stride[1], dilation[0], dilation[1], int64_t(1)});
  }
  mlir::Type element() const { return padding.getType(); }
  mlir::RankedTensorType sourceType() const {
    return mlir::cast<mlir::RankedTensorType>(source.getType());
  }

private:
  void findSource(mlir::OpBuilder &, mlir::Value input);
};

/// Erases what nothing in the block reads any more.
void eraseDead(mlir::RewriterBase &, mlir::Block &);

} // namespace alt
