#include "Emitted.h"
#include "alt/tensor/Agreement.h"
#include "alt/tensor/TensorFiles.h"
#include <cstring>
#include <fstream>
#include <gmock/gmock.h>

using namespace alt;
namespace fs = std::filesystem;
using testing::HasSubstr;

namespace {
fs::path venv() { return ALT_VENV_DIR; }

fs::path lightModels() {
  for (const auto &entry : fs::directory_iterator(venv() / "lib"))
    if (fs::path models = entry.path() / "site-packages/onnx/backend/test/data/light";
        fs::exists(models))
      return models;
  return {};
}

// As onnx's test runner makes it: 0, 1, 2, ... over the number of elements.
Tensor ramp(const TensorSpec &spec) {
  Tensor tensor{spec, std::vector<std::byte>(size_t(spec.byteSize()))};
  int64_t count = spec.elements();
  for (int64_t i = 0; i < count; ++i) {
    float value = float(double(i) / double(count));
    std::memcpy(&tensor.data[size_t(i) * 4], &value, 4);
  }
  return tensor;
}

struct Models : testing::Test {
  void SetUp() override {
    ASSERT_TRUE(fs::exists(venv() / "bin/torch-mlir-opt"))
        << "no Python environment in " << venv() << "; `make build` makes it";
  }

  void reproduces(const std::string &name) {
    test::TemporaryFolder folder;
    Result<EmittedFiles> files =
        test::emitPlainly(lightModels() / (name + ".onnx"), folder / "out", folder / "work");
    ASSERT_TRUE(files) << files.error().message;
    Result<LoadedLibrary> library = LoadedLibrary::open(folder / "out");
    ASSERT_TRUE(library) << library.error().message;
    std::vector<Tensor> inputs;
    for (const TensorSpec &spec : library->inputs())
      inputs.push_back(ramp(spec));
    Result<std::vector<Tensor>> results = library->run(inputs);
    ASSERT_TRUE(results) << results.error().message;
    Result<Tensor> expected = readTensor(lightModels() / (name + "_output_0.pb"));
    ASSERT_TRUE(expected) << expected.error().message;
    EXPECT_EQ(difference(results->front(), *expected, allowance(Scope::kernel, ElementType::f32)),
              std::nullopt);
  }

  std::string refusal(const fs::path &model, std::vector<ShapeBinding> shapes = {},
                      fs::path torchMlir = {}) {
    test::TemporaryFolder folder;
    ImportOptions options;
    options.workDir = folder.path();
    options.shapes = std::move(shapes);
    options.torchMlir = std::move(torchMlir);
    Result<Program> program = loadProgram(model, options);
    return program ? "accepted" : program.error().message;
  }
};

// Protocol buffers by hand: field number and wire type, then length and bytes.
std::string field(int number, const std::string &bytes) {
  return std::string{char(number << 3 | 2), char(bytes.size())} + bytes;
}
std::string field(int number, int value) { return {char(number << 3), char(value)}; }

// A model of one node, x -> y; `extents` below zero are dynamic.
std::string oneNode(const std::string &op, const std::string &name, std::vector<int> extents,
                    int opset = 17) {
  auto value = [&](const std::string &tensor) {
    std::string shape;
    for (int extent : extents)
      shape += field(1, extent < 0 ? field(2, "n") : field(1, extent));
    return field(1, tensor) + field(2, field(1, field(1, 1) + field(2, shape)));
  };
  std::string node = field(1, "x") + field(2, "y") + field(3, name) + field(4, op);
  std::string graph =
      field(1, node) + field(2, "g") + field(11, value("x")) + field(12, value("y"));
  return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, opset));
}
} // namespace

TEST_F(Models, Squeezenet) { reproduces("light_squeezenet"); }
TEST_F(Models, Shufflenet) { reproduces("light_shufflenet"); }
TEST_F(Models, SlowResnet) { reproduces("light_resnet50"); }
TEST_F(Models, SlowInceptionV1) { reproduces("light_inception_v1"); }
TEST_F(Models, SlowInceptionV2) { reproduces("light_inception_v2"); }
TEST_F(Models, SlowDensenet) { reproduces("light_densenet121"); }
TEST_F(Models, SlowAlexnet) { reproduces("light_bvlc_alexnet"); }
TEST_F(Models, SlowZfnet) { reproduces("light_zfnet512"); }
TEST_F(Models, SlowVgg19) { reproduces("light_vgg19"); }

TEST_F(Models, TheImportKeepsNamesAndShapes) {
  test::TemporaryFolder folder;
  ImportOptions options;
  options.workDir = folder.path();
  Result<Program> program =
      loadProgram(folder.write("one.onnx", oneNode("Relu", "r", {2, 3})), options);
  ASSERT_TRUE(program) << program.error().message;
  EXPECT_EQ(program->values[program->inputs[0]].name, "x");
  EXPECT_EQ(program->values[program->outputs[0]].name, "y");
  EXPECT_EQ(program->values[program->outputs[0]].shape, (std::vector<int64_t>{2, 3}));
}

TEST_F(Models, ShapesOfDynamicInputsAreGivenByName) {
  test::TemporaryFolder folder;
  fs::path model = folder.write("one.onnx", oneNode("Relu", "r", {-1, 3}));
  EXPECT_EQ(refusal(model), model.string() +
                                ": input 'x' has a dynamic shape (nx3): give its sizes "
                                "with --shape x=Nx3.");
  EXPECT_THAT(refusal(model, {{"xx", {2, 3}}}),
              HasSubstr("has no input of that name; did you mean 'x'?"));
  EXPECT_THAT(refusal(model, {{"x", {2, 3, 4}}}),
              HasSubstr("has 2 dimensions there (nx3), not 3."));
  EXPECT_THAT(refusal(model, {{"x", {2, 4}}}), HasSubstr("fixes that input to nx3."));
  EXPECT_EQ(refusal(model, {{"x", {2, 3}}}), "accepted");
}

// torch-mlir knows no Softsign, and its Gelu by tanh has another constant than ONNX.
TEST_F(Models, WhatTorchMlirRefusesIsTakenAsOnnxDefinesIt) {
  test::TemporaryFolder folder;
  fs::path model = folder.write("one.onnx", oneNode("Softsign", "s", {2, 3}, 22));
  Result<EmittedFiles> files = test::emitPlainly(model, folder / "out", folder / "work");
  ASSERT_TRUE(files) << files.error().message;
  Result<LoadedLibrary> library = LoadedLibrary::open(folder / "out");
  ASSERT_TRUE(library) << library.error().message;
  std::vector<Tensor> inputs{ramp(library->inputs()[0])};
  Result<std::vector<Tensor>> results = library->run(inputs);
  ASSERT_TRUE(results) << results.error().message;
  for (int64_t i = 0; i < 6; ++i) {
    float in, out;
    std::memcpy(&in, &inputs[0].data[size_t(i) * 4], 4);
    std::memcpy(&out, &results->front().data[size_t(i) * 4], 4);
    EXPECT_NEAR(out, in / (1 + in), 1e-6);
  }
}

TEST_F(Models, WhatCannotBeImportedIsNamed) {
  test::TemporaryFolder folder;
  EXPECT_THAT(refusal(folder.write("shape.onnx", oneNode("NonZero", "where", {2, 3}))),
              HasSubstr("NonZero (node 'where')"));
  EXPECT_THAT(refusal(folder.write("text.onnx", "not a model")), HasSubstr("not an ONNX model"));
  EXPECT_THAT(refusal(folder / "none.onnx"), HasSubstr("none.onnx: no such file."));
  EXPECT_THAT(refusal(folder.write("one.onnx", oneNode("Relu", "r", {2})), {}, folder.path()),
              HasSubstr("--torch-mlir DIR"));
}

TEST_F(Models, TheExampleProgramRuns) {
  test::TemporaryFolder folder;
  fs::path example = fs::path(ALT_EXAMPLES_DIR) / "01_emitted_library";
  Result<EmittedFiles> files =
      test::emitPlainly(example / "layer.mlir", folder / "layer", folder / "work");
  ASSERT_TRUE(files) << files.error().message;
  std::string program = (folder / "layer_example").string();
  std::string build = "cc -std=c99 -Wall -Wextra -pedantic -Werror -I" +
                      (folder / "layer").string() + " " + (example / "layer.c").string() + " " +
                      files->library.string() + " -lm -o " + program;
  ASSERT_EQ(std::system(build.c_str()), 0);
  EXPECT_EQ(std::system((program + " " + files->weights.string() + " > /dev/null").c_str()), 0);
  EXPECT_NE(std::system((program + " /none > /dev/null 2>&1").c_str()), 0);
}
