// What is computed of single elements, at random: the body of an elementwise operation.
#pragma once
#include "Choices.h"
#include <string>
#include <vector>

namespace alt::differential {

using test::Choices;

/// An element: its name in the text, its type. `exact` when every way of computing it gives the
/// same bits: what jumps (a comparison, a rounding) is only asked of those.
struct Scalar {
  std::string name, type;
  bool exact = true;
};

inline bool isFloat(const std::string &type) { return type[0] == 'f' || type[0] == 'b'; }
inline int bitsOf(const std::string &type) {
  return std::stoi(type.substr(type.find_first_of("0123456789")));
}

class DrawnBody {
public:
  DrawnBody(Choices &choices, std::vector<Scalar> arguments)
      : choices(choices), pool(std::move(arguments)) {}

  /// A few steps; the last element made, or the first argument.
  Scalar draw(int64_t steps);
  Scalar converted(const Scalar &, const std::string &type);
  /// "    %t0 = arith.addf ...", a line an operation.
  const std::string &text() const { return lines; }

private:
  Scalar step();
  Scalar floatStep(const Scalar &);
  Scalar jump(const Scalar &);
  Scalar smooth(const Scalar &);
  Scalar integerStep(const Scalar &);
  Scalar emit(const std::string &operation, const std::string &type, bool exact,
              const std::string &signature = "");
  Scalar constant(const std::string &type, const std::string &value);
  Scalar magnitudePlusHalf(const Scalar &);
  Scalar compared(const Scalar &, const Scalar &);
  /// One of the pool, of that type.
  Scalar other(const std::string &type);

  Choices &choices;
  std::vector<Scalar> pool;
  std::string lines;
  int names = 0;
};

} // namespace alt::differential
