// <model>.json: what `alt run` must know of an emitted library.
#pragma once
#include "alt/Program.h"
#include "alt/tensor/Tensor.h"
#include <filesystem>
#include <string>
#include <vector>

namespace alt {

struct Manifest {
  std::string model;
  unsigned threads = 1;
  std::string weights; ///< file beside; "" when there are none
  std::vector<TensorSpec> inputs, outputs;
};

Manifest manifestOf(const Program &, unsigned threads);
std::string toJson(const Manifest &);
/// Of the one library in the directory.
Result<Manifest> readManifest(const std::filesystem::path &directory);

} // namespace alt
