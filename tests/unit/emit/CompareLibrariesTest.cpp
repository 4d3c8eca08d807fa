#include "alt/CompareLibraries.h"
#include "Emitted.h"
#include "alt/Support.h"
#include <cstdlib>
#include <gmock/gmock.h>

using namespace alt;
using testing::HasSubstr;

namespace {
struct Comparing : testing::Test {
  /// y = x * factor + 1, of one vector.
  std::filesystem::path library(const std::string &name, const std::string &factor) {
    const std::string type = "tensor<8xf32>", map = "affine_map<(i) -> (i)>";
    std::string text = "func.func @main(%x: " + type + ") -> (" + type + R"( {alt.name = "y"}) {
  %a = arith.constant )" +
                       factor + R"( : f32
  %b = arith.constant 1.0 : f32
  %e = tensor.empty() : )" +
                       type + "\n  %y = linalg.generic {indexing_maps = [" + map + ", " + map +
                       R"(], iterator_types = ["parallel"]} ins(%x : )" + type +
                       ") outs(%e : " + type + R"() {
  ^bb0(%in: f32, %out: f32):
    %m = arith.mulf %in, %a : f32
    %s = arith.addf %m, %b : f32
    linalg.yield %s : f32
  } -> )" + type +
                       "\n  return %y : " + type + "\n}\n";
    std::filesystem::path out = folder.path() / name;
    auto files = test::emitPlainly(folder.write("line.mlir", text), out, folder.path() / "work");
    EXPECT_TRUE(files) << files.error().message;
    return out;
  }

  /// A library of the same program whose runs end in `statement`.
  std::filesystem::path broken(const std::string &name, const std::string &statement) {
    std::filesystem::path out = library(name, "1.0");
    std::filesystem::path source = folder.write(
        "broken.c", "#include <stdlib.h>\n"
                    "int line_init(const char *w, void **c) { *c = 0; return 0; }\n"
                    "void line_free(void *c) {}\n"
                    "const char *line_strerror(int s) { return \"a full disk\"; }\n"
                    "int line_run_arrays(void *c, const void *const *i, void *const *o) { " +
                        statement + " }\n");
    std::string object = (folder.path() / "broken.o").string(),
                archive = (out / "libline.a").string();
    std::filesystem::remove(archive);
    std::string command = "cc -w -fPIC -c " + source.string() + " -o " + object + " && ar rcs " +
                          archive + " " + object;
    EXPECT_EQ(std::system(command.c_str()), 0);
    return out;
  }

  LibraryComparison compare(const std::filesystem::path &actual,
                            const std::filesystem::path &expected) {
    auto found = compareLibraries(ALT_BIN_DIR "/alt", actual, expected, folder.path());
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : LibraryComparison();
  }

  test::TemporaryFolder folder;
};

TEST_F(Comparing, RoundingIsNoDifference) {
  LibraryComparison found = compare(library("a", "2.0001"), library("b", "2.0"));
  EXPECT_FALSE(found.difference) << *found.difference;
  EXPECT_FALSE(found.notCompared);
}

TEST_F(Comparing, AWrongElementIsNamed) {
  LibraryComparison found = compare(library("a", "2.5"), library("b", "2.0"));
  ASSERT_TRUE(found.difference);
  EXPECT_THAT(*found.difference,
              testing::ContainsRegex("'y': element \\[0\\] is .* instead of .*"));
}

TEST_F(Comparing, ACrashOfTheTunedLibraryIsADifference) {
  LibraryComparison found = compare(broken("a", "abort();"), library("b", "2.0"));
  ASSERT_TRUE(found.difference);
  EXPECT_THAT(*found.difference, HasSubstr("it crashed (Aborted)"));
}

TEST_F(Comparing, WhatTheUntunedLibraryCannotRunIsNotCompared) {
  LibraryComparison found = compare(library("a", "2.0"), broken("b", "return 2;"));
  EXPECT_FALSE(found.difference);
  ASSERT_TRUE(found.notCompared);
  EXPECT_THAT(*found.notCompared, HasSubstr("a full disk"));
}
} // namespace
