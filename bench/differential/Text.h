// Pieces of MLIR's text.
#pragma once
#include "DrawnBody.h"
#include <functional>
#include <numeric>

namespace alt::differential {

inline std::string dim(size_t axis) { return "d" + std::to_string(axis); }

template <class List, class Text> std::string joined(const List &list, Text text) {
  std::string all;
  for (const auto &one : list)
    all += (all.empty() ? "" : ", ") + text(one);
  return all;
}

inline std::string numbers(const std::vector<int64_t> &list) {
  return joined(list, [](int64_t number) { return std::to_string(number); });
}

inline int64_t elements(const std::vector<int64_t> &shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>());
}

template <class List> void shuffle(List &list, Choices &choices) {
  for (size_t left = list.size(); left > 1; --left)
    std::swap(list[left - 1], list[left - 1 - choices.below(left)]);
}

inline std::vector<std::string> identity(size_t rank) {
  std::vector<std::string> map;
  for (size_t d = 0; d < rank; ++d)
    map.push_back(dim(d));
  return map;
}

/// The types that sums are kept in, and how elements get there.
inline std::string sumType(const std::string &element) {
  return element == "bf16" || element == "f16" ? "f32"
         : element == "i8" || element == "i16" ? "i32"
                                               : element;
}

inline std::string zeroOf(const std::string &element) {
  return isFloat(element) ? "0.0" : element == "i1" ? "false" : "0";
}

} // namespace alt::differential
