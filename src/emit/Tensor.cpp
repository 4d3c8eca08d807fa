#include "alt/Tensor.h"
#include "alt/Support.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

namespace alt {

int64_t TensorSpec::elements() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

// A function that draws one element.
static std::function<double()> drawing(Draw draw, std::mt19937_64 &rng) {
  switch (draw) {
  case Draw::real:
    return [&] { return std::uniform_real_distribution<float>(0, 1)(rng); };
  case Draw::coin:
    return [&] { return double(rng() % 2); };
  case Draw::any:
  case Draw::small:
    return [&] { return double(rng() % 8); };
  }
  return {};
}

Tensor randomTensor(const TensorSpec &spec, std::mt19937_64 &rng) {
  Tensor tensor{spec, std::vector<std::byte>(size_t(spec.byteSize()))};
  auto draw = drawing(info(spec.type).draw, rng);
  visit(spec.type, [&](auto element) {
    for (size_t at = 0; at < tensor.data.size(); at += sizeof element) {
      element = decltype(element)(draw());
      std::memcpy(&tensor.data[at], &element, sizeof element);
    }
  });
  return tensor;
}

static double element(const Tensor &tensor, int64_t index) {
  return toDouble(tensor.spec.type, tensor.data.data() + index * bytes(tensor.spec.type));
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
