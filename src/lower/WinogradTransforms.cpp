#include "lower/WinogradTransforms.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"
#include <algorithm>
#include <cmath>
#include <utility>

namespace alt {

using namespace mlir;

namespace {

/// Sums of multiples of vectors, with as few operations as the matrices' symmetry allows: their
/// points come in pairs +p, -p.
class Combiner {
public:
  Combiner(OpBuilder &b, Location loc, const MatrixRows &rows) : b(b), loc(loc), rows(rows) {}

  SmallVector<Value> apply(ArrayRef<Value> values) {
    SmallVector<Value> inputs(values), results;
    MatrixRows matrix = rows;
    for (size_t j = 0; j + 1 < inputs.size(); ++j)
      if (pairColumns(matrix, inputs, j))
        ++j;
    for (size_t i = 0; i < matrix.size(); ++i) {
      if (i + 1 < matrix.size() && pairRows(matrix[i], matrix[i + 1], inputs, results)) {
        ++i;
        continue;
      }
      results.push_back(sum(matrix[i], inputs));
    }
    return results;
  }

private:
  /// Columns that are equal in some rows and opposite in the others: sum and difference take their
  /// place.
  bool pairColumns(MatrixRows &matrix, SmallVector<Value> &inputs, size_t j) {
    bool equal = false, opposite = false;
    for (const auto &row : matrix) {
      if (std::abs(row[j]) != std::abs(row[j + 1]))
        return false;
      equal |= row[j] != 0 && row[j] == row[j + 1];
      opposite |= row[j] != 0 && row[j] == -row[j + 1];
    }
    if (!equal || !opposite)
      return false;
    Value plus = add(inputs[j], inputs[j + 1]), minus = subtract(inputs[j], inputs[j + 1]);
    inputs[j] = plus;
    inputs[j + 1] = minus;
    for (auto &row : matrix)
      row[j + 1] = row[j] == row[j + 1] ? 0 : std::exchange(row[j], 0);
    return true;
  }

  /// Rows e + o and e - o.
  bool pairRows(const std::vector<double> &first, const std::vector<double> &second,
                ArrayRef<Value> inputs, SmallVector<Value> &results) {
    std::vector<double> even(first.size()), odd(first.size());
    size_t evens = 0, odds = 0;
    for (size_t j = 0; j < first.size(); ++j) {
      if (std::abs(first[j]) != std::abs(second[j]))
        return false;
      (first[j] == second[j] ? even : odd)[j] = first[j];
      evens += even[j] != 0;
      odds += odd[j] != 0;
    }
    if (evens == 0 || odds == 0)
      return false;
    Value e = sum(even, inputs), o = sum(odd, inputs);
    results.push_back(add(e, o));
    results.push_back(subtract(e, o));
    return true;
  }

  Value sum(const std::vector<double> &factors, ArrayRef<Value> inputs) {
    size_t first = std::find(factors.begin(), factors.end(), 1) - factors.begin(); // costs nothing
    if (first == factors.size())
      first = std::find_if(factors.begin(), factors.end(), [](double f) { return f != 0; }) -
              factors.begin();
    Value total = factors[first] == 1 ? inputs[first] : multiply(factors[first], inputs[first]);
    for (size_t j = 0; j < factors.size(); ++j)
      if (j != first && factors[j] != 0)
        total = factors[j] == 1    ? add(total, inputs[j])
                : factors[j] == -1 ? subtract(total, inputs[j])
                                   : add(total, multiply(factors[j], inputs[j]));
    return total;
  }

  /// Multiplications and additions may become one instruction.
  static constexpr auto contract = arith::FastMathFlags::contract;
  Value add(Value x, Value y) { return arith::AddFOp::create(b, loc, x, y, contract); }
  Value subtract(Value x, Value y) { return arith::SubFOp::create(b, loc, x, y, contract); }
  Value multiply(double factor, Value x) {
    auto type = cast<VectorType>(x.getType());
    Attribute splat = b.getFloatAttr(type.getElementType(), factor);
    Value constant = arith::ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, splat));
    return arith::MulFOp::create(b, loc, constant, x, contract);
  }

  OpBuilder &b;
  Location loc;
  const MatrixRows &rows;
};

} // namespace

SmallVector<Value> transformTile(OpBuilder &b, Location loc, const MatrixRows &matrix,
                                 llvm::function_ref<Value(int64_t, int64_t)> read) {
  Combiner combiner(b, loc, matrix);
  auto inputs = static_cast<int64_t>(matrix.front().size());
  auto outputs = static_cast<int64_t>(matrix.size());
  SmallVector<SmallVector<Value>> columns;
  SmallVector<Value> results;
  for (int64_t j = 0; j < inputs; ++j) {
    SmallVector<Value> column;
    for (int64_t i = 0; i < inputs; ++i)
      column.push_back(read(i, j));
    columns.push_back(combiner.apply(column));
  }
  for (int64_t i = 0; i < outputs; ++i) {
    SmallVector<Value> row;
    for (int64_t j = 0; j < inputs; ++j)
      row.push_back(columns[j][i]);
    results.append(combiner.apply(row));
  }
  return results;
}

} // namespace alt
