#include "report/Html.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace alt::html {

// Okabe and Ito's colours, which the colour-blind can tell apart.
static constexpr std::array<const char *, 7> colours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                        "#e69f00", "#56b4e9", "#555555"};

std::string escape(std::string_view text) {
  std::string out;
  for (char c : text)
    switch (c) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    default: out += c;
    }
  return out;
}

static std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

static std::string fixed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

static std::string textAt(double x, double y, std::string_view anchor, std::string_view text) {
  return "<text x=\"" + fixed(x) + "\" y=\"" + fixed(y) + "\" text-anchor=\"" +
         std::string(anchor) + "\">" + escape(text) + "</text>\n";
}

static std::string line(double x1, double y1, double x2, double y2, const char *kind) {
  return "<line x1=\"" + fixed(x1) + "\" y1=\"" + fixed(y1) + "\" x2=\"" + fixed(x2) + "\" y2=\"" +
         fixed(y2) + "\" class=\"" + kind + "\"/>\n";
}

/// Round numbers from low to high: 1, 2 and 5 times powers of ten.
static std::vector<double> ticks(double low, double high, bool log) {
  std::vector<double> all;
  if (log && high / low > 4) {
    for (int e = static_cast<int>(std::floor(std::log10(low))); std::pow(10, e) <= high; ++e)
      for (double m : {1., 2., 5.})
        if (double t = m * std::pow(10, e); t >= low && t <= high)
          all.push_back(t);
    return all;
  }
  double step = std::pow(10, std::floor(std::log10((high - low) / 4)));
  while ((high - low) / step > 6)
    step *= (high - low) / step > 12 ? 5 : 2;
  for (double t = std::ceil(low / step) * step; t <= high + step * 1e-6; t += step)
    all.push_back(std::abs(t) < step * 1e-6 ? 0 : t);
  return all;
}

std::string curves(std::span<const Series> series, const Axes &axes, int width, int height) {
  double low = INFINITY, high = -INFINITY, right = axes.xEnd;
  for (const Series &s : series)
    for (size_t i = 0; i < s.x.size(); ++i) {
      low = std::min(low, s.y[i]), high = std::max(high, s.y[i]), right = std::max(right, s.x[i]);
    }
  if (!(low <= high))
    return "<p>Nothing was measured.</p>\n";
  if (axes.logY)
    low *= 0.95, high *= 1.05;
  else
    low = 0, high *= 1.05;
  right = right > 0 ? right : 1;
  const double x0 = 64, x1 = width - 12, y0 = height - 42, y1 = 12;
  auto px = [&](double x) { return x0 + (x1 - x0) * x / right; };
  auto py = [&](double y) {
    double at = axes.logY ? std::log(y / low) / std::log(high / low) : (y - low) / (high - low);
    return y0 + (y1 - y0) * at;
  };
  std::string svg = "<svg viewBox=\"0 0 " + std::to_string(width) + " " + std::to_string(height) +
                    "\" width=\"" + std::to_string(width) + "\" role=\"img\">\n";
  for (double t : ticks(low, high, axes.logY))
    svg += line(x0, py(t), x1, py(t), "grid") + textAt(x0 - 6, py(t) + 4, "end", number(t));
  for (double t : ticks(0, right, false))
    svg += line(px(t), y0, px(t), y0 + 4, "axis") + textAt(px(t), y0 + 17, "middle", number(t));
  svg += line(x0, y0, x1, y0, "axis") + line(x0, y0, x0, y1, "axis");
  svg += textAt((x0 + x1) / 2, height - 6, "middle", axes.x);
  svg += "<text transform=\"translate(13," + fixed((y0 + y1) / 2) +
         ") rotate(-90)\" text-anchor=\"middle\">" + escape(axes.y) + "</text>\n";
  for (size_t n = 0; n < series.size(); ++n) {
    const Series &s = series[n];
    std::string points;
    for (size_t i = 0; i < s.x.size(); ++i) {
      if (i)
        points += fixed(px(s.x[i])) + "," + fixed(py(s.y[i - 1])) + " ";
      points += fixed(px(s.x[i])) + "," + fixed(py(s.y[i])) + " ";
    }
    if (!s.x.empty() && s.x.back() < axes.xEnd)
      points += fixed(px(axes.xEnd)) + "," + fixed(py(s.y.back()));
    svg += "<polyline class=\"curve\" stroke=\"" + std::string(colours[n % colours.size()]) +
           "\" points=\"" + points + "\"><title>" + escape(s.label) + "</title></polyline>\n";
  }
  svg += "</svg>\n";
  if (series.size() < 2)
    return svg;
  svg += "<p class=\"legend\">";
  for (size_t n = 0; n < series.size(); ++n)
    svg += "<span><i style=\"background:" + std::string(colours[n % colours.size()]) + "\"></i>" +
           escape(series[n].label) + "</span> ";
  return svg + "</p>\n";
}

std::string bar(std::span<const Share> shares, int width) {
  double sum = 0;
  for (const Share &share : shares)
    sum += share.value;
  if (!(sum > 0))
    return "<p>Nothing.</p>\n";
  std::string svg = "<svg viewBox=\"0 0 " + std::to_string(width) + " 22\" width=\"" +
                    std::to_string(width) + "\" role=\"img\">\n";
  std::string legend = "<p class=\"legend\">";
  double at = 0;
  for (size_t n = 0; n < shares.size(); ++n) {
    const Share &share = shares[n];
    if (!(share.value > 0))
      continue;
    std::string colour = colours[n % colours.size()];
    double wide = width * share.value / sum;
    svg += "<rect x=\"" + fixed(at) + "\" y=\"0\" width=\"" + fixed(wide) +
           "\" height=\"22\" fill=\"" + colour + "\"><title>" + escape(share.label) +
           "</title></rect>\n";
    at += wide;
    legend += "<span><i style=\"background:" + colour + "\"></i>" + escape(share.label) + " " +
              escape(share.text) + "</span> ";
  }
  return svg + "</svg>\n" + legend + "</p>\n";
}

std::string page(std::string_view title, std::string_view body) {
  static constexpr std::string_view style = R"(
body { font: 15px/1.45 system-ui, sans-serif; color: #222; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; } th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; } code { font-size: .85em; overflow-wrap: anywhere; }
svg { max-width: 100%; } svg text { font: 11px system-ui, sans-serif; fill: #444; }
.grid { stroke: #e4e4e4; } .axis { stroke: #888; } .curve { fill: none; stroke-width: 1.8; }
.legend span { margin-right: 1em; white-space: nowrap; } .legend i { display: inline-block; width: .8em; height: .8em; margin-right: .3em; }
details { margin: .4rem 0; } .note { background: #fff6dd; padding: .4rem .7rem; }
)";
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
         escape(title) + "</title>\n<style>" + std::string(style) + "</style>\n</head>\n<body>\n" +
         std::string(body) + "</body>\n</html>\n";
}

} // namespace alt::html
