// A library beside ONNX Runtime and onnx.reference. The wrong ones are those of other models: what a
// faulty import would make of the first.
#include "alt/Judge.h"
#include "Emitted.h"
#include "judge/FirstWrongNode.h"
#include <gmock/gmock.h>

using namespace alt;
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {
struct Judging : testing::Test {
  fs::path model(const std::string &kind) {
    fs::path path = folder / (kind + ".onnx");
    std::string command = ALT_VENV_DIR "/bin/python " ALT_SUPPORT_DIR "/make_onnx.py " + kind + " " + path.string();
    EXPECT_EQ(std::system(command.c_str()), 0);
    return path;
  }
  fs::path library(const std::string &kind) {
    auto files = test::emitPlainly(model(kind), folder / (kind + "-library"), folder / (kind + "-work"));
    EXPECT_TRUE(files) << files.error().message;
    return folder / (kind + "-library");
  }
  JudgeOptions options(const std::string &kind, const std::string &reference = "auto") {
    return {model(kind), {}, reference, {}, ALT_BIN_DIR "/alt", folder / "judged"};
  }
  Verdict verdict(const fs::path &library, const JudgeOptions &options) {
    fs::create_directories(options.work);
    auto made = judge(library, options);
    EXPECT_TRUE(made) << made.error().message;
    return made ? *made : Verdict();
  }
  test::TemporaryFolder folder;
};

TEST_F(Judging, ASoundLibraryAgreesWithEitherReference) {
  for (const char *reference : {"auto", "onnxruntime", "onnx"}) {
    Verdict found = verdict(library("chain"), options("chain", reference));
    EXPECT_TRUE(found.agrees) << reference;
    EXPECT_EQ(found.difference, std::nullopt) << reference;
    EXPECT_THAT(found.notes, IsEmpty()) << reference;
  }
}

TEST_F(Judging, ALibraryThatComputesSomethingElseIsFound) {
  for (const char *reference : {"auto", "onnx"}) {
    Verdict found = verdict(library("chain-of-others"), options("chain", reference));
    EXPECT_FALSE(found.agrees);
    ASSERT_TRUE(found.difference) << reference;
    EXPECT_THAT(*found.difference, HasSubstr("'y': element ["));
  }
}

TEST_F(Judging, TheFirstNodeThatDiffersIsNamed) {
  JudgeOptions right = options("chain", "onnxruntime"), wrong = options("chain-of-others", "onnxruntime");
  wrong.work = folder / "other";
  TensorSpec x{"x", ElementType::f32, {4, 8}}, y{"y", ElementType::f32, {4, 8}};
  Reference expected("onnxruntime", right, {x}, {y}), actual("onnxruntime", wrong, {x}, {y});
  auto sets = expected.outputs(), others = actual.outputs();
  ASSERT_TRUE(sets && others);
  ASSERT_THAT(sets->sets.size(), 3u);
  auto values = expected.values(sets->sets[0]), probe = actual.values(others->sets[0]);
  ASSERT_TRUE(values && *values && probe && *probe);
  std::vector<std::string> names;
  for (const NodeValue &value : (*values)->values)
    names.push_back(value.name);
  EXPECT_THAT(names, ElementsAre("scaled", "cut", "shifted", "y"));
  // Two references beside each other, and alt's own library of the other model.
  auto between = firstDifference(**probe, **values, "f32");
  ASSERT_TRUE(between && *between);
  EXPECT_EQ((*between)->value.text(), "node 'cut' (Relu)");
  NodeValues mixed = **values;
  auto agrees = firstWrongValue(mixed, sets->sets[0].inputFiles(1), right, "f32");
  EXPECT_FALSE(agrees) << agrees->difference;
  mixed.model = (*probe)->model;
  auto found = firstWrongValue(mixed, sets->sets[0].inputFiles(1), right, "f32");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value.text(), "node 'cut' (Relu)");
  EXPECT_THAT(found->difference, HasSubstr("'cut': element ["));
}

TEST_F(Judging, IndicesAreDrawnWithinWhatTheyIndex) {
  Verdict found = verdict(library("picked"), options("picked"));
  EXPECT_TRUE(found.agrees);
  EXPECT_THAT(found.notes, IsEmpty());
}

TEST_F(Judging, NaNIsAResultLikeOthers) {
  EXPECT_TRUE(verdict(library("roots"), options("roots")).agrees);
}

TEST_F(Judging, AModelThatNoReferenceEvaluatesIsNotCompared) {
  Verdict found = verdict(library("vendor"), options("vendor", "onnx"));
  EXPECT_FALSE(found.agrees);
  EXPECT_FALSE(found.difference);
  ASSERT_EQ(found.notes.size(), 1u);
  EXPECT_THAT(found.notes[0], HasSubstr("not compared with another evaluation of the model (onnx.reference: "));
  EXPECT_TRUE(verdict(library("vendor"), options("vendor")).agrees); // ONNX Runtime does
}
} // namespace
