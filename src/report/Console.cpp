#include "alt/Report.h"
#include "alt/Table.h"
#include <cmath>
#include <cstdio>

namespace alt {

static std::string fixed(double value, int digits) {
  if (!std::isfinite(value))
    return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

static std::string times(double untuned, double tuned) {
  return std::isfinite(untuned / tuned) ? fixed(untuned / tuned, 2) + "x" : "-";
}

static std::string oneKernel(const KernelReport &kernel) {
  if (!kernel.measured())
    return kernel.name + ": not measured; schedule: " +
           (kernel.plain ? "plain loops" : kernel.defaultSchedule) + "\n";
  Table table({"", "time", "GFLOP/s", "schedule"}, {Table::left, Table::right, Table::right, Table::left});
  table.add({"default", printSeconds(kernel.defaultSeconds),
             fixed(kernel.gflops(kernel.defaultSeconds), 1), kernel.defaultSchedule});
  table.add({"best", printSeconds(kernel.bestSeconds), fixed(kernel.gflops(kernel.bestSeconds), 1),
             kernel.plain       ? "(plain loops: no schedule worked)"
             : kernel.isDefault ? "(the default)"
                                : kernel.bestSchedule});
  return kernel.name + ": " + times(kernel.defaultSeconds, kernel.bestSeconds) + " as fast as the default\n" +
         table.print();
}

std::string toConsole(const TuneReport &report) {
  std::string text;
  if (report.kernels.size() == 1) {
    text = oneKernel(report.kernels.front());
  } else {
    Table table({"kernel", "count", "trials", "default", "best", "GFLOP/s", "gain"},
                {Table::left, Table::right, Table::right, Table::right, Table::right, Table::right,
                 Table::right});
    for (const KernelReport &kernel : report.kernels)
      table.add({kernel.name, std::to_string(kernel.uses), std::to_string(kernel.trials),
                 printSeconds(kernel.defaultSeconds), printSeconds(kernel.bestSeconds),
                 fixed(kernel.gflops(kernel.bestSeconds), 1),
                 times(kernel.defaultSeconds, kernel.bestSeconds)});
    text = table.print();
    if (std::isfinite(report.tunedSeconds()))
      text += "all kernels of one run: " + printSeconds(report.untunedSeconds()) + " -> " +
              printSeconds(report.tunedSeconds()) + " (" +
              times(report.untunedSeconds(), report.tunedSeconds()) + ")\n";
  }
  if (report.trials()) {
    text += std::to_string(report.trials()) + " trials";
    if (report.resumed())
      text += " (" + std::to_string(report.resumed()) + " from the records)";
    text += ": " + printOutcomes(report.outcomes()) + "\n" + fixed(report.wallSeconds, 1) + " s, " +
            fixed(report.trialsPerSecond(), 1) + " trials/s, learning " +
            fixed(report.wallSeconds > 0 ? 100 * report.learningSeconds() / report.wallSeconds : 0, 1) +
            " % of the time\n";
  }
  for (const std::string &note : report.notes)
    text += note + "\n";
  return text;
}

} // namespace alt
