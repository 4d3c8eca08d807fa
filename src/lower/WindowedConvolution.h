// What is to be known of a convolution whose window slides one by one over two dimensions.
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Builders.h"
#include <optional>

namespace alt {

/// out[n, h, w, f] += in[n, h + p, w + q, c] * filter[...]
struct WindowedConvolution {
  /// nullopt for any other op. Looks through the padding of the input.
  static std::optional<WindowedConvolution> match(mlir::OpBuilder &, mlir::linalg::LinalgOp);

  int64_t images = 0, height = 0, width = 0, outChannels = 0; ///< extents of the result
  int64_t inChannels = 0, windowRows = 0, windowColumns = 0;
  mlir::Value filter;
  /// What each dimension of the filter runs along.
  enum class FilterAxis { windowRow, windowColumn, channel, feature };
  llvm::SmallVector<FilterAxis> filterAxes;

  /// The input without its padding, where the padded one starts in it, and what lies outside.
  mlir::Value source;
  int64_t rowOffset = 0, columnOffset = 0;
  mlir::TypedAttr padding;

  mlir::Type element() const { return padding.getType(); }
  mlir::RankedTensorType sourceType() const {
    return mlir::cast<mlir::RankedTensorType>(source.getType());
  }

private:
  void lookThroughPadding(mlir::OpBuilder &);
};

} // namespace alt
