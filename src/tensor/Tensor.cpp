#include "alt/tensor/Tensor.h"
#include <cstring>
#include <functional>

namespace alt {

int64_t TensorSpec::elements() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

// A function that draws one element.
static std::function<double()> drawing(const ElementInfo &type, std::mt19937_64 &rng) {
  switch (type.draw) {
  case Draw::real:
    return [&] { return std::uniform_real_distribution<float>(0, 1)(rng); };
  case Draw::coin:
    return [&] { return double(rng() % 2); };
  case Draw::any:
    return [&] { return double(rng() % 256) - (type.isSigned ? 128 : 0); };
  case Draw::small:
    return [&] { return double(rng() % 8); };
  }
  return {};
}

Tensor randomTensor(const TensorSpec &spec, std::mt19937_64 &rng) {
  Tensor tensor{spec, std::vector<std::byte>(size_t(spec.byteSize()))};
  auto draw = drawing(info(spec.type), rng);
  visit(spec.type, [&](auto element) {
    for (size_t at = 0; at < tensor.data.size(); at += sizeof element) {
      element = decltype(element)(draw());
      std::memcpy(&tensor.data[at], &element, sizeof element);
    }
  });
  return tensor;
}

Tensor withoutHalves(Tensor tensor) {
  if (tensor.spec.type != ElementType::f16)
    return tensor;
  Tensor wide{tensor.spec, {}};
  wide.spec.type = ElementType::f32;
  wide.data.resize(size_t(wide.spec.byteSize()));
  for (int64_t i = 0; i < wide.spec.elements(); ++i) {
    auto value = static_cast<float>(element(tensor, i));
    std::memcpy(&wide.data[size_t(i) * sizeof value], &value, sizeof value);
  }
  return wide;
}

double element(const Tensor &tensor, int64_t index) {
  return toDouble(tensor.spec.type, tensor.data.data() + index * bytes(tensor.spec.type));
}

std::string shapeText(const std::vector<int64_t> &shape) {
  std::string text;
  for (int64_t extent : shape)
    text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text.empty() ? "scalar" : text;
}

} // namespace alt
