#include "emit/CpuCheck.h"
#include "space/TileProduct.h"
#include <algorithm>
#include <cctype>

namespace alt {

namespace {
/// Where cpuid tells of a feature.
struct CpuidBit {
  const char *name; ///< LLVM's
  unsigned leaf, subleaf;
  const char *word; ///< the register
  unsigned bit;
};
} // namespace

/// What the code generator makes use of, one machine or the other has not.
static constexpr CpuidBit known[] = {
    {"avx", 1, 0, "ecx", 28},        {"fma", 1, 0, "ecx", 12},
    {"f16c", 1, 0, "ecx", 29},       {"avx2", 7, 0, "ebx", 5},
    {"bmi2", 7, 0, "ebx", 8},        {"avx512f", 7, 0, "ebx", 16},
    {"avx512dq", 7, 0, "ebx", 17},   {"avx512cd", 7, 0, "ebx", 28},
    {"avx512bw", 7, 0, "ebx", 30},   {"avx512vl", 7, 0, "ebx", 31},
    {"avx512vbmi", 7, 0, "ecx", 1},  {"avx512vbmi2", 7, 0, "ecx", 6},
    {"avx512vnni", 7, 0, "ecx", 11}, {"avx512bf16", 7, 1, "eax", 5},
    {"amx-bf16", 7, 0, "edx", 22},   {"amx-tile", 7, 0, "edx", 24},
    {"amx-int8", 7, 0, "edx", 25}};

CpuNeeds cpuNeeds(const std::string &features, std::span<const Workload> kernels) {
  CpuNeeds needs;
  Target target;
  target.features = features;
  needs.tiles = std::any_of(kernels.begin(), kernels.end(), [&](const Workload &kernel) {
    return TileProduct::of(kernel, target).has_value();
  });
  for (const CpuidBit &bit : known) {
    std::string name = bit.name;
    if (("," + features + ",").find(",+" + name + ",") != std::string::npos &&
        (needs.tiles || !name.starts_with("amx")))
      needs.features.push_back(name);
  }
  return needs;
}

static std::string codeOf(const std::string &feature, const std::string &prefix) {
  std::string code = prefix + "_ERROR_NO_";
  for (char c : feature)
    code += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return code;
}

std::string cpuCheckText(const CpuNeeds &needs, const std::string &prefix) {
  if (needs.features.empty())
    return "";
  std::string text =
      "#include <cpuid.h>\n"
      "#include <sys/syscall.h>\nlong syscall(long number, ...); /* -std=c99 hides it */\n\n"
      "/* Whether cpuid tells of the feature. */\n"
      "static int has(unsigned leaf, unsigned subleaf, int word, int bit) {\n"
      "  unsigned words[4] = {0};\n"
      "  return __get_cpuid_count(leaf, subleaf, words, words + 1, words + 2, words + 3) &&\n"
      "         words[word] >> bit & 1;\n}\n\n"
      "static int check_cpu(void) {\n";
  for (const CpuidBit &bit : known)
    if (std::find(needs.features.begin(), needs.features.end(), bit.name) != needs.features.end()) {
      char word = static_cast<char>('0' + (bit.word[1] - 'a')); // eax, ebx, ecx, edx
      text += "  if (!has(" + std::to_string(bit.leaf) + ", " + std::to_string(bit.subleaf) + ", " +
              word + ", " + std::to_string(bit.bit) + "))\n    return " + codeOf(bit.name, prefix) +
              ";\n";
    }
  if (needs.tiles)
    text += "  /* Once a process, before tile registers are used: ARCH_REQ_XCOMP_PERM. */\n"
            "  if (syscall(SYS_arch_prctl, 0x1023, 18))\n    return " +
            prefix + "_ERROR_TILES;\n";
  return text + "  return " + prefix + "_OK;\n}\n\n";
}

std::string cpuErrorCases(const CpuNeeds &needs, const std::string &prefix) {
  std::string text;
  for (const std::string &feature : needs.features)
    text += "  case " + codeOf(feature, prefix) + ": return \"this CPU lacks " + feature +
            ", for which the library was compiled\";\n";
  if (needs.tiles)
    text += "  case " + prefix +
            "_ERROR_TILES: return \"the system gives this process no tile registers\";\n";
  return text;
}

std::string cpuErrorCodes(const CpuNeeds &needs, const std::string &prefix) {
  std::string text;
  if (needs.tiles)
    text += "  /* The system gives the process no tile registers, which init asks for: Linux "
            "before 5.16,\n"
            "   * a filter of system calls, or too small an alternate signal stack. */\n  " +
            prefix + "_ERROR_TILES = 6,\n";
  int code = firstCpuError;
  for (const std::string &feature : needs.features)
    text += "  " + codeOf(feature, prefix) + " = " + std::to_string(code++) +
            ", /* the CPU lacks " + feature + " */\n";
  return text;
}

} // namespace alt
