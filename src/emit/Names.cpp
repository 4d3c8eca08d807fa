#include "emit/Names.h"
#include <algorithm>
#include <cctype>
#include <set>

namespace alt {

// Words that C99 or C++20 keep for themselves, and names that the header uses.
static bool isReserved(const std::string &word) {
  static const std::set<std::string> words = {
      "alignas", "alignof", "and",       "asm",       "auto",     "bool",     "break",    "case",
      "catch",   "char",    "class",     "const",     "concept",  "context",  "continue", "default",
      "delete",  "do",      "double",    "else",      "enum",     "explicit", "export",   "extern",
      "false",   "float",   "for",       "friend",    "goto",     "if",       "inline",   "inputs",
      "int",     "long",    "mutable",   "namespace", "new",      "not",      "operator", "or",
      "outputs", "private", "protected", "public",    "register", "requires", "restrict", "return",
      "short",   "signed",  "sizeof",    "static",    "struct",   "switch",   "template", "this",
      "throw",   "true",    "try",       "typedef",   "typename", "union",    "unsigned", "using",
      "virtual", "void",    "volatile",  "while",     "xor"};
  return words.count(word) > 0;
}

static std::string identifier(const std::string &name, std::set<std::string> &taken) {
  std::string out;
  for (char c : name)
    out += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  if (out.empty() || std::isdigit(static_cast<unsigned char>(out.front())) || isReserved(out) ||
      out.front() == '_')
    out = "t_" + out;
  std::string unique = out;
  for (unsigned n = 2; !taken.insert(unique).second; ++n)
    unique = out + "_" + std::to_string(n);
  return unique;
}

ParameterNames parameterNames(const Program &program) {
  ParameterNames names;
  std::set<std::string> taken;
  for (size_t input : program.inputs)
    names.inputs.push_back(identifier(program.values[input].name, taken));
  for (size_t output : program.outputs)
    names.outputs.push_back(identifier(program.values[output].name, taken));
  return names;
}

} // namespace alt
