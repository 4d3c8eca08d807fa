// What every subcommand is: a name, its options, and one function that does it.
#pragma once
#include "alt/Log.h"
#include "alt/Result.h"
#include <CLI/CLI.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace alt {

/// What all subcommands are told.
struct Invocation {
  bool json = false; ///< one JSON document on stdout, instead of text for people
  Log &log;
};

class Command {
public:
  virtual ~Command() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;  ///< one line
  virtual std::string examples() const = 0; ///< below --help
  virtual void declare(CLI::App &) = 0;     ///< options and arguments, bound to fields
  /// The exit code, or what to tell the user.
  virtual Result<int> run(const Invocation &) = 0;
};

inline constexpr int exitOk = 0, exitFailed = 1, exitUsage = 2, exitInterrupted = 130;

std::unique_ptr<Command> makeCompile();
std::unique_ptr<Command> makeTune();
std::unique_ptr<Command> makeRun();
std::unique_ptr<Command> makeImport();
std::unique_ptr<Command> makeKernels();
std::unique_ptr<Command> makeSpace();
std::unique_ptr<Command> makeRecords();
std::unique_ptr<Command> makeCompare();
std::unique_ptr<Command> makeTrainPrior();
std::unique_ptr<Command> makeOptions();
std::unique_ptr<Command> makeVersion();

/// In the order of --help.
std::vector<std::unique_ptr<Command>> allCommands();

void printJson(const std::string &document); ///< to stdout, with a newline at the end

} // namespace alt
