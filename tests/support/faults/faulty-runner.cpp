// alt-runner with another compiler behind it: one that copies ready objects, or misbehaves itself.
#include "FaultySpace.h"
#include "measure/child/Servers.h"
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>

using namespace alt;
namespace fs = std::filesystem;

static const std::map<std::string, std::string> objects = {
#include "FaultObjects.inc"
};

static std::variant<KernelPlan, LowerFailure> lower(const LowerRequest &request, const Target &,
                                                    const fs::path &object) {
  std::string fault = "once";
  const char *mark = std::getenv("ALT_TEST_KILL_BUILD_ONCE");
  if (!request.schedule && mark && fs::remove(mark))
    raise(SIGKILL);
  if (request.schedule)
    fault = request.space->knobs()[0].labels[request.schedule->choice[0]];
  if (fault == "refused")
    return LowerFailure{true, "vector sizes must be positive"};
  if (fault == "compile_error")
    return LowerFailure{false, "cannot select: i128 = frobnicate"};
  if (fault == "compile_crash")
    __builtin_trap();
  if (fault == "compile_loop")
    for (volatile bool forever = true; forever;) {
    }
  if (fault == "compile_memory")
    for (;;) {
      char *volatile memory = new char[1 << 22];
      memory[0] = 1;
    }

  KernelPlan plan;
  plan.scratch = {{fault == "huge_scratch" ? int64_t(64) << 30 : 4096, false}};
  plan.stages = {{"fault_s0",
                  {{BufferRef::Kind::argument, 0},
                   {BufferRef::Kind::argument, 1},
                   {BufferRef::Kind::scratch, 0}},
                  1,
                  false}};
  fs::copy_file(objects.at(fault == "huge_scratch" ? "none" : fault), object);
  return plan;
}

int main(int argc, char **argv) {
  BuildParts parts;
  parts.makeSpace = [](const Workload &, const Target &, unsigned) {
    return std::make_unique<test::TinySpace>(test::faultySpace(64));
  };
  parts.lower = lower;
  return runnerMain(argc, argv, parts);
}
