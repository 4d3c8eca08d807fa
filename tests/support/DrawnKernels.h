// Kernels that nobody thought of: contractions, convolutions and poolings drawn at random, with all
// that may be combined. Small: every one is compiled many times.
#pragma once
#include "Choices.h"
#include <algorithm>
#include <string>
#include <vector>

namespace alt::test {

/// What inputs are widened to before they are multiplied, and how.
struct DrawnElements {
  std::string in = "f32", sum = "f32", widenA, widenB;
  bool isFloat() const { return sum[0] == 'f'; }
};

class DrawnKernel {
public:
  explicit DrawnKernel(Choices &choices) : choices(choices) {}

  /// Two operands, each in any order of its dimensions, maybe the same for all batches; one or two
  /// reductions; the result in any order.
  std::string contraction() {
    drawElements();
    Dimensions a, b, out;
    if (oneIn(2)) {
      Dimension batch = parallel(between(2, 3));
      out.push_back(batch);
      if (!oneIn(4))
        a.push_back(batch);
      if (a.empty() || !oneIn(4))
        b.push_back(batch);
    }
    Dimension i = parallel(between(1, 21)), j = parallel(between(1, 37));
    out.insert(out.end(), {i, j});
    a.push_back(i), b.push_back(j);
    for (int64_t r = between(1, 5) / 5; r >= 0; --r) {
      Dimension k = reduction(between(1, 40));
      a.push_back(k), b.push_back(k);
    }
    shuffle(a), shuffle(b);
    if (oneIn(4))
      shuffle(out);
    return multiply(a, b, out);
  }

  /// One to three dimensions with strides, dilations and padding, channels first or last, in groups
  /// or not, the filter in any order.
  std::string convolution() {
    drawElements();
    Dimensions groups;
    if (oneIn(3))
      groups.push_back(parallel(between(2, 3)));
    return convolve(between(1, 3), groups, {parallel(between(1, 35))}, {reduction(between(1, 13))});
  }

  /// Every channel has a filter, or several.
  std::string depthwise() {
    elements = {};
    Dimensions multiplier;
    if (oneIn(2))
      multiplier.push_back(parallel(between(2, 4)));
    return convolve(between(1, 2), {parallel(between(1, 35))}, multiplier, {});
  }

  /// 3x3 of stride 1, as Winograd's algorithm takes it.
  std::string winograd() {
    elements = {};
    mostStride = mostDilation = 1, window = 3, channelsLast = true;
    static constexpr int64_t primes[] = {5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    int64_t channels = primes[between(0, 9)], features = primes[between(2, 9)];
    return convolve(2, {}, {parallel(features)}, {reduction(channels)});
  }

  /// Few channels and a window, whose patches may be gathered.
  std::string patches() {
    elements = {};
    channelsLast = true, window = between(2, 5);
    return convolve(2, {}, {parallel(between(8, 35))}, {reduction(between(1, 7))});
  }

  /// The largest or the sum of each window.
  std::string pooling() {
    elements = {};
    return convolve(between(1, 2), {parallel(between(1, 35))}, {}, {}, /*filtered=*/false);
  }

private:
  struct Dimension {
    int64_t extent;
    std::string index;
  };
  using Dimensions = std::vector<Dimension>;

  int64_t between(int64_t low, int64_t high) { return choices.between(low, high); }
  bool oneIn(int64_t n) { return choices.oneIn(n); }
  void shuffle(Dimensions &dimensions) {
    for (size_t left = dimensions.size(); left > 1; --left)
      std::swap(dimensions[left - 1],
                dimensions[static_cast<size_t>(between(0, int64_t(left) - 1))]);
  }

  void drawElements() {
    static const DrawnElements kinds[] = {{},
                                          {},
                                          {"f64", "f64", "", ""},
                                          {"bf16", "f32", "extf", "extf"},
                                          {"i8", "i32", "extsi", "extsi"},
                                          {"i8", "i32", "extui", "extsi"},
                                          {"i8", "i32", "extsi", "extui"},
                                          {"i8", "i32", "extui", "extui"}};
    elements = kinds[between(0, 7)];
  }

  Dimension axis(int64_t extent, std::string kind) {
    kinds.push_back("\"" + kind + "\"");
    return {extent, "d" + std::to_string(kinds.size() - 1)};
  }
  Dimension parallel(int64_t extent) { return axis(extent, "parallel"); }
  Dimension reduction(int64_t extent) { return axis(extent, "reduction"); }

  std::string convolve(int64_t dimensions, const Dimensions &groups, const Dimensions &features,
                       const Dimensions &channels, bool filtered = true) {
    Dimensions image, positions, taps, inputs;
    if (channelsLast || (dimensions < 3 && oneIn(2)))
      image.push_back(parallel(between(1, 2)));
    for (int64_t d = 0; d < dimensions; ++d) {
      Dimension out = parallel(between(1, dimensions == 1   ? 30
                                          : dimensions == 2 ? 13
                                                            : 5)),
                tap = reduction(window ? window : between(1, dimensions == 3 ? 3 : 4));
      int64_t stride = between(1, mostStride), dilation = between(1, mostDilation),
              read = (out.extent - 1) * stride + (tap.extent - 1) * dilation + 1;
      padLow.push_back(std::min(between(0, 2), read - 1));
      padHigh.push_back(std::min(between(0, 2), read - 1 - padLow.back()));
      inputs.push_back({read, out.index + " * " + std::to_string(stride) + " + " + tap.index +
                                  " * " + std::to_string(dilation)});
      positions.push_back(out), taps.push_back(tap);
    }
    firstPadded = static_cast<int64_t>(image.size());
    Dimensions in = image, out = image, filter = taps;
    bool last = channelsLast || oneIn(2);
    for (bool spatial : {last, !last})
      if (spatial) {
        in.insert(in.end(), inputs.begin(), inputs.end());
        out.insert(out.end(), positions.begin(), positions.end());
      } else {
        for (auto *list : {&in, &out, &filter})
          list->insert(list->end(), groups.begin(), groups.end());
        in.insert(in.end(), channels.begin(), channels.end());
        filter.insert(filter.end(), channels.begin(), channels.end());
        for (auto *list : {&out, &filter})
          list->insert(list->end(), features.begin(), features.end());
        firstPadded += last ? 0 : static_cast<int64_t>(groups.size() + channels.size());
      }
    if (!filtered)
      return pool(in, taps, out);
    if (oneIn(3) && !channelsLast)
      shuffle(filter);
    return multiply(in, filter, out);
  }

  static std::string typeOf(const Dimensions &dimensions, const std::string &element) {
    std::string text = "tensor<";
    for (const Dimension &dimension : dimensions)
      text += std::to_string(dimension.extent) + "x";
    return text + element + ">";
  }

  std::string map(const Dimensions &dimensions) const {
    std::string from, to;
    for (size_t d = 0; d < kinds.size(); ++d)
      from += (d ? ", d" : "d") + std::to_string(d);
    for (size_t d = 0; d < dimensions.size(); ++d)
      to += (d ? ", " : "") + dimensions[d].index;
    return "affine_map<(" + from + ") -> (" + to + ")>";
  }

  std::string iterators() const {
    std::string text;
    for (size_t d = 0; d < kinds.size(); ++d)
      text += (d ? ", " : "") + kinds[d];
    return text;
  }

  /// The first input, of which `padded` is read.
  std::string firstInput(const Dimensions &padded, const std::string &zero) {
    Dimensions plain = padded;
    std::string low, high, indices;
    bool pads = false;
    for (size_t d = 0; d < padded.size(); ++d) {
      auto p = static_cast<size_t>(static_cast<int64_t>(d) - firstPadded);
      bool spatial = p < padLow.size(); // a negative one is large
      int64_t before = spatial ? padLow[p] : 0, after = spatial ? padHigh[p] : 0;
      plain[d].extent -= before + after;
      pads |= before + after > 0;
      low += (d ? ", " : "") + std::to_string(before),
          high += (d ? ", " : "") + std::to_string(after);
      indices += (d ? ", %i" : "%i") + std::to_string(d) + ": index";
    }
    arguments = "%a: " + typeOf(plain, elements.in);
    if (!pads)
      return "%a";
    body += "  %zp = arith.constant " + zero + " : " + elements.in + "\n  %p = tensor.pad %a low[" +
            low + "] high[" + high + "] {\n  ^bb0(" + indices +
            "):\n    tensor.yield %zp : " + elements.in + "\n  } : " + typeOf(plain, elements.in) +
            " to " + typeOf(padded, elements.in) + "\n";
    return "%p";
  }

  std::string zeroOf(const std::string &element) const { return element[0] == 'i' ? "0" : "0.0"; }

  void initial(const std::string &type, const std::string &value) {
    body += "  %z = arith.constant " + value + " : " + elements.sum +
            "\n  %e = tensor.empty() : " + type + "\n  %f = linalg.fill ins(%z : " + elements.sum +
            ") outs(%e : " + type + ") -> " + type + "\n";
  }

  std::string multiply(const Dimensions &a, const Dimensions &b, const Dimensions &out) {
    std::string input = firstInput(a, zeroOf(elements.in)), ta = typeOf(a, elements.in),
                tb = typeOf(b, elements.in), type = typeOf(out, elements.sum);
    arguments += ", %b: " + tb + (oneIn(2) ? " {alt.constant}" : "");
    initial(type, zeroOf(elements.sum));
    std::string suffix = elements.isFloat() ? "f" : "i", x = "%x", y = "%y";
    body += "  %r = linalg.generic {indexing_maps = [" + map(a) + ", " + map(b) + ", " + map(out) +
            "], iterator_types = [" + iterators() + "]} ins(" + input + ", %b : " + ta + ", " + tb +
            ") outs(%f : " + type + ") {\n  ^bb0(%x: " + elements.in + ", %y: " + elements.in +
            ", %s: " + elements.sum + "):\n";
    if (!elements.widenA.empty()) {
      auto widen = [&](const std::string &how, const std::string &from) {
        body += "    " + from + "w = arith." + how + " " + from + " : " + elements.in + " to " +
                elements.sum + "\n";
        return from + "w";
      };
      x = widen(elements.widenA, x), y = widen(elements.widenB, y);
    }
    body += "    %m = arith.mul" + suffix + " " + x + ", " + y + " : " + elements.sum +
            "\n    %t = arith.add" + suffix + " %s, %m : " + elements.sum +
            "\n    linalg.yield %t : " + elements.sum + "\n  } -> " + type + "\n";
    return finish(out);
  }

  std::string pool(const Dimensions &in, const Dimensions &taps, const Dimensions &out) {
    bool largest = oneIn(2);
    std::string start = largest ? "0xFF800000" : "0.0", type = typeOf(out, "f32"),
                input = firstInput(in, start), window = typeOf(taps, "f32");
    initial(type, start);
    body += "  %w = tensor.empty() : " + window + "\n  %r = linalg.generic {indexing_maps = [" +
            map(in) + ", " + map(taps) + ", " + map(out) + "], iterator_types = [" + iterators() +
            "]} ins(" + input + ", %w : " + typeOf(in, "f32") + ", " + window +
            ") outs(%f : " + type + ") {\n  ^bb0(%x: f32, %y: f32, %s: f32):\n    %t = arith." +
            (largest ? "maximumf" : "addf") + " %s, %x : f32\n    linalg.yield %t : f32\n  } -> " +
            type + "\n";
    return finish(out);
  }

  /// Nothing, or a bias along some dimension, a residual and an activation, the last maybe in
  /// another order.
  std::string finish(const Dimensions &out) {
    std::string result = "%r", type = typeOf(out, elements.sum),
                suffix = elements.isFloat() ? "f" : "i";
    Dimensions same = out;
    kinds.assign(out.size(), "\"parallel\"");
    for (size_t d = 0; d < same.size(); ++d)
      same[d].index = "d" + std::to_string(d);
    auto follow = [&](const std::string &name, const Dimensions &with, const std::string &what,
                      const Dimensions &to) {
      std::string operand = "%" + name, other = typeOf(with, elements.sum),
                  last = typeOf(to, elements.sum);
      arguments += ", " + operand + ": " + other;
      body += "  " + operand + "_e = tensor.empty() : " + last + "\n  " + operand +
              "_r = linalg.generic {indexing_maps = [" + map(same) + ", " + map(with) + ", " +
              map(to) + "], iterator_types = [" + iterators() + "]} ins(" + result + ", " +
              operand + " : " + type + ", " + other + ") outs(" + operand + "_e : " + last +
              ") {\n  ^bb0(%x: " + elements.sum + ", %y: " + elements.sum +
              ", %o: " + elements.sum + "):\n    %t = arith." + what + " %x, %y : " + elements.sum +
              "\n    linalg.yield %t : " + elements.sum + "\n  } -> " + last + "\n";
      result = operand + "_r", type = last;
    };
    if (oneIn(2))
      follow("bias", {same[static_cast<size_t>(between(0, int64_t(same.size()) - 1))]},
             "add" + suffix, same);
    if (oneIn(3)) {
      Dimensions to = same;
      if (oneIn(3))
        shuffle(to);
      follow("residual", same, elements.isFloat() ? "maximumf" : "maxsi", to);
    }
    return "func.func @kernel(" + arguments + ") -> " + type + " {\n" + body + "  return " +
           result + " : " + type + "\n}\n";
  }

  Choices &choices;
  DrawnElements elements;
  std::vector<std::string> kinds; ///< of the axes
  std::vector<int64_t> padLow, padHigh;
  int64_t firstPadded = 0, window = 0, mostStride = 3, mostDilation = 2; ///< window 0: any
  bool channelsLast = false;
  std::string arguments, body;
};

struct DrawnFamily {
  const char *name;
  std::string (DrawnKernel::*draw)();
};
inline constexpr DrawnFamily drawnFamilies[] = {
    {"contraction", &DrawnKernel::contraction}, {"convolution", &DrawnKernel::convolution},
    {"depthwise", &DrawnKernel::depthwise},     {"winograd", &DrawnKernel::winograd},
    {"patches", &DrawnKernel::patches},         {"pooling", &DrawnKernel::pooling},
};

} // namespace alt::test
