// The sums that every view of a report shares.
#include "alt/Report.h"
#include <cmath>
#include <cstdio>

namespace alt {

unsigned TuneReport::trials() const {
  unsigned sum = 0;
  for (const KernelReport &kernel : kernels)
    sum += kernel.trials;
  return sum;
}

unsigned TuneReport::resumed() const {
  unsigned sum = 0;
  for (const KernelReport &kernel : kernels)
    sum += kernel.resumed;
  return sum;
}

double TuneReport::learningSeconds() const {
  double sum = 0;
  for (const KernelReport &kernel : kernels)
    sum += kernel.learningSeconds;
  return sum;
}

std::array<unsigned, outcomeCount> TuneReport::outcomes() const {
  std::array<unsigned, outcomeCount> sum{};
  for (const KernelReport &kernel : kernels)
    for (unsigned i = 0; i < outcomeCount; ++i)
      sum[i] += kernel.outcomes[i];
  return sum;
}

PhaseTimes TuneReport::spent() const {
  PhaseTimes sum;
  for (const KernelReport &kernel : kernels) {
    sum.build += kernel.spent.build;
    sum.check += kernel.spent.check;
    sum.run += kernel.spent.run;
  }
  sum.propose = Seconds(learningSeconds());
  return sum;
}

static double sumOfRun(const TuneReport &report, double KernelReport::*seconds) {
  double sum = 0;
  for (const KernelReport &kernel : report.kernels)
    if (std::isfinite(kernel.bestSeconds) && std::isfinite(kernel.defaultSeconds))
      sum += kernel.uses * kernel.*seconds;
  return sum > 0 ? sum : notMeasured;
}
double TuneReport::untunedSeconds() const { return sumOfRun(*this, &KernelReport::defaultSeconds); }
double TuneReport::tunedSeconds() const { return sumOfRun(*this, &KernelReport::bestSeconds); }

double TuneReport::trialsPerSecond() const {
  return wallSeconds > 0 ? (trials() - resumed()) / wallSeconds : 0;
}

std::string printSeconds(double seconds) {
  if (!std::isfinite(seconds))
    return "-";
  const char *unit = "s";
  double value = seconds;
  if (seconds < 1e-6)
    value *= 1e9, unit = "ns";
  else if (seconds < 1e-3)
    value *= 1e6, unit = "us";
  else if (seconds < 1)
    value *= 1e3, unit = "ms";
  char text[32];
  std::snprintf(text, sizeof text, "%.*f %s", value < 10 ? 2 : value < 100 ? 1 : 0, value, unit);
  return text;
}

std::string printOutcomes(const std::array<unsigned, outcomeCount> &outcomes) {
  std::string text;
  for (unsigned i = 0; i < outcomeCount; ++i)
    if (outcomes[i]) {
      text += text.empty() ? "" : ", ";
      text += std::string(name(static_cast<Outcome>(i))) + " " + std::to_string(outcomes[i]);
    }
  return text.empty() ? "none" : text;
}

} // namespace alt
