// Everything that is known before the first run: where its bytes are, and how to reorder them.
#pragma once
#include "alt/Result.h"
#include "alt/Workload.h"
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

namespace alt {

/// One constant tensor. Its bytes lie in memory, in the imported weights file, or nowhere (splat,
/// or a kernel argument that is merely said to be constant).
struct Weight {
  ElementType type = ElementType::f32;
  std::vector<int64_t> shape;
  std::vector<std::byte> data;
  std::optional<int64_t> fileOffset;
  std::optional<double> splat;
  int64_t elements() const;
  bool hasValue() const { return splat || fileOffset || !data.empty(); }
};

class Weights {
public:
  size_t add(Weight weight) {
    entries.push_back(std::move(weight));
    return entries.size() - 1;
  }
  const Weight &operator[](size_t index) const { return entries[index]; }
  /// The file that `fileOffset`s point into.
  void setFile(std::filesystem::path path) { file = std::move(path); }

  /// The entry of which dimension i is dimension permutation[i] of `index`; a new one the first
  /// time.
  Result<size_t> transpose(size_t index, const std::vector<int64_t> &permutation);
  /// The entry with the same bytes under another shape; a new one the first time.
  size_t reshape(size_t index, std::vector<int64_t> shape);

  /// Writes the entries given, each 64-byte aligned, and answers their offsets; -1 for those
  /// without bytes. Entries of equal bytes are written once.
  Result<std::vector<int64_t>> write(const std::filesystem::path &,
                                     const std::vector<size_t> &wanted) const;

private:
  Result<std::vector<std::byte>> bytesOf(const Weight &) const;
  Result<Weight> transposed(const Weight &, const std::vector<int64_t> &permutation) const;
  std::vector<Weight> entries;
  std::map<std::pair<size_t, std::vector<int64_t>>, size_t> transposes, reshapes;
  std::filesystem::path file;
};

} // namespace alt
