// What people read on stderr while a command works. stdout is for results only.
#pragma once
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace alt {

enum class LogLevel { error, warn, info, debug };

/// Sentences, one a line, and below them at most one status line that is painted over.
class Log {
public:
  using Sink = std::function<void(std::string_view)>;
  Log(Sink, LogLevel, bool isTerminal);

  LogLevel level() const { return threshold; }
  bool isTerminal() const { return terminal; }

  void error(std::string_view sentence) { print(LogLevel::error, "error: ", sentence); }
  void warn(std::string_view sentence) { print(LogLevel::warn, "warning: ", sentence); }
  void info(std::string_view sentence) { print(LogLevel::info, "", sentence); }
  void debug(std::string_view sentence) { print(LogLevel::debug, "debug: ", sentence); }

  /// Repaints the status line, which the next sentence moves down. Terminals only; "" wipes it.
  void status(std::string_view line);

private:
  void print(LogLevel, std::string_view prefix, std::string_view sentence);
  Sink sink;
  LogLevel threshold;
  bool terminal;
  std::string painted;
  std::mutex mutex;
};

/// The process's own log, on stderr. A tool sets the level before it starts any work.
Log &stderrLog();
void setStderrLogLevel(LogLevel);

} // namespace alt
