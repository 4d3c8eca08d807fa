#include "alt/Tensor.h"
#include "alt/Support.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace alt {

int64_t TensorSpec::elements() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

Tensor randomTensor(const TensorSpec &spec, std::mt19937_64 &rng) {
  Tensor tensor{spec, std::vector<std::byte>(size_t(spec.byteSize()))};
  auto fill = [&](auto zero, auto draw) {
    using T = decltype(zero);
    for (size_t at = 0; at < tensor.data.size(); at += sizeof(T)) {
      T value = T(draw());
      std::memcpy(&tensor.data[at], &value, sizeof value);
    }
  };
  auto real = [&] { return std::uniform_real_distribution<float>(0, 1)(rng); };
  auto small = [&] { return rng() % 8; };
  switch (spec.type) {
  case ElementType::f32:
    fill(float(), real);
    break;
  case ElementType::f64:
    fill(double(), real);
    break;
  case ElementType::i64:
    fill(int64_t(), small);
    break;
  case ElementType::i32:
    fill(int32_t(), small);
    break;
  case ElementType::i8:
    fill(int8_t(), small);
    break;
  case ElementType::i1:
    fill(uint8_t(), [&] { return rng() % 2; });
    break;
  case ElementType::bf16:
    fill(uint16_t(), [&] {
      float value = real();
      uint32_t bits;
      std::memcpy(&bits, &value, 4);
      return bits >> 16;
    });
    break;
  }
  return tensor;
}

static double element(const Tensor &tensor, int64_t index) {
  const std::byte *at = tensor.data.data() + index * bytes(tensor.spec.type);
  auto get = [&](auto zero) {
    std::memcpy(&zero, at, sizeof zero);
    return zero;
  };
  switch (tensor.spec.type) {
  case ElementType::f32:
    return get(float());
  case ElementType::f64:
    return get(double());
  case ElementType::i64:
    return double(get(int64_t()));
  case ElementType::i32:
    return get(int32_t());
  case ElementType::i8:
    return get(int8_t());
  case ElementType::i1:
    return get(uint8_t()) != 0;
  case ElementType::bf16: {
    uint32_t bits = uint32_t(get(uint16_t())) << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
  }
  }
  return 0;
}

double maxRelativeError(const Tensor &actual, const Tensor &expected) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  int64_t count = expected.spec.elements();
  if (actual.spec.elements() != count)
    return infinite;
  double largest = 0, worst = 0;
  for (int64_t i = 0; i < count; ++i)
    if (double e = std::abs(element(expected, i)); std::isfinite(e))
      largest = std::max(largest, e);
  for (int64_t i = 0; i < count; ++i) {
    double a = element(actual, i), e = element(expected, i);
    if (a == e || (std::isnan(a) && std::isnan(e)))
      continue;
    if (!std::isfinite(a) || !std::isfinite(e))
      return infinite;
    double scale = std::max(std::abs(e), 1e-3 * largest);
    worst = std::max(worst, scale > 0 ? std::abs(a - e) / scale : infinite);
  }
  return worst;
}

} // namespace alt
