#include "CommandLine.h"
#include "alt/Support.h"
#include <iostream>

namespace alt {

static Error usage(std::string message) { return {ErrorKind::usage, std::move(message)}; }

void addOptions(CLI::App &app, OptionTable &table) {
  for (const OptionTable::Entry &entry : table.entries()) {
    auto set = [&table, name = entry.name](const std::string &text) {
      if (auto done = table.set(name, text); !done)
        throw CLI::ValidationError("--" + done.error().message); // CLI11's way to say no
    };
    std::string value = OptionTable::print(entry);
    app.add_option_function<std::string>("--" + entry.name, set, entry.help)
        ->type_name(value.empty() ? "TEXT" : "[" + value + "]")
        ->group("Tuning");
  }
}

static std::vector<std::string> optionNames(const CLI::App &app) {
  std::vector<std::string> names;
  for (const CLI::Option *option : app.get_options())
    for (const std::string &name : option->get_lnames())
      names.push_back("--" + name);
  return names;
}

/// "alt tune has no option '--trails'; did you mean '--trials'?"
static Error describeExtra(const CLI::App &app, const CLI::App *chosen, std::string word) {
  if (!word.starts_with("-") && !chosen) {
    std::vector<std::string> names;
    for (const CLI::App *command : app.get_subcommands(nullptr))
      names.push_back(command->get_name());
    std::string near = nearest(word, names);
    return usage("There is no command '" + word + "'" +
                 (near.empty() ? "; `alt --help` lists them." : "; did you mean '" + near + "'?"));
  }
  std::string where = chosen ? "alt " + chosen->get_name() : "alt";
  if (!word.starts_with("-"))
    return usage(where + " has no use for the argument '" + word + "'; see `" + where + " --help`.");
  word = word.substr(0, word.find('='));
  std::string near = nearest(word, optionNames(chosen ? *chosen : app));
  return usage(where + " has no option '" + word + "'" +
               (near.empty() ? "; see `" + where + " --help`." : "; did you mean '" + near + "'?"));
}

static Error describe(const CLI::App &app, const CLI::App *chosen, const CLI::ParseError &error) {
  std::string where = chosen ? "alt " + chosen->get_name() : "alt";
  std::vector<std::string> rest = app.remaining(true);
  if (dynamic_cast<const CLI::ExtrasError *>(&error) && !rest.empty())
    return describeExtra(app, chosen, rest.front());
  std::string message = error.what();
  while (!message.empty() && (message.back() == '\n' || message.back() == '.'))
    message.pop_back();
  if (dynamic_cast<const CLI::RequiredError *>(&error) && !chosen && !rest.empty())
    return describeExtra(app, chosen, rest.front());
  if (dynamic_cast<const CLI::RequiredError *>(&error) && !chosen)
    return usage("Say what to do: `alt --help` lists the commands.");
  return usage(where + ": " + message + "; see `" + where + " --help`.");
}

Result<ParsedCommand> parseCommandLine(std::span<const std::unique_ptr<Command>> commands, int argc,
                                       char **argv) {
  CLI::App app("alt: learns the fastest schedule for each tensor kernel on this machine and emits a "
               "plain C library.",
               "alt");
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  app.set_version_flag("--version", std::string("alt ") + ALT_VERSION);
  ParsedCommand parsed;
  bool verbose = false, quiet = false;
  for (const auto &command : commands) {
    CLI::App *sub = app.add_subcommand(command->name(), command->summary());
    sub->add_flag("--json", parsed.json, "One JSON document on stdout, for machines");
    sub->add_flag("-v,--verbose", verbose, "Say more on stderr");
    sub->add_flag("-q,--quiet", quiet, "Nothing on stderr but what is wrong");
    sub->add_option_function<uint64_t>("--max-read", setReadLimit,
                                       "The most bytes that any file may have, unpacked")
        ->type_name("[2147483648]");
    command->declare(*sub);
    sub->footer("Examples:\n" + command->examples());
  }
  const CLI::App *chosen = nullptr;
  auto find = [&] {
    auto all = app.get_subcommands();
    chosen = all.empty() ? nullptr : all.front();
  };
  try {
    app.parse(argc, argv);
    find();
  } catch (const CLI::Success &success) { // --help, --version
    app.exit(success, std::cout, std::cerr);
    return ParsedCommand{};
  } catch (const CLI::ParseError &error) {
    find();
    return describe(app, chosen, error);
  }
  if (verbose && quiet)
    return usage("-v and -q contradict each other.");
  parsed.level = quiet ? LogLevel::warn : verbose ? LogLevel::debug : LogLevel::info;
  for (const auto &command : commands)
    if (command->name() == chosen->get_name())
      parsed.command = command.get();
  return parsed;
}

} // namespace alt
