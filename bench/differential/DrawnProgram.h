// Programs that nobody wrote: a few operations on tensors, one after the other, drawn at random.
#pragma once
#include "DrawnBody.h"

namespace alt::differential {

/// Text of a module with one function, as `alt compile` takes it.
class DrawnProgram {
public:
  explicit DrawnProgram(Choices &choices) : choices(choices) {}
  std::string draw();

private:
  using Extents = std::vector<int64_t>;
  struct Tensor {
    std::string name;
    Extents shape;
    std::string element;
    bool exact = true; ///< see Scalar
    std::string type() const;
  };
  /// One index expression for each dimension of an operand.
  using Map = std::vector<std::string>;

  int64_t drawExtent();
  std::string drawElement();
  Tensor argument(const Extents &, const std::string &element);
  Tensor define(const std::string &operation, const Extents &, const std::string &element,
                bool exact);
  std::string constant(const std::string &element, const std::string &value);
  Tensor empty(const Extents &, const std::string &element);
  Tensor filled(const Extents &, const std::string &element, const std::string &value);
  std::string generic(const std::vector<std::pair<Tensor, Map>> &inputs, const Tensor &init,
                      const Map &out, size_t axes, const std::vector<size_t> &reductions,
                      const std::string &block);

  Tensor step(const Tensor &);
  Tensor elementwise(const Tensor &);
  Tensor reduction(const Tensor &);
  Tensor product(const Tensor &);
  Tensor window(const Tensor &);
  Tensor pad(const Tensor &);
  Tensor slice(const Tensor &);
  Tensor concatenation(const Tensor &);
  Tensor transposition(const Tensor &);
  Tensor broadcast(const Tensor &);
  Tensor reshape(const Tensor &);
  Tensor insertion(const Tensor &);

  Choices &choices;
  std::string arguments, body;
  int names = 0;
};

} // namespace alt::differential
