// What `alt tune` and `alt compile` share: their options, and the way from a file to a report.
#pragma once
#include "Command.h"
#include "Supervise.h"
#include "alt/Judge.h"
#include "alt/Options.h"
#include "alt/Program.h"
#include "alt/Session.h"

namespace alt {

/// "NAME=1x3x48x192".
Result<ShapeBinding> parseShape(const std::string &);

/// For the time in which a file of the user's is read: its size says what that may take.
UnderLimits readingLimits(const std::filesystem::path &);

/// Of every command that reads a model: its file, and what an import may need.
struct ModelArguments {
  std::filesystem::path model;
  std::string name; ///< of the library; empty: from the file
  std::vector<std::string> shapes, constants;
  std::filesystem::path torchMlir;
  std::string importLimit = "10m";
  int64_t importMemory = 0;
  void declare(CLI::App &, const char *placeholder, const char *help);
  Result<ImportOptions> importOptions(const std::filesystem::path &workFolder) const;
  /// `asWritten`: see ImportOptions.
  Result<Program> load(const std::filesystem::path &workFolder, bool asWritten = false) const;
};

class TuningCommand : public Command {
public:
  void declare(CLI::App &) override;
  Result<int> run(const Invocation &) override;

protected:
  virtual bool single() const = 0; ///< one kernel rather than a model: `alt tune`

private:
  Result<void> check(const Invocation &);
  Result<Program> load(const std::filesystem::path &workFolder) const;
  Result<SessionResult> tune(const Program &, const std::filesystem::path &workFolder,
                             const Invocation &);
  /// The untuned library must compute what the model says (Judge.h). The notes that are to be made.
  Result<Verdict> compareWithReference(const Program &, const SessionResult &untuned,
                                       const std::filesystem::path &workFolder) const;
  bool hasReference() const;
  /// The tuned library must compute what the untuned one does.
  Result<void> compareWithUntuned(const Program &, SessionResult &,
                                  const std::filesystem::path &workFolder) const;
  Result<void> emit(const Program &, SessionResult &, const std::filesystem::path &workFolder);

  ModelArguments source;
  std::filesystem::path out, records, config, events, script;
  std::vector<std::filesystem::path> inputs;
  std::string reference = "auto";
  bool untuned = false, widen = false, unchecked = false;
  SessionOptions options;
  OptionTable table;
};

} // namespace alt
