#include "DrawnProgram.h"
#include "Text.h"
#include <algorithm>
#include <numeric>

namespace alt::differential {

std::string DrawnProgram::Tensor::type() const {
  std::string text = "tensor<";
  for (int64_t extent : shape)
    text += std::to_string(extent) + "x";
  return text + element + ">";
}

int64_t DrawnProgram::drawExtent() {
  static constexpr int64_t extents[] = {2, 1, 3, 5, 4, 7, 8, 11, 13, 16, 17, 19};
  return choices.oneOf(extents);
}

std::string DrawnProgram::drawElement() {
  static const char *const elements[] = {"f32", "f32", "f32", "f32",  "f32", "i32", "i64",
                                         "f64", "f16", "i16", "bf16", "i8",  "i1"};
  return choices.oneOf(elements);
}

DrawnProgram::Tensor DrawnProgram::argument(const Extents &shape, const std::string &element) {
  Tensor made{"%in" + std::to_string(names++), shape, element};
  arguments += (arguments.empty() ? "" : ", ") + made.name + ": " + made.type();
  return made;
}

DrawnProgram::Tensor DrawnProgram::define(const std::string &operation, const Extents &shape,
                                          const std::string &element, bool exact) {
  Tensor made{"%v" + std::to_string(names++), shape, element, exact};
  body += "  " + made.name + " = " + operation + "\n";
  return made;
}

std::string DrawnProgram::constant(const std::string &element, const std::string &value) {
  std::string typed = element == "i1" ? "" : " : " + element;
  return define("arith.constant " + value + typed, {}, element, true).name;
}

DrawnProgram::Tensor DrawnProgram::empty(const Extents &shape, const std::string &element) {
  std::string type = Tensor{"", shape, element}.type();
  return define("tensor.empty() : " + type, shape, element, true);
}

DrawnProgram::Tensor DrawnProgram::filled(const Extents &shape, const std::string &element,
                                          const std::string &value) {
  std::string number = constant(element, value);
  Tensor to = empty(shape, element);
  return define("linalg.fill ins(" + number + " : " + element + ") outs(" + to.name + " : " +
                    to.type() + ") -> " + to.type(),
                shape, element, true);
}

std::string DrawnProgram::generic(const std::vector<std::pair<Tensor, Map>> &inputs,
                                  const Tensor &init, const Map &out, size_t axes,
                                  const std::vector<size_t> &reductions, const std::string &block) {
  std::string dims = joined(identity(axes), [](const std::string &d) { return d; });
  auto map = [&](const Map &results) {
    return "affine_map<(" + dims + ") -> (" +
           joined(results, [](const std::string &r) { return r; }) + ")>";
  };
  std::string maps, names, types, kinds;
  for (const auto &[tensor, indices] : inputs) {
    maps += map(indices) + ", ";
    names += (names.empty() ? "" : ", ") + tensor.name;
    types += (types.empty() ? "" : ", ") + tensor.type();
  }
  for (size_t axis = 0; axis < axes; ++axis)
    kinds += std::string(axis ? ", " : "") +
             (std::find(reductions.begin(), reductions.end(), axis) == reductions.end()
                  ? "\"parallel\""
                  : "\"reduction\"");
  return "linalg.generic {indexing_maps = [" + maps + map(out) + "], iterator_types = [" + kinds +
         "]} ins(" + names + " : " + types + ") outs(" + init.name + " : " + init.type() + ") {\n" +
         block + "  } -> " + init.type();
}

DrawnProgram::Tensor DrawnProgram::elementwise(const Tensor &x) {
  size_t rank = x.shape.size();
  std::vector<std::pair<Tensor, Map>> inputs{{x, identity(rank)}};
  for (int64_t more = choices.between(0, 2); more > 0; --more) {
    std::vector<size_t> order;
    for (size_t d = 0; d < rank; ++d)
      if (!choices.oneIn(3)) // else the same along this axis
        order.push_back(d);
    if (choices.oneIn(3))
      shuffle(order, choices);
    Extents shape;
    Map map;
    for (size_t d : order) {
      bool one = choices.oneIn(6);
      shape.push_back(one ? 1 : x.shape[d]);
      map.push_back(one ? "0" : dim(d));
    }
    inputs.push_back({argument(shape, choices.oneIn(3) ? drawElement() : x.element), map});
  }
  std::vector<Scalar> scalars;
  std::string head = "  ^bb0(";
  for (size_t i = 0; i < inputs.size(); ++i) {
    scalars.push_back({"%a" + std::to_string(i), inputs[i].first.element, inputs[i].first.exact});
    head += scalars.back().name + ": " + scalars.back().type + ", ";
  }
  std::string position;
  if (rank && choices.oneIn(6)) {
    position = "    %at = linalg.index " + std::to_string(choices.below(rank)) +
               " : index\n    %ati = arith.index_cast %at : index to i32\n";
    scalars.push_back({"%ati", "i32", true});
  }
  std::reverse(scalars.begin() + 1, scalars.end());
  DrawnBody drawn(choices, scalars);
  Scalar last = drawn.draw(choices.between(1, 4));
  std::string element = choices.oneIn(4) ? drawElement() : x.element;
  if (!last.exact && (!isFloat(element) || bitsOf(element) > bitsOf(last.type)))
    element = last.type; // as exact as it was
  last = drawn.converted(last, element);
  Map out = identity(rank);
  Extents shape = x.shape;
  if (choices.oneIn(4)) {
    std::vector<size_t> order(rank);
    std::iota(order.begin(), order.end(), 0);
    shuffle(order, choices);
    for (size_t d = 0; d < rank; ++d)
      out[d] = dim(order[d]), shape[d] = x.shape[order[d]];
  }
  Tensor init = empty(shape, element);
  return define(generic(inputs, init, out, rank, {},
                        head + "%o: " + element + "):\n" + position + drawn.text() +
                            "    linalg.yield " + last.name + " : " + element + "\n"),
                shape, element, last.exact);
}

DrawnProgram::Tensor DrawnProgram::pad(const Tensor &x) {
  Extents low, high, shape;
  std::string indices;
  for (size_t d = 0; d < x.shape.size(); ++d) {
    low.push_back(choices.oneIn(2) ? choices.between(-3, 3) : 0);
    high.push_back(choices.oneIn(2) ? choices.between(-3, 3) : 0);
    int64_t extent = x.shape[d] + low[d] + high[d];
    if (extent < 1)
      high[d] += 1 - extent;
    shape.push_back(x.shape[d] + low[d] + high[d]);
    indices += std::string(d ? ", " : "") + "%i" + std::to_string(d) + ": index";
  }
  static const char *const ofFloats[] = {"0.0", "0.0", "1.5", "-2.0"};
  std::string value = isFloat(x.element) ? choices.oneOf(ofFloats) : zeroOf(x.element), region,
              inside = "%z";
  if (x.element == "f32" && choices.oneIn(4))
    value = "0xFF800000";
  if (x.element == "i32" && choices.oneIn(3)) { // by place
    region = "    %y = arith.index_cast %i" + std::to_string(choices.below(x.shape.size())) +
             " : index to i32\n";
    inside = "%y";
  }
  std::string zero = constant(x.element, value);
  if (inside == "%z")
    inside = zero;
  return define("tensor.pad " + x.name + (choices.oneIn(6) ? " nofold" : "") + " low[" +
                    numbers(low) + "] high[" + numbers(high) + "] {\n  ^bb0(" + indices + "):\n" +
                    region + "    tensor.yield " + inside + " : " + x.element +
                    "\n  } : " + x.type() + " to " + Tensor{"", shape, x.element}.type(),
                shape, x.element, x.exact);
}

DrawnProgram::Tensor DrawnProgram::slice(const Tensor &x) {
  Extents offsets, sizes, strides;
  for (int64_t extent : x.shape) {
    int64_t offset = choices.below(static_cast<uint64_t>(extent)), stride = choices.between(1, 3);
    int64_t most = (extent - offset - 1) / stride + 1;
    offsets.push_back(offset), strides.push_back(stride);
    sizes.push_back(most - static_cast<int64_t>(choices.below(static_cast<uint64_t>(most))));
  }
  return define("tensor.extract_slice " + x.name + "[" + numbers(offsets) + "] [" + numbers(sizes) +
                    "] [" + numbers(strides) + "] : " + x.type() + " to " +
                    Tensor{"", sizes, x.element}.type(),
                sizes, x.element, x.exact);
}

/// Into a larger tensor.
DrawnProgram::Tensor DrawnProgram::insertion(const Tensor &x) {
  Extents offsets, whole, strides;
  for (int64_t extent : x.shape) {
    offsets.push_back(choices.between(0, 2)), strides.push_back(choices.between(1, 2));
    whole.push_back(offsets.back() + (extent - 1) * strides.back() + 1 + choices.between(0, 2));
  }
  Tensor into =
      choices.oneIn(2) ? argument(whole, x.element) : filled(whole, x.element, zeroOf(x.element));
  return define("tensor.insert_slice " + x.name + " into " + into.name + "[" + numbers(offsets) +
                    "] [" + numbers(x.shape) + "] [" + numbers(strides) + "] : " + x.type() +
                    " into " + into.type(),
                whole, x.element, x.exact);
}

DrawnProgram::Tensor DrawnProgram::concatenation(const Tensor &x) {
  size_t along = choices.below(x.shape.size());
  std::vector<Tensor> parts{x};
  Extents shape = x.shape;
  for (int64_t more = choices.between(1, 2); more > 0; --more) {
    Extents part = x.shape;
    part[along] = drawExtent();
    parts.push_back(choices.oneIn(4) ? x : argument(part, x.element));
    shape[along] += parts.back().shape[along];
  }
  if (choices.oneIn(2))
    std::swap(parts.front(), parts.back());
  return define("tensor.concat dim(" + std::to_string(along) + ") " +
                    joined(parts, [](const Tensor &part) { return part.name; }) + " : (" +
                    joined(parts, [](const Tensor &part) { return part.type(); }) + ") -> " +
                    Tensor{"", shape, x.element}.type(),
                shape, x.element, x.exact);
}

DrawnProgram::Tensor DrawnProgram::transposition(const Tensor &x) {
  Extents order(x.shape.size()), shape;
  std::iota(order.begin(), order.end(), 0);
  shuffle(order, choices);
  for (int64_t d : order)
    shape.push_back(x.shape[static_cast<size_t>(d)]);
  Tensor to = empty(shape, x.element);
  return define("linalg.transpose ins(" + x.name + " : " + x.type() + ") outs(" + to.name + " : " +
                    to.type() + ") permutation = [" + numbers(order) + "]",
                shape, x.element, x.exact);
}

DrawnProgram::Tensor DrawnProgram::broadcast(const Tensor &x) {
  size_t at = choices.below(x.shape.size() + 1);
  Extents shape = x.shape;
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(at), drawExtent());
  Tensor to = empty(shape, x.element);
  return define("linalg.broadcast ins(" + x.name + " : " + x.type() + ") outs(" + to.name + " : " +
                    to.type() + ") dimensions = [" + std::to_string(at) + "]",
                shape, x.element, x.exact);
}

/// Two neighbouring dimensions become one, or one becomes two.
DrawnProgram::Tensor DrawnProgram::reshape(const Tensor &x) {
  size_t rank = x.shape.size(), at = choices.below(rank);
  bool expands = rank == 1 || (rank < 5 && choices.oneIn(2));
  if (!expands)
    at = std::min(at, rank - 2);
  std::string groups;
  size_t next = 0;
  for (size_t d = 0; d < (expands ? rank : rank - 1); ++d) {
    groups += std::string(d ? ", [" : "[") + std::to_string(next++);
    groups += d == at ? ", " + std::to_string(next++) + "]" : "]";
  }
  Extents shape = x.shape;
  auto place = shape.begin() + static_cast<std::ptrdiff_t>(at);
  if (!expands) {
    place[1] *= place[0];
    shape.erase(place);
    return define("tensor.collapse_shape " + x.name + " [" + groups + "] : " + x.type() + " into " +
                      Tensor{"", shape, x.element}.type(),
                  shape, x.element, x.exact);
  }
  int64_t inner = 1;
  for (int64_t factor : {2, 3, 5, 7})
    if (*place % factor == 0 && inner == 1 && !choices.oneIn(3))
      inner = factor;
  *place /= inner;
  shape.insert(place + 1, inner);
  return define("tensor.expand_shape " + x.name + " [" + groups + "] output_shape [" +
                    numbers(shape) + "] : " + x.type() + " into " +
                    Tensor{"", shape, x.element}.type(),
                shape, x.element, x.exact);
}

DrawnProgram::Tensor DrawnProgram::step(const Tensor &x) {
  constexpr int64_t most = 20000;
  bool rounded = !x.exact && bitsOf(x.element) == 16; // sums would show by how much
  if (x.shape.empty())
    return choices.oneIn(2) ? broadcast(x) : elementwise(x);
  if (elements(x.shape) > most)
    return rounded || choices.oneIn(2) ? slice(x) : reduction(x);
  switch (choices.below(rounded ? 7 : 14) + (rounded ? 7 : 0)) {
  case 0:
  case 1:
  case 2:
    return elementwise(x);
  case 3:
  case 4:
    return reduction(x);
  case 5:
    return product(x);
  case 6:
    return window(x);
  case 7:
  case 8:
    return pad(x);
  case 9:
    return slice(x);
  case 10:
    return concatenation(x);
  case 11:
    return transposition(x);
  case 12:
    return choices.oneIn(2) && x.shape.size() < 5 ? broadcast(x) : reshape(x);
  default:
    return insertion(x);
  }
}

std::string DrawnProgram::draw() {
  Extents shape;
  for (int64_t rank = choices.between(1, 5); rank > 0; --rank)
    shape.push_back(drawExtent());
  Tensor last = argument(shape, drawElement());
  for (int64_t steps = choices.between(1, 4); steps > 0; --steps)
    last = step(last);
  return "func.func @kernel(" + arguments + ") -> " + last.type() + " {\n" + body + "  return " +
         last.name + " : " + last.type() + "\n}\n";
}

} // namespace alt::differential
