#include "sample/Labels.h"
#include <algorithm>
#include <cmath>

namespace alt {

std::vector<float> rankLabels(std::span<const double> seconds) {
  std::vector<size_t> order;
  for (size_t i = 0; i < seconds.size(); ++i)
    if (std::isfinite(seconds[i]))
      order.push_back(i);
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return seconds[a] > seconds[b]; });
  std::vector<float> labels(seconds.size(), 0.0f);
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    while (end < order.size() && seconds[order[end]] == seconds[order[begin]])
      ++end;
    float rank = order.size() == 1 ? 1.0f : 0.5f * float(begin + end - 1) / float(order.size() - 1);
    for (; begin < end; ++begin)
      labels[order[begin]] = rank;
  }
  return labels;
}

std::vector<float> throughputLabels(std::span<const double> seconds) {
  double best = INFINITY;
  for (double each : seconds)
    best = std::min(best, each);
  std::vector<float> labels(seconds.size(), 0.0f);
  for (size_t i = 0; i < seconds.size(); ++i)
    if (std::isfinite(seconds[i]))
      labels[i] = float(best / seconds[i]);
  return labels;
}

} // namespace alt
