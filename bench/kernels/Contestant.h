// What is timed: one library's way through one row. A competitor is a file beside this one with one
// `enter...` function; main's table names them.
#pragma once
#include "Row.h"
#include "alt/Measure.h"
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

namespace alt::bench {

/// Floats on a cache line's boundary.
class Buffer {
public:
  explicit Buffer(int64_t elements)
      : size(elements),
        floats(static_cast<float *>(std::aligned_alloc(64, (elements * 4 + 127) / 64 * 64)),
               &std::free) {}
  float *data() const { return floats.get(); }
  float *begin() const { return data(); }
  float *end() const { return data() + size; }
  float &operator[](int64_t i) const { return data()[i]; }

private:
  int64_t size;
  std::unique_ptr<float, void (*)(void *)> floats;
};

/// A row's inputs and the right answer, in the row's plain layout.
struct Problem {
  explicit Problem(const Row &);
  Row row;
  Buffer input, weights, expected;
};

class Contestant {
public:
  virtual ~Contestant() = default;
  virtual void call() = 0; ///< what is timed: one run, weights already as the library likes them
  /// The last call's answer in the row's plain layout; `into` has as many elements.
  virtual void result(Buffer &into) = 0;
};

/// How much the answer differs, as alt/tensor/Agreement.h has it, and whether it is right.
double error(const Problem &, const Buffer &actual);
bool agrees(double error);

/// Null when the library has nothing for this row or cannot be loaded.
std::unique_ptr<Contestant> enterOneDnn(const Problem &);
std::unique_ptr<Contestant> enterOpenBlas(const Problem &);
std::unique_ptr<Contestant> enterMkl(const Problem &);
std::unique_ptr<Contestant> enterMklPacked(const Problem &);
std::unique_ptr<Contestant> enterTvm(const Problem &); ///< there where CMake has ALT_TVM
/// A kernel of ours as it was measured, on as many threads as there are cores named, the caller
/// being on the first.
std::unique_ptr<Contestant> enterAlt(const Problem &, const Artifact &,
                                     std::span<const int> cores = {});

/// As the library says; "" when it is not installed.
std::string oneDnnVersion();
std::string openBlasVersion();
std::string mklVersion();
std::string tvmVersion();

} // namespace alt::bench
