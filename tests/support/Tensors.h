// Tensors of a few floats.
#pragma once
#include "alt/tensor/Tensor.h"

namespace alt::test {

inline Tensor tensorOf(std::string name, std::vector<int64_t> shape, std::vector<float> values) {
  Tensor tensor{{std::move(name), ElementType::f32, std::move(shape)}, {}};
  auto data = reinterpret_cast<const std::byte *>(values.data());
  tensor.data.assign(data, data + values.size() * sizeof(float));
  return tensor;
}

inline std::vector<float> floatsOf(const Tensor &tensor) {
  auto data = reinterpret_cast<const float *>(tensor.data.data());
  return {data, data + tensor.data.size() / sizeof(float)};
}

} // namespace alt::test
