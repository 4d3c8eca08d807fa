// From argv to a command that is ready to run, or one sentence about what is wrong with it.
#pragma once
#include "Command.h"
#include "alt/Options.h"

namespace alt {

struct ParsedCommand {
  Command *command = nullptr; ///< nullptr: help was printed, there is nothing to do
  bool json = false;
  LogLevel level = LogLevel::info;
};

Result<ParsedCommand> parseCommandLine(std::span<const std::unique_ptr<Command>>, int argc,
                                       char **argv);

/// One flag for each entry of the table.
void addOptions(CLI::App &, OptionTable &);

} // namespace alt
