// Tensors as files: what `alt run` reads, writes and compares.
#pragma once
#include "alt/Result.h"
#include "alt/Workload.h"
#include <cstddef>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace alt {

/// What the caller of a library must know about one of its inputs or outputs.
struct TensorSpec {
  std::string name;
  ElementType type = ElementType::f32;
  std::vector<int64_t> shape;
  int64_t elements() const;
  int64_t byteSize() const { return elements() * bytes(type); }
};

/// Dense, row-major, little-endian.
struct Tensor {
  TensorSpec spec;
  std::vector<std::byte> data;
};

/// .npy (NumPy) or .pb (an ONNX TensorProto), by the file's first bytes.
Result<Tensor> readTensor(const std::filesystem::path &);
/// .npy, whole or not at all.
Result<void> writeTensor(const std::filesystem::path &, const Tensor &);
/// f32 and f64 uniform in [0, 1); integers in [0, 8); i1 a coin.
Tensor randomTensor(const TensorSpec &, std::mt19937_64 &);

/// The largest of |a - e| / max(|e|, 1e-3 * largest |e| of the tensor). The floor keeps elements that
/// are next to nothing beside the others from deciding. Infinite when shapes differ in elements or
/// one side is not finite where the other is or differs.
double maxRelativeError(const Tensor &actual, const Tensor &expected);

} // namespace alt
