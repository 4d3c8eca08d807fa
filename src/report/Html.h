// Pieces of a page that opens without a network: escaped text and curves as inline SVG.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alt::html {

std::string escape(std::string_view);

struct Series {
  std::string label;
  std::vector<double> x, y; ///< a step curve: y holds until the next x
};

struct Axes {
  std::string x, y;     ///< what they show, with the unit
  bool logY = true;
  double xEnd = 0;      ///< curves are drawn on to here
};

/// An <svg> element; series are coloured in turn and named in a legend when there is more than one.
std::string curves(std::span<const Series>, const Axes &, int width = 640, int height = 300);

/// One horizontal bar divided in proportion, with a legend below it.
struct Share {
  std::string label;
  double value = 0;
  std::string text; ///< how the value is said
};
std::string bar(std::span<const Share>, int width = 640);

/// A whole page around the body.
std::string page(std::string_view title, std::string_view body);

} // namespace alt::html
