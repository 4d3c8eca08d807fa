// Who watches a session: the progress line, warnings, and the event log for machines.
#pragma once
#include "alt/ProgressDisplay.h"
#include "alt/Session.h"
#include <cstdio>
#include <memory>
#include <set>

namespace alt {

class SessionWatcher final : public SessionObserver {
public:
  /// `events`: a file of JSON lines; empty for none.
  static Result<std::unique_ptr<SessionWatcher>> open(Log &, const std::filesystem::path &events);
  ~SessionWatcher() override;
  void onProgress(const Progress &) override;
  void onTrial(const KernelReport &, const SearchSpace &, const Observation &) override;
  void onWarning(const std::string &) override;

private:
  SessionWatcher(Log &, std::FILE *);
  Log &log;
  ProgressDisplay display;
  std::FILE *events;
  Clock clock = steadyClock();
  Seconds begin = clock();
  std::set<std::string> warned; ///< each kernel reads the same file: once is enough
};

} // namespace alt
