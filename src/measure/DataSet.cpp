#include "measure/DataSet.h"
#include "alt/tensor/Agreement.h"
#include <algorithm>
#include <cmath>
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

/// The first element that still has the bits of `poison`, where they are not what is expected. A
/// byte has none that no kernel writes.
std::optional<int64_t> firstUnwritten(const Argument &argument, const std::byte *actual,
                                      const std::byte *expected) {
  auto search = [&]<class Bits>(Bits poison) -> std::optional<int64_t> {
    auto *a = reinterpret_cast<const Bits *>(actual), *e = reinterpret_cast<const Bits *>(expected);
    for (int64_t i = 0, n = argument.elements(); i < n; ++i)
      if (a[i] == poison && e[i] != poison)
        return i;
    return std::nullopt;
  };
  uint64_t poison = info(argument.type).poison;
  switch (bytes(argument.type)) {
  case 8:
    return search(poison);
  case 4:
    return search(static_cast<uint32_t>(poison));
  case 2:
    return search(static_cast<uint16_t>(poison));
  default:
    return std::nullopt;
  }
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
                                      const std::byte *expected) {
  if (std::optional<int64_t> element = firstUnwritten(argument, actual, expected))
    return "element " + indexText(*element, argument.shape) + " was not written";
  std::optional<Difference> found = firstDifference(argument.type, argument.shape, actual, expected,
                                                    allowance(Scope::kernel, argument.type));
  return found ? std::optional(found->text()) : std::nullopt;
}

} // namespace alt
