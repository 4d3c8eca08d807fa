// Tensors as plain data: what goes into a library and comes out.
#pragma once
#include "alt/tensor/ElementType.h"
#include <cstddef>
#include <cstdint>
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

/// Reals uniform in [0, 1); integers of 8 and 16 bits of 256 values, wider ones in [0, 8); i1 a coin.
Tensor randomTensor(const TensorSpec &, std::mt19937_64 &);
/// f16 as f32, which holds all its values; other tensors as they are.
Tensor withoutHalves(Tensor);
/// One element as a number; i64 beyond 2^53 is rounded.
double element(const Tensor &, int64_t index);
/// "2x3"; "scalar" without dimensions.
std::string shapeText(const std::vector<int64_t> &shape);

} // namespace alt
