// Libraries and headers of several compilations in one program, with a real compiler and linker.
#include "Emitted.h"
#include "alt/Support.h"
#include <gmock/gmock.h>

using namespace alt;
using testing::HasSubstr;

namespace {
struct Linking : testing::Test {
  /// y = x * factor, `rows` numbers, as library `name` in a folder of its own.
  std::filesystem::path library(const std::string &place, const std::string &name, int rows,
                                const std::string &factor = "2.0") {
    std::string type = "tensor<" + std::to_string(rows) + "x4xf32>", map = "affine_map<(i, j) -> (i, j)>";
    std::string text = "func.func @main(%x: " + type + " {alt.name = \"x\"}) -> (" + type +
                       " {alt.name = \"y\"}) {\n  %a = arith.constant dense<" + factor + "> : tensor<4xf32>\n" +
                       "  %e = tensor.empty() : " + type + "\n" +
                       "  %y = linalg.generic {indexing_maps = [" + map +
                       ", affine_map<(i, j) -> (j)>, " + map +
                       "], iterator_types = [\"parallel\", \"parallel\"]} ins(%x, %a : " + type +
                       ", tensor<4xf32>) outs(%e : " + type + ") {\n  ^bb0(%in: f32, %f: f32, %out: f32):\n" +
                       "    %m = arith.mulf %in, %f : f32\n    linalg.yield %m : f32\n  } -> " + type +
                       "\n  return %y : " + type + "\n}\n";
    ImportOptions options;
    options.name = name;
    options.workDir = folder.path() / (place + "-work");
    std::filesystem::create_directories(options.workDir);
    auto program = loadProgram(folder.write(place + ".mlir", text), options);
    EXPECT_TRUE(program) << program.error().message;
    auto artifacts = test::lowerPlainly(*program, options.workDir);
    EXPECT_TRUE(artifacts) << artifacts.error().message;
    auto files = emitLibrary(*program, *artifacts, {folder.path() / place, 1});
    EXPECT_TRUE(files) << files.error().message;
    return folder.path() / place;
  }

  /// A source file that runs the library of a folder's header once; ends in `check`.
  std::string caller(const std::string &file, const std::filesystem::path &from, const std::string &name,
                     const std::string &factor) {
    std::string capitals = name;
    for (char &c : capitals)
      c = char(std::toupper(c));
    return folder.write(
        file + ".c", "#include \"" + (from / (name + ".h")).string() + "\"\n#include <stddef.h>\n" +
                         "int " + file + "(void) {\n  static float x[" + capitals + "_X_ELEMENTS], y[" +
                         capitals + "_Y_ELEMENTS];\n  " + name + "_context *c;\n" +
                         "  for (size_t i = 0; i < sizeof x / sizeof *x; ++i)\n    x[i] = (float)i;\n  if (" +
                         name + "_init(\"" + (from / (name + ".weights")).string() + "\", &c) || " + name +
                         "_run(c, x, y))\n    return 2;\n  " + name +
                         "_free(c);\n  for (size_t i = 0; i < sizeof x / sizeof *x; ++i)\n    if (y[i] != " +
                         factor + " * x[i])\n      return 3;\n  return 0;\n}\n");
  }

  std::string build(const std::vector<std::string> &parts) {
    std::string command = "cc -std=c99 -Wall -Wextra -Werror -o " + (folder.path() / "program").string();
    for (const std::string &part : parts)
      command += " " + part;
    command += " -lm 2> " + (folder.path() / "said").string();
    int status = std::system(command.c_str());
    return status == 0 ? "" : *readFile(folder.path() / "said");
  }
  int run() { return std::system((folder.path() / "program").c_str()); }
  std::string archive(const std::filesystem::path &place, const std::string &name) {
    return (place / ("lib" + name + ".a")).string();
  }
  std::string mainOf(const std::string &one, const std::string &other) {
    return folder.write("main.c", "int " + one + "(void);\nint " + other + "(void);\nint main(void) { return " +
                                      one + "() ? 1 : " + other + "(); }\n");
  }

  test::TemporaryFolder folder;
};
} // namespace

TEST_F(Linking, TwoBatchSizesUnderTwoNamesAreRight) {
  auto one = library("a", "net1", 1), eight = library("b", "net8", 8);
  std::string said = build({mainOf("small", "large"), caller("small", one, "net1", "2.0f"),
                            caller("large", eight, "net8", "2.0f"), archive(one, "net1"), archive(eight, "net8")});
  ASSERT_EQ(said, "");
  EXPECT_EQ(run(), 0);
}

TEST_F(Linking, TwoLibrariesOfOneNameDoNotLink) {
  auto one = library("a", "net", 1), eight = library("b", "net", 8), other = library("c", "net", 1, "3.0");
  for (auto &[second, factor] : {std::pair(eight, "2.0f"), {other, "3.0f"}})
    EXPECT_THAT(build({mainOf("first", "second"), caller("first", one, "net", "2.0f"),
                       caller("second", second, "net", factor), archive(one, "net"), archive(second, "net")}),
                HasSubstr("net_"));
}

TEST_F(Linking, AHeaderOfAnotherLibraryDoesNotLink) {
  auto one = library("a", "net", 1), eight = library("b", "net", 8);
  std::string main = mainOf("first", "first"), first = caller("first", one, "net", "2.0f");
  EXPECT_EQ(build({main, first, archive(one, "net")}), "");
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(build({main, first, archive(eight, "net")}), HasSubstr("undefined reference to `net_init_"));
}

TEST_F(Linking, TwoHeadersOfOneNameDoNotCompile) {
  auto one = library("a", "net", 1), eight = library("b", "net", 8);
  std::string both = folder.write("both.c", "#include \"" + (one / "net.h").string() + "\"\n#include \"" +
                                                (eight / "net.h").string() + "\"\nint main(void) { return 0; }\n");
  EXPECT_THAT(build({both, archive(one, "net")}), HasSubstr("net.h of another library was included before"));
}

TEST_F(Linking, TheSameProgramHasTheSameStamp) {
  auto one = library("a", "net", 1), again = library("b", "net", 1);
  EXPECT_EQ(*readFile(one / "net.h"), *readFile(again / "net.h"));
}

TEST(ProgramName, IsACIdentifierThatHidesNoHeader) {
  EXPECT_EQ(programName("a/b/my-net.v2.onnx"), "my_net_v2");
  EXPECT_EQ(programName("2layers.onnx"), "model_2layers");
  EXPECT_EQ(programName("_x.onnx"), "model__x");
  EXPECT_EQ(programName("string.onnx"), "string_model");
  EXPECT_TRUE(checkProgramName("net_8"));
  for (const char *name : {"", "8net", "a-b", "_a", "math", "a b"})
    EXPECT_FALSE(checkProgramName(name)) << name;
}
