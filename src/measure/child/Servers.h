// The two roles of alt-runner.
#pragma once
#include "alt/Lower.h"
#include "measure/Protocol.h"
#include <functional>
#include <memory>

namespace alt {

/// What a build server needs of the stages that it does not know; tests give others.
struct BuildParts {
  std::function<std::unique_ptr<SearchSpace>(const Workload &, const Target &, unsigned threads)>
      makeSpace;
  std::function<std::variant<KernelPlan, LowerFailure>(const LowerRequest &, const Target &,
                                                       const std::filesystem::path &)>
      lower;
  /// Run once in the server, so that children find everything loaded and initialised.
  std::function<void()> warmUp = [] {};
};

/// Both serve stdin until it ends; the result is the program's exit code.
int serveBuilds(const BuildParts &, const std::vector<Place> &);
int serveTimings();

/// alt-runner's main: `build PLACE...` or `time`.
int runnerMain(int argc, char **argv, const BuildParts &);

} // namespace alt
