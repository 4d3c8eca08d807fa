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

double fmaPeak() {
  constexpr int64_t steps = 1'000'000;
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    Vector sums[chains] = {}, a = {}, b = {};
    double start = processSeconds();
    for (int64_t step = 0; step < steps; ++step) {
#pragma clang loop unroll(full)
      for (Vector &sum : sums)
        sum = __builtin_elementwise_fma(sum, a, b);
      asm volatile("" : "+v"(a), "+v"(b)); // what the sums are made of may have changed
    }
    double seconds = processSeconds() - start;
    for (Vector &sum : sums)
      asm volatile("" : : "v"(sum));
    best = std::max(best, double(steps) * chains * (width / 4) * 2 / seconds * 1e-9);
  }
  return best;
}

} // namespace alt::bench
