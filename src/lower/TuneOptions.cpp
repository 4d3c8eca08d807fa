#include "lower/TuneOptions.h"
#include "lower/FirstError.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <charconv>
#include <numeric>

namespace alt {

using namespace mlir;
using transform::tune::AlternativesOp;
using transform::tune::KnobOp;

static constexpr size_t mostOptions = 10'000;

std::optional<int64_t> integerValue(Attribute attribute) {
  auto integer = dyn_cast<IntegerAttr>(attribute);
  if (!integer || integer.getValue().getSignificantBits() > 64)
    return std::nullopt;
  bool truth = integer.getType().isInteger(1);
  return truth ? integer.getValue().getZExtValue() : integer.getValue().getSExtValue();
}

/// llvm/lighthouse's form: a list or a range, thinned by what divides and is divided.
static SmallVector<Attribute> optionsOf(DictionaryAttr form) {
  auto number = [&](StringRef name) {
    Attribute attribute = form.get(name);
    return attribute ? integerValue(attribute) : std::nullopt;
  };
  auto low = number("lower_bound"), high = number("upper_bound");
  int64_t divisor = number("divisible_by").value_or(1), multiple = number("divides").value_or(0);
  SmallVector<Attribute> candidates, kept;
  Builder builder(form.getContext());
  if (auto listed = form.getAs<ArrayAttr>("options"))
    candidates.assign(listed.begin(), listed.end());
  else if (low && high && *high - *low < int64_t(100 * mostOptions))
    for (int64_t value = *low; value <= *high; ++value)
      candidates.push_back(builder.getI64IntegerAttr(value));
  for (Attribute candidate : candidates) {
    std::optional<int64_t> value = integerValue(candidate);
    if (value && ((divisor > 0 && *value % divisor != 0) ||
                  (multiple != 0 && (*value == 0 || multiple % *value != 0))))
      continue;
    kept.push_back(candidate);
  }
  return kept;
}

SmallVector<Attribute> optionsOf(KnobOp knob) {
  if (auto list = dyn_cast<ArrayAttr>(knob.getOptions()))
    return SmallVector<Attribute>(list.begin(), list.end());
  if (auto form = dyn_cast<DictionaryAttr>(knob.getOptions()))
    return optionsOf(form);
  return {};
}

static std::optional<double> numberValue(Attribute attribute) {
  if (auto integer = integerValue(attribute))
    return static_cast<double>(*integer);
  if (auto real = dyn_cast<FloatAttr>(attribute))
    return real.getValueAsDouble();
  return std::nullopt;
}

/// One word: "avx", "1,0,2" for arrays of integers, else as MLIR prints it.
static std::string label(Attribute attribute) {
  std::string text;
  auto join = [&](auto values) {
    for (int64_t value : values)
      text += (text.empty() ? "" : ",") + std::to_string(value);
  };
  SmallVector<int64_t> integers;
  if (auto array = dyn_cast<ArrayAttr>(attribute))
    for (Attribute element : array)
      if (auto value = integerValue(element))
        integers.push_back(*value);
  if (auto string = dyn_cast<StringAttr>(attribute))
    text = string.str();
  else if (auto dense = dyn_cast<DenseI64ArrayAttr>(attribute))
    join(dense.asArrayRef());
  else if (auto array = dyn_cast<ArrayAttr>(attribute); array && integers.size() == array.size())
    join(integers);
  else
    llvm::raw_string_ostream(text) << attribute;
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\t'; });
  return text.empty() ? "none" : text;
}

std::string optionText(Attribute attribute) {
  std::optional<double> number = numberValue(attribute);
  if (!number)
    return label(attribute);
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, *number).ptr);
}

/// By value when all are numbers, else as listed: what knob.options are in, by position in the
/// script.
static std::vector<uint16_t> order(ArrayRef<Attribute> options, bool numbers) {
  std::vector<uint16_t> positions(options.size());
  std::iota(positions.begin(), positions.end(), uint16_t(0));
  if (numbers)
    std::stable_sort(positions.begin(), positions.end(), [&](uint16_t a, uint16_t b) {
      return *numberValue(options[a]) < *numberValue(options[b]);
    });
  return positions;
}

static bool allNumbers(ArrayRef<Attribute> options) {
  return llvm::all_of(options, [](Attribute a) { return numberValue(a).has_value(); });
}

Result<Tunable> tunableOf(KnobOp op) {
  std::string name = op.getName().str();
  auto wrong = [&](const std::string &what) {
    return Error{ErrorKind::invalidInput, place(op.getLoc()) + "knob '" + name + "' " + what};
  };
  SmallVector<Attribute> options = optionsOf(op);
  if (options.empty())
    return wrong("has no options: a list of values is needed, or a dictionary with lower_bound and "
                 "upper_bound.");
  if (options.size() > mostOptions)
    return wrong("has " + std::to_string(options.size()) + " options, of at most " +
                 std::to_string(mostOptions) + ".");
  bool numbers = allNumbers(options), integers = llvm::all_of(options, integerValue);
  Tunable tunable;
  tunable.knob = {name, numbers ? Knob::Kind::ordinal : Knob::Kind::categorical, {}, {}};
  std::vector<uint16_t> positions = order(options, numbers);
  tunable.preferred.resize(options.size());
  for (uint16_t i = 0; i < positions.size(); ++i) {
    Attribute option = options[positions[i]];
    tunable.preferred[positions[i]] = i;
    tunable.values.push_back(integers ? *integerValue(option) : i);
    tunable.knob.options.push_back(numbers ? *numberValue(option) : i);
    if (!numbers)
      tunable.knob.labels.push_back(label(option));
  }
  auto twice = [](auto values) {
    std::sort(values.begin(), values.end());
    return std::adjacent_find(values.begin(), values.end()) != values.end();
  };
  if (twice(tunable.knob.options) || twice(tunable.knob.labels))
    return wrong("lists an option twice.");
  return tunable;
}

Tunable tunableOf(AlternativesOp op) {
  Tunable tunable;
  tunable.knob = {op.getName().str(), Knob::Kind::categorical, {}, {}};
  for (uint16_t r = 0; r < op.getAlternatives().size(); ++r) {
    tunable.knob.options.push_back(r);
    tunable.knob.labels.push_back(std::to_string(r));
    tunable.values.push_back(r);
    tunable.preferred.push_back(r);
  }
  return tunable;
}

Attribute selection(KnobOp knob, uint16_t option) {
  SmallVector<Attribute> options = optionsOf(knob);
  return options[order(options, allNumbers(options))[option]];
}

} // namespace alt
