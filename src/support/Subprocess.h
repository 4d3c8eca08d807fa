// One child process, run to its end.
#pragma once
#include "alt/Result.h"
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace alt {

struct ChildOptions {
  std::optional<std::chrono::duration<double>> limit = {}; ///< wall clock
  int64_t memory = 0;           ///< bytes that each of its processes may have of its own; 0: any
  std::filesystem::path folder = {}; ///< where it runs; empty: where we are
};

struct ChildResult {
  int status = -1;       ///< as from waitpid
  std::string out;       ///< its stdout
  std::string err;       ///< its stderr
  bool timedOut = false; ///< it was killed at its limit
  bool succeeded() const;
  /// The signal's name when one ended it, else "".
  std::string signalName() const;
};

/// Runs `command` (looked up in PATH) and waits, no longer than `limit` if there is one. Whatever it
/// started ends with it, and all of it ends with us, however we end. The error says that it could
/// not be started.
Result<ChildResult> runChild(const std::vector<std::string> &command, const ChildOptions & = {});

/// The last line that is not empty, without a full stop: where tools put the reason.
std::string lastLine(std::string text);

/// Whether PATH has a program of that name.
bool isInPath(const std::string &program);

} // namespace alt
