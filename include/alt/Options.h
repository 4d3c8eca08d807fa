// One list a part: its options' names, defaults and meaning. The same list makes the command line's
// flags, the keys of a --config file, `alt options`, and the echo in summary.json.
//
//   struct BoostingOptions { unsigned trees = 40; };
//   void bind(OptionTable &b, BoostingOptions &o) { b("trees", o.trees, "boosted trees; more is slower"); }
#pragma once
#include "alt/Result.h"
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace alt {

/// "90s", "1500ms", "2m", "1h", or a bare number of seconds. Not negative.
Result<std::chrono::duration<double>> parseDuration(std::string_view);
/// "90s", "1m30s": as short as it can be said.
std::string printDuration(std::chrono::duration<double>);

class OptionTable {
public:
  using Field = std::variant<bool *, unsigned *, uint64_t *, int64_t *, double *, std::string *,
                             std::chrono::duration<double> *>;
  struct Entry {
    std::string name, help;
    Field field;
    bool given = false; ///< by a flag or a file, so no longer the default
  };

  /// The field must outlive the table. A name is bound once.
  void operator()(std::string_view name, Field field, std::string_view help);

  /// Sets by name from text. The error names the option, the text, and what would be right.
  Result<void> set(std::string_view name, std::string_view text);
  /// `name = value` lines; # starts a comment. What was given already (a flag) stays.
  Result<void> readConfig(const std::filesystem::path &);

  const std::vector<Entry> &entries() const { return list; }
  static std::string print(const Entry &); ///< the value as `set` reads it

private:
  std::vector<Entry> list;
};

} // namespace alt
