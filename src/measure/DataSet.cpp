#include "measure/DataSet.h"
#include <bit>
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

uint16_t toBf16(float value) { return static_cast<uint16_t>(std::bit_cast<uint32_t>(value) >> 16); }
float fromBf16(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

template <class T, class Draw> void fillAs(Region &region, Draw draw) {
  T *values = reinterpret_cast<T *>(region.data());
  for (int64_t i = 0, n = region.size() / static_cast<int64_t>(sizeof(T)); i < n; ++i)
    values[i] = static_cast<T>(draw());
}

void fill(Region &region, ElementType type, Stream stream, bool positive) {
  double low = positive ? 0.5 : -1, width = positive ? 1 : 2;
  auto real = [&] { return low + width * stream.uniform(); };
  switch (type) {
  case ElementType::f32:
    return fillAs<float>(region, real);
  case ElementType::f64:
    return fillAs<double>(region, real);
  case ElementType::bf16:
    return fillAs<uint16_t>(region, [&] { return toBf16(static_cast<float>(real())); });
  case ElementType::i1:
    return fillAs<uint8_t>(region, [&] { return stream.next() & 1; });
  case ElementType::i8:
    return fillAs<int8_t>(region, [&] { return stream.next(); });
  // Small: they may be indices into another argument.
  case ElementType::i32:
    return fillAs<int32_t>(region, [&] { return stream.next() & 1; });
  case ElementType::i64:
    return fillAs<int64_t>(region, [&] { return stream.next() & 1; });
  }
}

constexpr uint32_t poison32 = 0xffc5a5a5;
constexpr uint64_t poison64 = 0xfff8a5a5a5a5a5a5;
constexpr uint16_t poison16 = 0xffc5;

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

/// `value` turns storage into the number that is compared; two NaNs agree, two equal infinities
/// too.
template <class Bits, class Value>
std::optional<std::string> firstWrongReal(const Argument &argument, const std::byte *actualBytes,
                                          const std::byte *expectedBytes, double tolerance,
                                          Bits poisonBits, Value value) {
  auto *actual = reinterpret_cast<const Bits *>(actualBytes);
  auto *expected = reinterpret_cast<const Bits *>(expectedBytes);
  using Number = decltype(value(Bits()));
  int64_t n = argument.elements();
  double squares = 0;
  int64_t finite = 0;
  for (int64_t i = 0; i < n; ++i)
    if (double e = value(expected[i]); std::isfinite(e)) {
      squares += e * e;
      ++finite;
    }
  auto relative = static_cast<Number>(tolerance);
  auto absolute = static_cast<Number>(
      finite ? tolerance * std::sqrt(squares / static_cast<double>(finite)) : 0);
  for (int64_t i = 0; i < n; ++i) {
    Number a = value(actual[i]), e = value(expected[i]);
    if (std::abs(a - e) <= relative * std::abs(e) + absolute) [[likely]]
      continue;
    if (actual[i] == poisonBits)
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
    const std::byte *bytes = memory[i].data();
    for (int64_t e = 0; e < args[i].elements(); ++e) {
      double value = 0;
      if (args[i].type == ElementType::f32)
        value = reinterpret_cast<const float *>(bytes)[e];
      else if (args[i].type == ElementType::f64)
        value = reinterpret_cast<const double *>(bytes)[e];
      else if (args[i].type == ElementType::bf16)
        value = fromBf16(reinterpret_cast<const uint16_t *>(bytes)[e]);
      if (!std::isfinite(value))
        return false;
    }
  }
  return true;
}

void poison(Region &region, ElementType type) {
  switch (type) {
  case ElementType::f32:
  case ElementType::i32:
    return fillAs<uint32_t>(region, [] { return poison32; });
  case ElementType::f64:
  case ElementType::i64:
    return fillAs<uint64_t>(region, [] { return poison64; });
  case ElementType::bf16:
    return fillAs<uint16_t>(region, [] { return poison16; });
  case ElementType::i1:
  case ElementType::i8:
    std::memset(region.data(), 0xa5, static_cast<size_t>(region.size()));
    return;
  }
}

std::optional<std::string> firstWrong(const Argument &argument, const std::byte *actual,
                                      const std::byte *expected, double slack) {
  switch (argument.type) {
  case ElementType::f32:
    return firstWrongReal<uint32_t>(argument, actual, expected, slack * 1e-4, poison32,
                                    [](uint32_t b) { return std::bit_cast<float>(b); });
  case ElementType::f64:
    return firstWrongReal<uint64_t>(argument, actual, expected, slack * 1e-9, poison64,
                                    [](uint64_t b) { return std::bit_cast<double>(b); });
  case ElementType::bf16:
    return firstWrongReal<uint16_t>(argument, actual, expected, slack * 2e-2, poison16, fromBf16);
  case ElementType::i1:
  case ElementType::i8:
    return firstWrongInteger<int8_t>(argument, actual, expected);
  case ElementType::i32:
    return firstWrongInteger<int32_t>(argument, actual, expected);
  case ElementType::i64:
    return firstWrongInteger<int64_t>(argument, actual, expected);
  }
  return "unknown element type";
}

} // namespace alt
