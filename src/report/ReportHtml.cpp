// report.html: what was found, how it was found, and where the time went.
#include "alt/Options.h"
#include "alt/Report.h"
#include "report/Html.h"
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace alt {

using namespace html;

static std::string fixed(double value, int digits) {
  if (!std::isfinite(value))
    return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

static std::string row(std::initializer_list<std::string> cells, const char *tag = "td") {
  std::string text = "<tr>";
  for (const std::string &cell : cells)
    text += std::string("<") + tag + ">" + cell + "</" + tag + ">";
  return text + "</tr>\n";
}

static std::string summary(const TuneReport &report) {
  std::string text = "<table>\n";
  auto line = [&](const char *what, const std::string &value) { text += row({what, escape(value)}); };
  line("untuned, all kernels of one run", printSeconds(report.untunedSeconds()));
  line("tuned", printSeconds(report.tunedSeconds()));
  line("times faster", fixed(report.untunedSeconds() / report.tunedSeconds(), 2));
  line("trials", std::to_string(report.trials()) + " (" + std::to_string(report.resumed()) +
                     " from earlier records)");
  line("wall clock", printDuration(Seconds(report.wallSeconds)));
  line("trials a second", fixed(report.trialsPerSecond(), 1));
  line("tuner, seed, threads", report.tuner + ", " + std::to_string(report.seed) + ", " +
                                   std::to_string(report.threads));
  line("machine", report.cpu + " (" + report.target + ")");
  line("made by", report.tool);
  return text + "</table>\n";
}

static std::string curvesOf(const TuneReport &report) {
  if (report.kernels.size() == 1) {
    const KernelReport &kernel = report.kernels.front();
    Series series{kernel.name, {}, {}};
    for (const CurvePoint &point : kernel.curve) {
      series.x.push_back(point.trial);
      series.y.push_back(kernel.flops ? kernel.gflops(point.seconds) : point.seconds * 1e3);
    }
    return curves(std::span(&series, 1),
                  {"trials", kernel.flops ? "best so far, GFLOP/s" : "best so far, ms",
                   !kernel.flops, static_cast<double>(kernel.trials)});
  }
  // Many kernels: the ones that take most of a run, each beside its first time.
  std::vector<const KernelReport *> order;
  for (const KernelReport &kernel : report.kernels)
    if (!kernel.curve.empty())
      order.push_back(&kernel);
  auto weight = [](const KernelReport *kernel) {
    return kernel->uses * kernel->curve.front().seconds;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](auto *a, auto *b) { return weight(a) > weight(b); });
  order.resize(std::min<size_t>(order.size(), 7));
  std::vector<Series> all;
  for (const KernelReport *kernel : order) {
    Series series{kernel->name, {}, {}};
    for (const CurvePoint &point : kernel->curve) {
      series.x.push_back(point.wall);
      series.y.push_back(kernel->curve.front().seconds / point.seconds);
    }
    all.push_back(std::move(series));
  }
  return curves(all, {"seconds since the start", "times faster than the first trial", false,
                      report.wallSeconds});
}

static std::string kernelTable(const TuneReport &report) {
  std::string text = "<table>\n" + row({"kernel", "calls", "trials", "ok", "default", "best",
                                        "GFLOP/s", "gain", "space"},
                                       "th");
  for (const KernelReport &kernel : report.kernels)
    text += row({escape(kernel.name), std::to_string(kernel.uses), std::to_string(kernel.trials),
                 std::to_string(kernel.outcomes[0]), printSeconds(kernel.defaultSeconds),
                 printSeconds(kernel.bestSeconds), fixed(kernel.gflops(kernel.bestSeconds), 1),
                 fixed(kernel.defaultSeconds / kernel.bestSeconds, 2),
                 std::isfinite(kernel.spaceSize) ? fixed(kernel.spaceSize, 0) : "-"});
  return text + "</table>\n";
}

/// What is not read and written as the caller has it.
static std::string layouts(const KernelReport &kernel) {
  std::string text;
  for (const OperandLayout &layout : kernel.layouts)
    if (layout.made != OperandLayout::Made::inPlace)
      text += "layout: <code>" + escape(print(layout)) + "</code><br>";
  return text;
}

static std::string schedules(const TuneReport &report) {
  std::string text;
  for (const KernelReport &kernel : report.kernels) {
    text += "<details><summary>" + escape(kernel.name) + "</summary><p>best: <code>" +
            escape(kernel.plain       ? "plain loops, no schedule worked"
                   : kernel.isDefault ? "the default"
                                      : kernel.bestSchedule) +
            "</code><br>" + layouts(kernel) + "default: <code>" + escape(kernel.defaultSchedule) + "</code><br>outcomes: " +
            escape(printOutcomes(kernel.outcomes)) + "<br>stopped: " + escape(kernel.stopReason) +
            "</p>\n";
    for (const auto &[reason, count] : kernel.failures)
      text += "<p>" + std::to_string(count) + " &times; <code>" + escape(reason) + "</code></p>\n";
    text += "</details>\n";
  }
  return text;
}

std::string toHtml(const TuneReport &report) {
  std::string body = "<h1>" + escape(report.title) + "</h1>\n";
  for (const std::string &note : report.notes)
    body += "<p class=\"note\">" + escape(note) + "</p>\n";
  body += summary(report);
  if (report.trials()) {
    body += "<h2>Best so far</h2>\n" + curvesOf(report);
    std::vector<Share> outcomes;
    auto counts = report.outcomes();
    for (unsigned i = 0; i < outcomeCount; ++i)
      outcomes.push_back({std::string(name(static_cast<Outcome>(i))),
                          static_cast<double>(counts[i]), std::to_string(counts[i])});
    body += "<h2>How the trials ended</h2>\n" + bar(outcomes);
    PhaseTimes spent = report.spent();
    std::vector<Share> times;
    for (auto [label, seconds] : {std::pair{"learning", spent.propose}, {"building", spent.build},
                                  {"checking", spent.check}, {"timing", spent.run}})
      times.push_back({label, seconds.count(), printSeconds(seconds.count())});
    body += "<h2>Where the time went</h2>\n<p>Work of all cores together; building goes on beside the "
            "rest.</p>\n" + bar(times);
  }
  body += "<h2>Kernels</h2>\n" + kernelTable(report);
  body += "<h2>Schedules</h2>\n" + schedules(report);
  body += "<h2>Options</h2>\n<table>\n";
  for (const auto &[name, value] : report.options)
    body += row({escape(name), escape(value)});
  return page(report.title + " - alt", body + "</table>\n");
}

} // namespace alt
