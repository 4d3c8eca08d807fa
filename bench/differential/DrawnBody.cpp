#include "DrawnBody.h"

namespace alt::differential {

Scalar DrawnBody::emit(const std::string &operation, const std::string &type, bool exact,
                       const std::string &signature) {
  Scalar made{"%t" + std::to_string(names++), type, exact};
  lines += "    " + made.name + " = " + operation + " : " + (signature.empty() ? type : signature) +
           "\n";
  return made;
}

Scalar DrawnBody::constant(const std::string &type, const std::string &value) {
  if (type != "i1")
    return emit("arith.constant " + value, type, true);
  Scalar made{"%t" + std::to_string(names++), type, true};
  lines += "    " + made.name + " = arith.constant " + value + "\n";
  return made;
}

Scalar DrawnBody::other(const std::string &type) {
  std::vector<Scalar> fitting;
  for (const Scalar &scalar : pool)
    if (scalar.type == type)
      fitting.push_back(scalar);
  if (!fitting.empty() && !choices.oneIn(4))
    return choices.oneOf(fitting);
  if (isFloat(type)) {
    static const char *const values[] = {"1.0", "0.5", "-2.0", "0.0", "6.0", "-0.25"};
    return constant(type, choices.oneOf(values));
  }
  static const char *const values[] = {"1", "3", "-2", "0", "7"}, *const bits[] = {"true", "false"};
  return type == "i1" ? constant(type, choices.oneOf(bits)) : constant(type, choices.oneOf(values));
}

/// |x| + 0.5: what divisions, logarithms and roots take without blowing rounding errors up.
Scalar DrawnBody::magnitudePlusHalf(const Scalar &x) {
  Scalar magnitude = emit("math.absf " + x.name, x.type, x.exact);
  return emit("arith.addf " + magnitude.name + ", " + constant(x.type, "0.5").name, x.type, false);
}

Scalar DrawnBody::compared(const Scalar &x, const Scalar &y) {
  static const char *const ofFloats[] = {"olt", "ogt", "ole", "oge", "oeq", "one", "ord",
                                         "ult", "ugt", "ule", "uge", "ueq", "une", "uno"};
  static const char *const ofIntegers[] = {"slt", "sgt", "sle", "sge", "eq",
                                           "ne",  "ult", "ugt", "ule", "uge"};
  std::string predicate = isFloat(x.type) ? choices.oneOf(ofFloats) : choices.oneOf(ofIntegers);
  Scalar made = emit((isFloat(x.type) ? "arith.cmpf " : "arith.cmpi ") + predicate + ", " + x.name +
                         ", " + y.name,
                     x.type, x.exact && y.exact);
  made.type = "i1";
  return made;
}

/// What is not continuous, of elements that are the same however they are computed; and of all what
/// is continuous all the same.
Scalar DrawnBody::jump(const Scalar &x) {
  Scalar y = other(x.type);
  if (!x.exact || !y.exact) { // a relu, leaky or not
    Scalar zero = constant(x.type, "0.0");
    static const char *const greater[] = {"ogt", "ugt", "oge", "uge"};
    Scalar positive =
        emit(std::string("arith.cmpf ") + choices.oneOf(greater) + ", " + x.name + ", " + zero.name,
             x.type, false);
    std::string low =
        choices.oneIn(2)
            ? emit("arith.mulf " + x.name + ", " + constant(x.type, "0.125").name, x.type, false)
                  .name
            : zero.name;
    return emit("arith.select " + positive.name + ", " + x.name + ", " + low, x.type, false);
  }
  static const char *const roundings[] = {"floor", "ceil", "roundeven", "trunc"};
  if (choices.oneIn(3))
    return emit(std::string("math.") + choices.oneOf(roundings) + " " + x.name, x.type, true);
  Scalar condition = compared(x, y);
  if (choices.oneIn(4))
    return condition;
  Scalar z = other(x.type);
  return emit("arith.select " + condition.name + ", " + x.name + ", " + z.name, x.type, z.exact);
}

/// Of any element; where it comes as it was given, its whole range is tried.
Scalar DrawnBody::smooth(const Scalar &x) {
  static const char *const bounded[] = {"tanh", "erf", "sin", "cos", "atan"};
  static const char *const positive[] = {"sqrt", "log", "rsqrt", "log1p", "log2", "cbrt"};
  switch (choices.below(6)) {
  case 0:
    return emit(std::string("math.") + choices.oneOf(bounded) + " " + x.name, x.type, false);
  case 1:
    return emit(std::string("math.") + choices.oneOf(positive) + " " +
                    (x.exact ? x : magnitudePlusHalf(x)).name,
                x.type, false);
  case 2: {
    static const char *const steep[] = {"exp", "expm1", "exp2"};
    Scalar least =
        emit("arith.minimumf " + x.name + ", " + constant(x.type, "3.0").name, x.type, false);
    return emit(std::string("math.") + choices.oneOf(steep) + " " + least.name, x.type, false);
  }
  case 3:
    return emit("arith.divf " + other(x.type).name + ", " + magnitudePlusHalf(x).name, x.type,
                false);
  case 4: {
    static const char *const powers[] = {"2.0", "3.0", "0.5", "-1.0", "1.5"};
    return emit("math.powf " + magnitudePlusHalf(x).name + ", " +
                    constant(x.type, choices.oneOf(powers)).name,
                x.type, false);
  }
  default: {
    std::string y = other(x.type).name;
    return emit("math.fma " + x.name + ", " + y + ", " + other(x.type).name, x.type, false);
  }
  }
}

Scalar DrawnBody::floatStep(const Scalar &x) {
  static const char *const sums[] = {"addf", "subf", "mulf"};
  static const char *const extremes[] = {"maximumf", "minimumf", "maxnumf", "minnumf"};
  switch (choices.below(7)) {
  case 0:
    return emit(std::string("arith.") + choices.oneOf(sums) + " " + x.name + ", " +
                    other(x.type).name,
                x.type, false);
  case 1:
  case 2: {
    Scalar y = other(x.type);
    bool swapped = choices.oneIn(2); // a NaN may be on either side
    return emit(std::string("arith.") + choices.oneOf(extremes) + " " + (swapped ? y : x).name +
                    ", " + (swapped ? x : y).name,
                x.type, x.exact && y.exact);
  }
  case 3:
    return emit((choices.oneIn(2) ? "math.absf " : "arith.negf ") + x.name, x.type, x.exact);
  case 4:
    return jump(x);
  default:
    return x.type == "bf16" || x.type == "f16" ? emit("arith.negf " + x.name, x.type, x.exact)
                                               : smooth(x);
  }
}

Scalar DrawnBody::integerStep(const Scalar &x) {
  static const char *const all[] = {"addi",  "subi",  "muli", "maxsi", "minsi",
                                    "maxui", "minui", "andi", "ori",   "xori"};
  static const char *const logical[] = {"andi", "ori", "xori"};
  static const char *const shifts[] = {"shli", "shrsi", "shrui"};
  static const char *const divisions[] = {"divsi", "remsi", "divui", "remui", "floordivsi"};
  bool exact = x.exact;
  if (x.type == "i1") {
    Scalar y = other("i1");
    return emit(std::string("arith.") + choices.oneOf(logical) + " " + x.name + ", " + y.name, "i1",
                exact && y.exact);
  }
  switch (choices.below(6)) {
  case 0:
  case 1: {
    Scalar y = other(x.type);
    return emit(std::string("arith.") + choices.oneOf(all) + " " + x.name + ", " + y.name, x.type,
                exact && y.exact);
  }
  case 2:
    return emit(std::string("arith.") + choices.oneOf(shifts) + " " + x.name + ", " +
                    constant(x.type, std::to_string(choices.between(0, bitsOf(x.type) - 1))).name,
                x.type, exact);
  case 3:
    return emit(std::string("arith.") + choices.oneOf(divisions) + " " + x.name + ", " +
                    constant(x.type, std::to_string(choices.between(1, 9))).name,
                x.type, exact);
  case 4: {
    Scalar condition = compared(x, other(x.type)), z = other(x.type);
    return emit("arith.select " + condition.name + ", " + x.name + ", " + z.name, x.type,
                condition.exact && z.exact);
  }
  default:
    return emit("math.absi " + x.name, x.type, exact);
  }
}

Scalar DrawnBody::converted(const Scalar &x, const std::string &type) {
  if (x.type == type)
    return x;
  std::string signature = x.type + " to " + type;
  auto convert = [&](const std::string &how, const Scalar &from, bool exact) {
    return emit("arith." + how + " " + from.name, type, exact, from.type + " to " + type);
  };
  if (isFloat(x.type) && isFloat(type)) {
    if (bitsOf(x.type) == bitsOf(type)) // f16 and bf16
      return converted(converted(x, "f32"), type);
    return convert(bitsOf(x.type) < bitsOf(type) ? "extf" : "truncf", x, x.exact);
  }
  if (isFloat(type))
    return convert(x.type == "i1" || choices.oneIn(3) ? "uitofp" : "sitofp", x, x.exact);
  if (isFloat(x.type)) { // a NaN or what is out of range would be undefined
    Scalar zero = constant(x.type, "0.0");
    return type == "i1" ? compared(x, zero)
                        : convert("fptosi",
                                  emit("arith.minnumf " +
                                           emit("arith.maxnumf " + x.name + ", " +
                                                    constant(x.type, "-100.0").name,
                                                x.type, x.exact)
                                               .name +
                                           ", " + constant(x.type, "100.0").name,
                                       x.type, x.exact),
                                  x.exact);
  }
  if (bitsOf(x.type) > bitsOf(type))
    return convert("trunci", x, x.exact);
  return convert(x.type == "i1" || choices.oneIn(3) ? "extui" : "extsi", x, x.exact);
}

Scalar DrawnBody::step() {
  Scalar x = choices.oneIn(3) ? choices.oneOf(pool) : pool.back();
  return isFloat(x.type) ? floatStep(x) : integerStep(x);
}

Scalar DrawnBody::draw(int64_t steps) {
  Scalar last = pool.front();
  for (; steps > 0; --steps)
    pool.push_back(last = step());
  return last;
}

} // namespace alt::differential
