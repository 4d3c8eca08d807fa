#include "measure/DataSet.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace alt {

namespace {

/// SplitMix64: one multiply chain a value, so that megabytes of inputs cost milliseconds.
struct Stream {
  uint64_t state;
  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
};

template <class T, class Next> void fillAs(Region &region, Next next) {
  T *values = reinterpret_cast<T *>(region.data());
  for (int64_t i = 0, n = region.size() / static_cast<int64_t>(sizeof(T)); i < n; ++i)
    values[i] = static_cast<T>(next());
}

void fill(Region &region, ElementType type, Stream stream, bool positive) {
  double low = positive ? 0.5 : -1, width = positive ? 1 : 2;
  visit(type, [&](auto zero) {
    using T = decltype(zero);
    switch (info(type).draw) {
    case Draw::real:
      return fillAs<T>(region, [&] { return low + width * stream.uniform(); });
    case Draw::any:
      return fillAs<T>(region, [&] { return stream.next(); });
    case Draw::coin:
    case Draw::small: // as many as any other tensor has
      return fillAs<T>(region, [&] { return stream.next() & 1; });
    }
  });
}

template <class T> std::string describe(int64_t i, T actual, T expected, bool unwritten) {
  char text[120];
  if (unwritten)
    std::snprintf(text, sizeof text, "element %lld was not written", static_cast<long long>(i));
  else
    std::snprintf(text, sizeof text, "element %lld is %.9g instead of %.9g",
                  static_cast<long long>(i), static_cast<double>(actual),
                  static_cast<double>(expected));
  return text;
}

/// Two NaNs agree, two equal infinities too.
template <class T>
std::optional<std::string> firstWrongReal(const Argument &argument, const std::byte *actualBytes,
                                          const std::byte *expectedBytes, double tolerance) {
  using Number = std::conditional_t<std::is_same_v<T, double>, double, float>;
  auto at = [](const std::byte *bytes, int64_t i) {
    return static_cast<Number>(static_cast<double>(reinterpret_cast<const T *>(bytes)[i]));
  };
  int64_t n = argument.elements();
  double squares = 0;
  int64_t finite = 0;
  for (int64_t i = 0; i < n; ++i)
    if (double e = at(expectedBytes, i); std::isfinite(e)) {
      squares += e * e;
      ++finite;
    }
  auto relative = static_cast<Number>(tolerance);
  auto absolute = static_cast<Number>(
      finite ? tolerance * std::sqrt(squares / static_cast<double>(finite)) : 0);
  for (int64_t i = 0; i < n; ++i) {
    Number a = at(actualBytes, i), e = at(expectedBytes, i);
    if (std::abs(a - e) <= relative * std::abs(e) + absolute) [[likely]]
      continue;
    if (std::memcmp(actualBytes + i * int64_t(sizeof(T)), &info(argument.type).poison,
                    sizeof(T)) == 0)
      return describe(i, a, e, true);
    if ((std::isnan(a) && std::isnan(e)) || a == e)
      continue;
    return describe(i, a, e, false);
  }
  return std::nullopt;
}

template <class T>
std::optional<std::string> firstWrongInteger(const Argument &argument, const std::byte *actualBytes,
                                             const std::byte *expectedBytes) {
  if (std::memcmp(actualBytes, expectedBytes, static_cast<size_t>(argument.byteSize())) == 0)
    return std::nullopt;
  auto *actual = reinterpret_cast<const T *>(actualBytes);
  auto *expected = reinterpret_cast<const T *>(expectedBytes);
  int64_t i = 0;
  while (actual[i] == expected[i])
    ++i;
  return describe(i, actual[i], expected[i], false);
}

} // namespace

DataSet::DataSet(std::vector<Argument> arguments, uint64_t seed, bool positive)
    : args(std::move(arguments)) {
  for (size_t i = 0; i < args.size(); ++i) {
    memory.emplace_back(args[i].byteSize(), /*shared=*/args[i].isOutput);
    if (memory.back() && !args[i].isOutput)
      fill(memory.back(), args[i].type, Stream{seed + i * 0x51ed2701}, positive);
  }
}

bool DataSet::complete() const {
  for (const Region &region : memory)
    if (!region)
      return false;
  return true;
}

void DataSet::freeze() {
  for (Region &region : memory)
    region.makeReadOnly();
}

bool DataSet::finite() const {
  for (size_t i = 0; i < args.size(); ++i) {
    if (!args[i].isOutput)
      continue;
    bool finite = visit(args[i].type, [&](auto zero) {
      auto *values = reinterpret_cast<const decltype(zero) *>(memory[i].data());
      return std::all_of(values, values + args[i].elements(), [](auto value) {
        return std::isfinite(static_cast<double>(value));
      });
    });
    if (!finite)
      return false;
  }
  return true;
}

void poison(Region &region, ElementType type) {
  uint64_t bits = info(type).poison;
  size_t width = bytes(type);
  for (int64_t at = 0; at < region.size(); at += int64_t(width))
    std::memcpy(region.data() + at, &bits, width);
}

std::optional<std::string> firstWrong(const Argument &argument, const std::byte *actual,
                                      const std::byte *expected, double slack) {
  return visit(argument.type, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (isReal<T>)
      return firstWrongReal<T>(argument, actual, expected, slack * info(argument.type).tolerance);
    else
      return firstWrongInteger<T>(argument, actual, expected);
  });
}

} // namespace alt
