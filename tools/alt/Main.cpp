// alt: one program, one subcommand a file. Results on stdout, everything else on stderr.
#include "CommandLine.h"
#include "Interrupt.h"
#include "Supervise.h"
#include "Surroundings.h"
#include <cstdio>
#include <iostream>
#include <new>

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

/// Where an exception comes from a library of others, it ends here.
static Result<int> runCaught(Command &command, bool json) {
  try {
    return command.run({json, stderrLog()});
  } catch (const std::bad_alloc &) {
    return Error{ErrorKind::io, "alt " + command.name() + " needs more memory than it can have."};
  } catch (const std::exception &e) {
    return Error{ErrorKind::internal, "alt " + command.name() +
                                          " stopped at an error that it does not know: " + e.what() +
                                          "."};
  }
}

static int runCommand(Command &command, bool json) {
  startInterruptThread();
  auto done = runCaught(command, json);
  if (!done) {
    stderrLog().status("");
    stderrLog().error(done.error().message);
    return exitCode(done.error());
  }
  std::cout.flush();
  if (std::fflush(stdout) != 0 || !std::cout) {
    stderrLog().error("The result could not be written to standard output.");
    return exitFailed;
  }
  return *done;
}

static int runMain(int argc, char **argv) {
  if (auto ready = prepareSurroundings(argv); !ready) {
    stderrLog().error(ready.error().message);
    return exitCode(ready.error());
  }
  auto commands = allCommands();
  auto parsed = parseCommandLine(commands, argc, argv);
  if (!parsed) {
    stderrLog().error(parsed.error().message);
    return exitCode(parsed.error());
  }
  if (!parsed->command)
    return exitOk;
  setStderrLogLevel(parsed->level);
  return supervise([&] { return runCommand(*parsed->command, parsed->json); });
}

} // namespace alt

int main(int argc, char **argv) { return alt::runMain(argc, argv); }
