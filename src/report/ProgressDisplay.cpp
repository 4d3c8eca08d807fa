#include "alt/ProgressDisplay.h"
#include "alt/Options.h"
#include <cmath>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace alt {

Clock steadyClock() {
  return [] { return Seconds(std::chrono::steady_clock::now().time_since_epoch()); };
}

std::string progressLine(const Progress &p, size_t width) {
  char text[64];
  std::string line;
  auto part = [&](const std::string &piece) { line += (line.empty() ? "" : "  ") + piece; };
  if (p.kernels > 1)
    part("kernel " + std::to_string(p.kernel + 1) + "/" + std::to_string(p.kernels));
  part(p.name);
  part(std::to_string(p.trials) + (p.trialLimit ? "/" + std::to_string(p.trialLimit) : "") + " trials");
  part(printOutcomes(p.outcomes));
  if (std::isfinite(p.best)) {
    std::string best = "best " + printSeconds(p.best);
    if (std::isfinite(p.gflops) && p.gflops >= 0.05) {
      std::snprintf(text, sizeof text, " (%.1f GFLOP/s)", p.gflops);
      best += text;
    }
    part(best);
  }
  if (std::isfinite(p.speedup)) {
    std::snprintf(text, sizeof text, "speed-up %.2fx", p.speedup);
    part(text);
  }
  if (p.left)
    part(printDuration(Seconds(std::ceil(std::max(0.0, p.left->count())))) + " left");
  if (width && line.size() > width)
    line.resize(width);
  return line;
}

ProgressDisplay::ProgressDisplay(Log &log, Clock clock, Options options)
    : log(log), clock(std::move(clock)), options(options) {}

static size_t terminalWidth() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79u;
}

void ProgressDisplay::update(const Progress &progress) {
  if (log.level() < LogLevel::info)
    return;
  Seconds now = clock();
  if (last && now - *last < (log.isTerminal() ? options.repaintEvery : options.plainEvery))
    return;
  last = now;
  if (log.isTerminal())
    log.status(progressLine(progress, options.width ? options.width : terminalWidth()));
  else
    log.info(progressLine(progress));
}

void ProgressDisplay::finish() { log.status(""); }

} // namespace alt
