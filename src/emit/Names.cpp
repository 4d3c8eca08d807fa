#include "emit/Names.h"
#include <algorithm>
#include <cctype>
#include <set>

namespace alt {

// What C or C++ keeps for itself in any of its editions, macros of the system's that are not in
// capitals, and names that the header and the driver use.
static bool isReserved(const std::string &word) {
  static const std::set<std::string> words = {
      // C and C++
      "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case",
      "catch", "char", "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield",
      "compl", "concept", "const", "const_cast", "consteval", "constexpr", "constinit", "continue",
      "decltype", "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "explicit",
      "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long",
      "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq",
      "private", "protected", "public", "register", "reinterpret_cast", "requires", "restrict", "return",
      "short", "signed", "sizeof", "static", "static_assert", "static_cast", "struct", "switch",
      "template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid", "typename",
      "typeof", "typeof_unqual", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t",
      "while", "xor", "xor_eq",
      // macros
      "assert", "complex", "errno", "far", "fortran", "huge", "i386", "imaginary", "interface", "linux", "major",
      "makedev", "minor", "near", "offsetof", "pascal", "small", "stderr", "stdin", "stdout", "unix", "windows",
      // ours
      "context", "inputs", "io", "omp_get_num_threads", "omp_get_thread_num", "outputs", "steps"};
  return words.count(word) > 0;
}

// NULL, EOF, INT8_MAX, I: a system's header may have any of them as a macro.
static bool mayBeMacro(const std::string &word) {
  return word == "I" || (word.size() > 1 && std::none_of(word.begin(), word.end(), [](unsigned char c) {
                           return std::islower(c);
                         }));
}

static std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return char(std::toupper(c)); });
  return text;
}

static std::string identifier(const std::string &name, std::set<std::string> &taken) {
  std::string out;
  for (char c : name)
    out += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  if (out.empty() || std::isdigit(static_cast<unsigned char>(out.front())) || isReserved(out) ||
      mayBeMacro(out) || out.front() == '_' || out.ends_with("_t"))
    out = "t_" + out;
  std::string unique = out;
  // Also in capitals, as macros have them.
  for (unsigned n = 2; !taken.insert(upper(unique)).second; ++n)
    unique = out + "_" + std::to_string(n);
  return unique;
}

ParameterNames parameterNames(const Program &program) {
  ParameterNames names;
  std::set<std::string> taken;
  for (const char *own : {"_context", "_status", "_init", "_run", "_run_arrays", "_free", "_strerror"})
    taken.insert(upper(program.name + own)); // in the header
  for (size_t input : program.inputs)
    names.inputs.push_back(identifier(program.values[input].name, taken));
  for (size_t output : program.outputs)
    names.outputs.push_back(identifier(program.values[output].name, taken));
  return names;
}

ParameterNames plainNames(const Program &program) {
  ParameterNames names;
  for (size_t i = 0; i < program.inputs.size(); ++i)
    names.inputs.push_back("input_" + std::to_string(i));
  for (size_t i = 0; i < program.outputs.size(); ++i)
    names.outputs.push_back("output_" + std::to_string(i));
  return names;
}

} // namespace alt
