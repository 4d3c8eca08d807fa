// Rows of features, row-major: what models are fitted to and asked about.
#pragma once
#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

namespace alt {

struct Matrix {
  size_t columns = 0;
  std::vector<float> values;

  explicit Matrix(size_t columns = 0) : columns(columns) {}
  Matrix(size_t rows, size_t columns) : columns(columns), values(rows * columns) {}

  size_t rows() const { return columns ? values.size() / columns : 0; }
  std::span<const float> row(size_t i) const { return {values.data() + i * columns, columns}; }
  std::span<float> row(size_t i) { return {values.data() + i * columns, columns}; }
  /// A new last row, zeroed.
  std::span<float> addRow() {
    values.resize(values.size() + columns);
    return row(rows() - 1);
  }
};

/// The same, column after column: what many rows at once are scored from.
struct Columns {
  size_t rows = 0;
  std::vector<float> values;

  Columns() = default;
  explicit Columns(const Matrix &matrix) : rows(matrix.rows()), values(matrix.values.size()) {
    for (size_t i = 0; i < rows; ++i)
      for (size_t c = 0; c < matrix.columns; ++c)
        values[c * rows + i] = matrix.values[i * matrix.columns + c];
  }
  const float *column(size_t c) const { return values.data() + c * rows; }
};

} // namespace alt
