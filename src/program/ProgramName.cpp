// What a library may be called: its files, its symbols and its macros begin with the name.
#include "alt/Program.h"
#include <cctype>
#include <set>

namespace alt {

/// A folder with such a header on the include path would hide the system's.
static bool isSystemHeader(const std::string &name) {
  static const std::set<std::string> headers = {
      "assert", "complex",   "ctype",  "errno",   "fenv",      "float",    "inttypes", "iso646",
      "limits", "locale",    "math",   "memory",  "setjmp",    "signal",   "stdalign", "stdarg",
      "stdint", "stdatomic", "stdbool", "stddef", "stdio",     "stdlib",   "string",   "strings",
      "tgmath", "stdnoreturn", "threads", "time", "uchar",     "unistd",   "wchar",    "wctype"};
  return headers.count(name) > 0;
}

std::string programName(const std::filesystem::path &path) {
  std::string name = path.stem().string();
  for (char &c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)))
      c = '_';
  if (name.empty() || !std::isalpha(static_cast<unsigned char>(name.front())))
    name = "model_" + name;
  return isSystemHeader(name) ? name + "_model" : name;
}

Result<void> checkProgramName(const std::string &name) {
  auto wrong = [&](const std::string &why) {
    return Error{ErrorKind::usage, "--name '" + name + "': " + why};
  };
  bool letters = !name.empty() && std::isalpha(static_cast<unsigned char>(name.front()));
  for (char c : name)
    letters &= std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  if (!letters)
    return wrong("the functions of the library begin with it, so it is a letter followed by letters, digits "
                 "and underscores.");
  if (isSystemHeader(name))
    return wrong("the library's header would hide the system's <" + name + ".h>; take another name.");
  return {};
}

} // namespace alt
