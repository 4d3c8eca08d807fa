// A comparison as one page: for each space the median curve of every tuner with the band that holds
// the middle 80 % of its runs; inline SVG, no script, no network.
#include "compare/Summary.h"
#include "report/Html.h"
#include <array>
#include <cmath>
#include <cstdio>

namespace alt {
namespace {

constexpr std::array colours{"#c0392b", "#2471a3", "#1e8449", "#b7950b", "#7d3c98",
                             "#ca6f1e", "#117a65", "#5d6d7e", "#000000"};
constexpr double width = 460, height = 260, left = 44, right = 12, top = 10, bottom = 34;

std::string point(double x, double y) {
  char text[48];
  std::snprintf(text, sizeof text, "%.1f,%.1f ", x, y);
  return text;
}

/// Trials on a logarithmic axis: the beginning is where tuners differ.
double xOf(size_t trial, unsigned trials) {
  double share = trials > 1 ? std::log(double(trial)) / std::log(double(trials)) : 0;
  return left + share * (width - left - right);
}

/// Quality from 0.5 to 1.
double yOf(double quality) {
  return top + (1 - std::max(0.0, (quality - 0.5) / 0.5)) * (height - top - bottom);
}

std::string element(const char *format, auto... values) {
  char text[256];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string axes(unsigned trials) {
  std::string svg;
  for (double quality : {0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0}) {
    svg += element("<line x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f' class='grid'/>", left,
                   width - right, yOf(quality), yOf(quality));
    svg += element("<text x='%.1f' y='%.1f' text-anchor='end'>%g %%</text>", left - 4,
                   yOf(quality) + 4, quality * 100);
  }
  for (unsigned trial : {1u, 2u, 5u, 10u, 20u, 50u, 100u, 200u, 400u, 1000u, 4000u})
    if (trial <= trials)
      svg += element("<text x='%.1f' y='%.1f' text-anchor='middle'>%u</text>", xOf(trial, trials),
                     height - bottom + 14, trial);
  return svg + element("<text x='%.1f' y='%.1f' text-anchor='middle'>trials</text>", width / 2,
                       height - 4);
}

std::string curves(const Comparison &comparison, size_t space) {
  unsigned trials = comparison.options.trials;
  std::string svg =
      element("<svg viewBox='0 0 %g %g' width='%g' role='img'>", width, height, width);
  svg += axes(trials);
  std::string lines;
  for (size_t t = 0; t < comparison.options.tuners.size(); ++t) {
    std::string median, upper, lower;
    for (size_t trial = 1; trial <= trials; trial += 1 + trial / 40) {
      std::vector<double> values;
      for (const CompareRun &run : comparison.runsOf(space, t))
        values.push_back(qualityAfter(run, trial));
      double x = xOf(trial, trials);
      median += point(x, yOf(quantile(values, 0.5)));
      upper += point(x, yOf(quantile(values, 0.9)));
      lower = point(x, yOf(quantile(values, 0.1))) + lower; // back along the other edge
    }
    std::string colour = colours[t % colours.size()];
    svg += "<polygon class='band' fill='" + colour + "' points='" + upper + lower + "'/>";
    lines += "<polyline class='curve' stroke='" + colour + "' points='" + median + "'/>";
  }
  return svg + lines + "</svg>";
}

std::string legend(const Comparison &comparison) {
  std::string text = "<p>";
  for (size_t t = 0; t < comparison.options.tuners.size(); ++t)
    text += "<span style='color:" + std::string(colours[t % colours.size()]) + "'>&#9632; " +
            html::escape(comparison.options.tuners[t]) + "</span> &nbsp; ";
  return text + "</p>";
}

} // namespace

std::string compareHtml(const Comparison &comparison) {
  std::string body = "<style>.band{opacity:.13}.curve{fill:none;stroke-width:2}"
                     ".grid{stroke:#ddd}svg text{font-size:11px;fill:#555}"
                     ".spaces{display:flex;flex-wrap:wrap;gap:20px}</style>";
  body += "<h1>Tuners compared</h1><p>Best throughput so far, as a share of the best known, after "
          "each trial: median of " +
          std::to_string(comparison.options.seeds) +
          " runs, band from the 10th to the 90th percentile.</p>" + legend(comparison);
  body += "<div class='spaces'>";
  for (size_t s = 0; s < comparison.spaces.size(); ++s) {
    const ComparedSpace &space = comparison.spaces[s];
    body += "<figure><figcaption>" + html::escape(space.name) + ": " + sizeText(space) + ", " +
            std::to_string(space.within5) + " within 5 %" +
            (space.degenerate() ? " (degenerate)" : "") + "</figcaption>" + curves(comparison, s) +
            "</figure>";
  }
  body += "</div><h2>Figures</h2><pre>" + html::escape(compareText(comparison)) + "</pre>";
  return html::page("Tuners compared", body);
}

} // namespace alt
