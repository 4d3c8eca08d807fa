#include "emit/CpuCheck.h"
#include "TemporaryFolder.h"
#include "Workloads.h"
#include "alt/Support.h"
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

using namespace alt;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const char *features = "+avx2,-avx512f,+avx512vnni,+amx-tile,+amx-int8,+made-up";

CpuNeeds needs(bool tiles) {
  Workload plain = test::matmulWorkload(64, 64, 64), narrow = plain;
  narrow.operands[0].type = narrow.operands[1].type = ElementType::i8;
  narrow.operands[2].type = ElementType::i32;
  std::vector<Workload> kernels{plain};
  if (tiles)
    kernels.push_back(narrow);
  return cpuNeeds(features, kernels);
}

/// What check_cpu returns on a CPU that has all features but the one of this bit; permission is
/// given where `permitted`.
int checkedOn(const CpuNeeds &of, const std::string &word, int bit, bool permitted = true) {
  test::TemporaryFolder folder;
  std::string enumerators = "enum { M_OK = 0,\n" + cpuErrorCodes(of, "M") + "};\n";
  std::string text =
      "#include <cpuid.h>\n"
      "static int fake(unsigned *eax, unsigned *ebx, unsigned *ecx, unsigned *edx) {\n"
      "  *eax = *ebx = *ecx = *edx = ~0u;\n  *" +
      word + " &= ~(1u << " + std::to_string(bit) +
      ");\n  return 1;\n}\n"
      "#define __get_cpuid_count(l, s, a, b, c, d) fake(a, b, c, d)\n"
      "#define syscall(number, code, feature) " +
      (permitted ? "0" : "-1") + "\n" + enumerators;
  std::string check = cpuCheckText(of, "M");
  auto declared = check.find("long syscall"); // the macro stands for it
  check.erase(declared, check.find('\n', declared) - declared);
  std::string source = (folder / "check.c").string(), program = (folder / "check").string();
  EXPECT_TRUE(writeFile(source, text + check + "int main(void) { return check_cpu(); }\n"));
  EXPECT_EQ(std::system(("cc -std=c99 -Wall -Werror -o " + program + " " + source).c_str()), 0);
  return WEXITSTATUS(std::system(program.c_str()));
}

} // namespace

TEST(CpuCheck, AsksForWhatTheKernelsWereCompiledFor) {
  EXPECT_THAT(needs(false).features, ElementsAre("avx2", "avx512vnni"));
  EXPECT_THAT(needs(true).features, ElementsAre("avx2", "avx512vnni", "amx-tile", "amx-int8"));
  EXPECT_THAT(cpuNeeds("", {}).features, IsEmpty());
  EXPECT_EQ(cpuCheckText(cpuNeeds("", {}), "M"), "");
}

#if defined(__x86_64__)
TEST(CpuCheck, SaysWhichFeatureIsMissing) {
  EXPECT_EQ(checkedOn(needs(true), "ebx", 0), 0);
  EXPECT_EQ(checkedOn(needs(true), "ebx", 5), firstCpuError);
  EXPECT_EQ(checkedOn(needs(true), "ecx", 11), firstCpuError + 1);
  EXPECT_EQ(checkedOn(needs(true), "edx", 24), firstCpuError + 2);
  EXPECT_EQ(checkedOn(needs(true), "ebx", 0, /*permitted=*/false), 6);
  EXPECT_THAT(cpuErrorCases(needs(false), "M"),
              HasSubstr("M_ERROR_NO_AVX512VNNI: return \"this CPU lacks avx512vnni"));
}
#endif
