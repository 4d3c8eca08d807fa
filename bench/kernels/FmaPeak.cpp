// Compiled for this very machine, unlike the rest.
#include "Race.h"
#include <algorithm>

namespace alt::bench {

#if defined(__AVX512F__)
constexpr int width = 64, chains = 24;
#elif defined(__AVX__)
constexpr int width = 32, chains = 12;
#else
constexpr int width = 16, chains = 12;
#endif
typedef float Vector __attribute__((vector_size(width)));

double fmaSteps(int64_t steps) {
  Vector sums[chains] = {}, a = {}, b = {};
  for (int64_t step = 0; step < steps; ++step) {
#pragma clang loop unroll(full)
    for (Vector &sum : sums)
      sum = __builtin_elementwise_fma(sum, a, b);
    asm volatile("" : "+v"(a), "+v"(b)); // what the sums are made of may have changed
  }
  for (Vector &sum : sums)
    asm volatile("" : : "v"(sum));
  return double(steps) * chains * (width / 4) * 2;
}

float readAll(std::span<const float> floats) {
  constexpr size_t lanes = width / 4, streams = 4;
  Vector sums[streams] = {};
  auto *vectors = reinterpret_cast<const Vector *>(floats.data());
  for (size_t i = 0; i < floats.size() / lanes; i += streams)
#pragma clang loop unroll(full)
    for (size_t s = 0; s < streams; ++s)
      sums[s] += vectors[i + s];
  float sum = 0;
  for (const Vector &partial : sums)
    for (size_t lane = 0; lane < lanes; ++lane)
      sum += partial[lane];
  return sum;
}

double fmaPeak() {
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    double start = processSeconds(), operations = fmaSteps(1'000'000);
    best = std::max(best, operations / (processSeconds() - start) * 1e-9);
  }
  return best;
}

} // namespace alt::bench
