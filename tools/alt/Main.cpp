// alt: one program, one subcommand a file. Results on stdout, everything else on stderr.
#include "CommandLine.h"
#include "Interrupt.h"
#include <cstdio>

namespace alt {

std::vector<std::unique_ptr<Command>> allCommands() {
  std::vector<std::unique_ptr<Command>> all;
  for (auto make : {makeCompile, makeTune, makeRun, makeImport, makeKernels, makeSpace, makeRecords,
                    makeCompare, makeTrainPrior, makeOptions, makeVersion})
    all.push_back(make());
  return all;
}

void printJson(const std::string &document) {
  std::fwrite(document.data(), 1, document.size(), stdout);
  if (!document.ends_with('\n'))
    std::fputc('\n', stdout);
}

static int exitCode(const Error &error) {
  switch (error.kind) {
  case ErrorKind::usage:
    return exitUsage;
  case ErrorKind::interrupted:
    return exitInterrupted;
  default:
    return exitFailed;
  }
}

static int runMain(int argc, char **argv) {
  auto commands = allCommands();
  auto parsed = parseCommandLine(commands, argc, argv);
  if (!parsed) {
    stderrLog().error(parsed.error().message);
    return exitCode(parsed.error());
  }
  if (!parsed->command)
    return exitOk;
  setStderrLogLevel(parsed->level);
  startInterruptThread();
  auto done = parsed->command->run({parsed->json, stderrLog()});
  if (!done) {
    stderrLog().status("");
    stderrLog().error(done.error().message);
    return exitCode(done.error());
  }
  if (std::fflush(stdout) != 0) {
    stderrLog().error("The result could not be written to standard output.");
    return exitFailed;
  }
  return *done;
}

} // namespace alt

int main(int argc, char **argv) { return alt::runMain(argc, argv); }
