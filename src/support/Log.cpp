#include "alt/Log.h"
#include <cstdio>
#include <memory>
#include <unistd.h>

namespace alt {

Log::Log(Sink sink, LogLevel threshold, bool isTerminal)
    : sink(std::move(sink)), threshold(threshold), terminal(isTerminal) {}

// Carriage return, then "erase to the end of the line".
static constexpr std::string_view wipe = "\r\x1b[K";

void Log::print(LogLevel level, std::string_view prefix, std::string_view sentence) {
  if (level > threshold)
    return;
  std::lock_guard lock(mutex);
  std::string text;
  if (!painted.empty())
    text += wipe;
  text.append(prefix).append(sentence) += '\n';
  text += painted;
  sink(text);
}

void Log::status(std::string_view line) {
  std::lock_guard lock(mutex);
  if (!terminal || (line.empty() && painted.empty()))
    return;
  painted = line;
  sink(std::string(wipe) += line);
}

static std::unique_ptr<Log> &instance() {
  static std::unique_ptr<Log> log;
  return log;
}

void setStderrLogLevel(LogLevel level) {
  instance() = std::make_unique<Log>(
      [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }, level,
      isatty(STDERR_FILENO));
}

Log &stderrLog() {
  if (!instance())
    setStderrLogLevel(LogLevel::info);
  return *instance();
}

} // namespace alt
