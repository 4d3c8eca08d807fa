#include "alt/tensor/Agreement.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <type_traits>

namespace alt {

Allowance allowance(Scope scope, ElementType precision) {
  // Rounding adds up from kernel to kernel; of narrow types it is most of one kernel's, too.
  double one = info(precision).tolerance;
  return {scope == Scope::kernel ? one : std::max(one, std::min(10 * one, 0.05)), 0, {}};
}

Allowance allowance(Scope scope, ElementType actual, ElementType expected) {
  Allowance one = allowance(scope, actual), other = allowance(scope, expected);
  return one.tolerance > other.tolerance ? one : other;
}

namespace {

/// Narrow reals are compared as floats.
template <class T>
using Number = std::conditional_t<isReal<T>, std::conditional_t<std::is_same_v<T, double>, double, float>,
                                  std::conditional_t<std::is_integral_v<T>, T, uint8_t>>;

template <class T> Number<T> read(const std::byte *data, int64_t i) {
  T value;
  std::memcpy(&value, data + i * int64_t(sizeof value), sizeof value);
  if constexpr (std::is_arithmetic_v<T>)
    return value;
  else
    return Number<T>(double(value));
}

/// The root of the mean square of the finite elements. By the largest one, lest squares overflow.
template <class At> double rootMeanSquare(int64_t count, At at) {
  double largest = 0, squares = 0;
  int64_t finite = 0;
  for (int64_t i = 0; i < count; ++i)
    if (double value = std::abs(double(at(i))); std::isfinite(value)) {
      largest = std::max(largest, value);
      squares += value * value;
      ++finite;
    }
  if (finite == 0 || largest == 0)
    return 0;
  if (squares > 1e-280 && std::isfinite(squares))
    return std::sqrt(squares / double(finite));
  squares = 0;
  for (int64_t i = 0; i < count; ++i)
    if (double value = double(at(i)) / largest; std::isfinite(value))
      squares += value * value;
  return largest * std::sqrt(squares / double(finite));
}

std::string numberText(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}
template <class T> std::string text(T value) {
  if constexpr (std::is_integral_v<T>)
    return std::to_string(value);
  else
    return numberText(double(value));
}

template <class At>
std::optional<Difference> scanReals(std::span<const int64_t> shape, int64_t count, At actual,
                                    At expected, const Allowance &allowance) {
  using Real = decltype(actual(0));
  auto relative = Real(allowance.tolerance),
       absolute = Real(allowance.tolerance * rootMeanSquare(count, expected));
  for (int64_t i = 0; i < count; ++i) {
    Real a = actual(i), e = expected(i),
         slack = allowance.slack.empty() ? Real(0) : Real(allowance.slack[size_t(i)]),
         allowed = relative * std::abs(e) + absolute + slack;
    if (std::abs(a - e) <= allowed && std::isfinite(e)) [[likely]]
      continue;
    if ((std::isnan(a) && std::isnan(e)) || a == e || std::isinf(slack))
      continue;
    return Difference{indexText(i, shape), text(a), text(e),
                      std::isfinite(e) ? numberText(double(allowed)) : "0"};
  }
  return std::nullopt;
}

template <class At>
std::optional<Difference> scanIntegers(std::span<const int64_t> shape, int64_t count, At actual,
                                       At expected, const Allowance &allowance) {
  for (int64_t i = 0; i < count; ++i) {
    double slack = allowance.slack.empty() ? 0 : allowance.slack[size_t(i)];
    uint64_t steps = uint64_t(allowance.steps) + uint64_t(std::min(slack, 1e18));
    auto a = actual(i), e = expected(i);
    if (uint64_t(std::max(a, e)) - uint64_t(std::min(a, e)) > steps)
      return Difference{indexText(i, shape), text(a), text(e), std::to_string(steps)};
  }
  return std::nullopt;
}

int64_t elementsOf(std::span<const int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

} // namespace

std::string indexText(int64_t element, std::span<const int64_t> shape) {
  std::string text;
  for (size_t d = shape.size(); d-- > 0; element /= shape[d])
    text = std::to_string(element % shape[d]) + (text.empty() ? "" : ",") + text;
  return text.empty() ? "" : "[" + text + "]";
}

std::string Difference::text() const {
  return (where.empty() ? "it" : "element " + where) + " is " + actual + " instead of " + expected +
         (allowed == "0" ? "" : " (it may be off by " + allowed + ")");
}

std::optional<Difference> firstDifference(ElementType type, std::span<const int64_t> shape,
                                          const std::byte *actual, const std::byte *expected,
                                          const Allowance &allowed) {
  int64_t count = elementsOf(shape);
  return visit(type, [&]<class T>(T) -> std::optional<Difference> {
    auto at = [](const std::byte *data) { return [data](int64_t i) { return read<T>(data, i); }; };
    if constexpr (isReal<T>)
      return scanReals(shape, count, at(actual), at(expected), allowed);
    else
      return scanIntegers(shape, count, at(actual), at(expected), allowed);
  });
}

std::optional<std::string> difference(const Tensor &actual, const Tensor &expected,
                                      const Allowance &allowed) {
  const std::string &name = actual.spec.name.empty() ? expected.spec.name : actual.spec.name;
  if (actual.spec.shape != expected.spec.shape)
    return "'" + name + "' has shape " + shapeText(actual.spec.shape) + " instead of " +
           shapeText(expected.spec.shape);
  const std::vector<int64_t> &shape = expected.spec.shape;
  std::optional<Difference> found;
  if (actual.spec.type == expected.spec.type) {
    found = firstDifference(actual.spec.type, shape, actual.data.data(), expected.data.data(), allowed);
  } else {
    auto at = [](const Tensor &tensor) {
      return std::function<double(int64_t)>([&tensor](int64_t i) { return element(tensor, i); });
    };
    found = scanReals(shape, elementsOf(shape), at(actual), at(expected), allowed);
  }
  if (!found)
    return std::nullopt;
  return "'" + name + "': " + found->text();
}

template <class Actual, class Expected>
static double largestOf(int64_t count, Actual actual, Expected expected) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  double rms = rootMeanSquare(count, expected), worst = 0;
  for (int64_t i = 0; i < count; ++i) {
    double a = double(actual(i)), e = double(expected(i));
    if (a == e || (std::isnan(a) && std::isnan(e)))
      continue;
    if (!std::isfinite(a) || !std::isfinite(e))
      return infinite;
    double scale = std::abs(e) + rms;
    worst = std::max(worst, scale > 0 ? std::abs(a - e) / scale : infinite);
  }
  return worst;
}

double largestError(ElementType type, int64_t elements, const std::byte *actual,
                    const std::byte *expected) {
  auto at = [type](const std::byte *data) {
    return [type, data](int64_t i) { return toDouble(type, data + i * int64_t(bytes(type))); };
  };
  return largestOf(elements, at(actual), at(expected));
}

double largestError(const Tensor &actual, const Tensor &expected) {
  if (actual.spec.shape != expected.spec.shape)
    return std::numeric_limits<double>::infinity();
  return largestOf(
      expected.spec.elements(), [&](int64_t i) { return element(actual, i); },
      [&](int64_t i) { return element(expected, i); });
}

} // namespace alt
