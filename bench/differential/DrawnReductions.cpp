// Reductions: of whole axes, of products, of windows.
#include "DrawnProgram.h"
#include "Text.h"
#include <algorithm>

namespace alt::differential {

DrawnProgram::Tensor DrawnProgram::reduction(const Tensor &x) {
  static const char *const ofFloats[] = {"addf",    "maximumf", "minimumf",
                                         "maxnumf", "minnumf",  "mulf"};
  static const char *const ofIntegers[] = {"addi", "maxsi", "minsi", "maxui", "minui",
                                           "andi", "ori",   "xori",  "muli"};
  static const char *const ofBits[] = {"andi", "ori", "xori"};
  size_t rank = x.shape.size(), first = choices.below(rank);
  std::vector<size_t> reduced{first};
  Extents shape;
  Map out;
  bool kept = choices.oneIn(4);
  int64_t terms = x.shape[first];
  for (size_t d = 0; d < rank; ++d) {
    bool also = d != first && choices.oneIn(3);
    if (also)
      reduced.push_back(d), terms *= x.shape[d];
    if (d != first && !also)
      shape.push_back(x.shape[d]), out.push_back(dim(d));
    else if (kept)
      shape.push_back(1), out.push_back("0");
  }
  std::string how = isFloat(x.element)  ? choices.oneOf(ofFloats)
                    : x.element == "i1" ? choices.oneOf(ofBits)
                                        : choices.oneOf(ofIntegers);
  bool sums = how == "addf" || how == "mulf";
  if (how == "mulf" && terms > 16)
    how = "addf";
  std::string element = sums ? sumType(x.element) : x.element;
  static const char *const starts[] = {"0.0", "1.0", "0xFF800000", "0x7F800000"};
  std::string start = zeroOf(element);
  if (element == "f32" && !choices.oneIn(2))
    start = sums ? choices.oneIn(2) ? "1.0" : "0.0" : choices.oneOf(starts);
  DrawnBody drawn(choices, {{"%a", x.element, x.exact}});
  Scalar term = drawn.converted(drawn.draw(choices.oneIn(3) ? 1 : 0), element);
  if (term.type != element)
    term = {"%a", x.element, x.exact};
  Tensor init = filled(shape, element, start);
  return define(generic({{x, identity(rank)}}, init, out, rank, reduced,
                        "  ^bb0(%a: " + x.element + ", %o: " + element + "):\n" + drawn.text() +
                            "    %r = arith." + how + " %o, " + term.name + " : " + element +
                            "\n    linalg.yield %r : " + element + "\n"),
                shape, element, !sums && term.exact);
}

DrawnProgram::Tensor DrawnProgram::product(const Tensor &x) {
  size_t rank = x.shape.size(), k = choices.below(rank), n = rank;
  int64_t wide = choices.oneIn(3) ? choices.between(1, 40) : drawExtent();
  std::vector<size_t> order{k, n};
  for (size_t d = 0; d < rank; ++d)
    if (d != k && choices.oneIn(4)) // a batch
      order.push_back(d);
  shuffle(order, choices);
  Extents shapeOfWeight, shape;
  Map ofWeight, out;
  for (size_t d : order)
    ofWeight.push_back(dim(d)), shapeOfWeight.push_back(d == n ? wide : x.shape[d]);
  for (size_t d = 0; d <= rank; ++d)
    if (d != k)
      out.push_back(dim(d)), shape.push_back(d == n ? wide : x.shape[d]);
  std::string element = sumType(x.element), suffix = isFloat(element) ? "f" : "i";
  Tensor weight = argument(shapeOfWeight, x.element),
         init = filled(shape, element, zeroOf(element));
  DrawnBody widened(choices, {});
  Scalar a = widened.converted({"%a", x.element, x.exact}, element),
         b = widened.converted({"%b", x.element, true}, element);
  if (element == "i1")
    suffix = "i";
  return define(generic({{x, identity(rank)}, {weight, ofWeight}}, init, out, rank + 1, {k},
                        "  ^bb0(%a: " + x.element + ", %b: " + x.element + ", %o: " + element +
                            "):\n" + widened.text() + "    %m = arith.mul" + suffix + " " + a.name +
                            ", " + b.name + " : " + element + "\n    %r = arith.add" + suffix +
                            " %o, %m : " + element + "\n    linalg.yield %r : " + element + "\n"),
                shape, element, !isFloat(element) && x.exact);
}

/// A sum, a largest or a smallest of each window along some axes, maybe weighted.
DrawnProgram::Tensor DrawnProgram::window(const Tensor &x) {
  static const char *const ofFloats[] = {"addf", "maximumf", "minimumf", "maxnumf"};
  static const char *const ofIntegers[] = {"addi", "maxsi", "minui"};
  size_t rank = x.shape.size(), axes = rank;
  Map in = identity(rank), taps;
  Extents shape = x.shape, sizes;
  std::vector<size_t> reduced;
  for (size_t d = 0; d < rank && reduced.size() < 2; ++d) {
    if (choices.oneIn(2))
      continue;
    int64_t tap = choices.between(1, std::min<int64_t>(4, x.shape[d])),
            stride = choices.between(1, 3),
            dilation = tap > 1
                           ? choices.between(1, std::min<int64_t>(2, (x.shape[d] - 1) / (tap - 1)))
                           : 1;
    shape[d] = (x.shape[d] - (tap - 1) * dilation - 1) / stride + 1;
    in[d] += " * " + std::to_string(stride) + " + " + dim(axes) + " * " + std::to_string(dilation);
    taps.push_back(dim(axes));
    sizes.push_back(tap);
    reduced.push_back(axes++);
  }
  std::string element = sumType(x.element),
              how = isFloat(element) ? choices.oneOf(ofFloats) : choices.oneOf(ofIntegers);
  bool weighted = how[0] == 'a' && choices.oneIn(2), sums = how[0] == 'a';
  Tensor filter = weighted ? argument(sizes, x.element) : empty(sizes, x.element);
  DrawnBody widened(choices, {});
  Scalar a = widened.converted({"%a", x.element, x.exact}, element);
  std::string block =
                  "  ^bb0(%a: " + x.element + ", %b: " + x.element + ", %o: " + element + "):\n",
              term = a.name;
  if (weighted) {
    Scalar b = widened.converted({"%b", x.element, true}, element);
    term = "%m";
    block += widened.text() + "    %m = arith.mul" + (isFloat(element) ? "f " : "i ") + a.name +
             ", " + b.name + " : " + element + "\n";
  } else {
    block += widened.text();
  }
  block += "    %r = arith." + how + " %o, " + term + " : " + element +
           "\n    linalg.yield %r : " + element + "\n";
  Tensor init = filled(shape, element, zeroOf(element));
  return define(generic({{x, in}, {filter, taps}}, init, identity(rank), axes, reduced, block),
                shape, element, x.exact && !(sums && isFloat(element)));
}

} // namespace alt::differential
