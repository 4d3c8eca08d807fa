// Ctrl-C, SIGTERM and a closed terminal. While a tuning session runs they ask it to stop; at any other time the process
// ends with what it must not leave behind removed. A second one ends it at once.
#pragma once
#include "support/ScratchFolder.h"
#include <filesystem>
#include <optional>
#include <stop_token>

namespace alt {

/// Called once, before there are other threads.
void startInterruptThread();

/// While it lives, an interrupt requests this stop and nothing else.
class StopOnInterrupt {
public:
  StopOnInterrupt();
  ~StopOnInterrupt();
  StopOnInterrupt(const StopOnInterrupt &) = delete;
  std::stop_token token() const { return source.get_token(); }

private:
  std::stop_source source;
};

/// A new folder under $TMPDIR, removed with everything in it in the end, interrupted or not.
class WorkFolder {
public:
  WorkFolder();
  ~WorkFolder();
  WorkFolder(const WorkFolder &) = delete;
  /// Empty: it could not be made.
  std::filesystem::path path() const { return folder ? folder->path() : std::filesystem::path(); }

private:
  std::optional<ScratchFolder> folder;
};

} // namespace alt
