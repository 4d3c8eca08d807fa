#include "Emitted.h"
#include "alt/Support.h"
#include "support/Sha256.h"
#include <fstream>
#include <gmock/gmock.h>

using namespace alt;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
// y = relu(x * w + b), z = y seen as one row; the input itself and a weight are returned as well.
const char *const layer = R"(
#id = affine_map<(i, j) -> (i, j)>
func.func @main(%x: tensor<2x3xf32> {alt.name = "float"}) -> (tensor<2x2xf32> {alt.name = "y"}, tensor<4xf32> {alt.name = "z-flat"}, tensor<2x3xf32> {alt.name = "y"}, tensor<2xf32>) {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, -6.0]]> : tensor<3x2xf32>
  %b = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x2xf32>
  %f = linalg.broadcast ins(%b : tensor<2xf32>) outs(%e : tensor<2x2xf32>) dimensions = [0]
  %m = linalg.matmul ins(%x, %w : tensor<2x3xf32>, tensor<3x2xf32>) outs(%f : tensor<2x2xf32>) -> tensor<2x2xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%m : tensor<2x2xf32>) outs(%e : tensor<2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = arith.maximumf %in, %z : f32
    linalg.yield %s : f32
  } -> tensor<2x2xf32>
  %flat = tensor.collapse_shape %y [[0, 1]] : tensor<2x2xf32> into tensor<4xf32>
  return %y, %flat, %x, %b : tensor<2x2xf32>, tensor<4xf32>, tensor<2x3xf32>, tensor<2xf32>
})";

struct Emitting : testing::Test {
  Result<EmittedFiles> emit(unsigned threads = 1) {
    return test::emitPlainly(folder.write("layer.mlir", layer), out, folder.path() / "work",
                             threads);
  }
  test::TemporaryFolder folder;
  std::filesystem::path out = folder.path() / "out";
};
} // namespace

TEST_F(Emitting, TheLibraryComputesTheProgram) {
  for (unsigned threads : {1u, 2u}) {
    Result<EmittedFiles> files = emit(threads);
    ASSERT_TRUE(files) << files.error().message;
    Result<LoadedLibrary> library = LoadedLibrary::open(out);
    ASSERT_TRUE(library) << library.error().message;
    Result<std::vector<Tensor>> results =
        library->run({{test::tensorOf("x", {2, 3}, {1, 1, 1, 1, 0, -2})}});
    ASSERT_TRUE(results) << results.error().message;
    ASSERT_EQ(results->size(), 4u);
    EXPECT_THAT(test::floatsOf((*results)[0]), ElementsAre(9.5, 0.25, 0, 14.25));
    EXPECT_THAT(test::floatsOf((*results)[1]), ElementsAre(9.5, 0.25, 0, 14.25));
    EXPECT_THAT(test::floatsOf((*results)[2]), ElementsAre(1, 1, 1, 1, 0, -2));
    EXPECT_THAT(test::floatsOf((*results)[3]), ElementsAre(0.5, 0.25));
    Result<std::vector<Seconds>> times =
        library->time({{test::tensorOf("x", {2, 3}, {1, 1, 1, 1, 0, -2})}}, 5);
    ASSERT_TRUE(times);
    EXPECT_EQ(times->size(), 5u);
  }
}

TEST_F(Emitting, TheHeaderIsCAndCxxAndSaysTheShapes) {
  Result<EmittedFiles> files = emit();
  ASSERT_TRUE(files) << files.error().message;
  std::string header = *readFile(files->header);
  EXPECT_THAT(header,
              HasSubstr("/* Input 0, \"float\": float[2][3] */\n#define LAYER_T_FLOAT_ELEMENTS 6"));
  EXPECT_THAT(
      header,
      HasSubstr("const float *t_float, float *y, float *z_flat, float *y_2, float *output3"));
  for (const char *compiler : {"cc -std=c99 -x c", "c++ -std=c++11 -x c++"})
    EXPECT_EQ(
        std::system((std::string(compiler) + " -Wall -Wextra -pedantic -Werror -fsyntax-only " +
                     files->header.string())
                        .c_str()),
        0);
}

// Names that C, C++, their headers' macros or our driver have already; no two the same, also in capitals.
TEST_F(Emitting, AnyNamesMakeAHeader) {
  const char *names[] = {"NULL", "nullptr", "linux", "errno", "compl", "static_cast", "io", "b", "status", "int64_t", "uint8_t",
                         "memcpy", "EOF", "I", "assert", "x y", "a*/ int evil(void); /*", "new\\0Aline", "\\C3\\A9", "", "_", "__x",
                         "odd_context", "odd_run", "threads", "context", "X", "x", "fortran", "near", "typeof", "thread_local"};
  std::string inputs, sum, last = "%i0";
  size_t count = std::size(names);
  for (size_t i = 0; i < count; ++i) {
    std::string n = std::to_string(i);
    inputs += std::string(i ? ", " : "") + "%i" + n + ": tensor<4xf32> {alt.name = \"" + names[i] + "\"}";
    if (i == 0)
      continue;
    sum += "  %s" + n + " = linalg.add ins(" + last + ", %i" + n +
           " : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>\n";
    last = "%s" + n;
  }
  Result<EmittedFiles> files = test::emitPlainly(
      folder.write("odd.mlir", "func.func @main(" + inputs + ") -> tensor<4xf32> {\n  %e = tensor.empty() : tensor<4xf32>\n" + sum +
                                   "  return " + last + " : tensor<4xf32>\n}\n"),
      out, folder.path() / "work");
  ASSERT_TRUE(files) << files.error().message;
  for (const char *compiler : {"cc -std=gnu89 -x c", "cc -std=c99 -x c", "c++ -std=c++11 -x c++", "c++ -std=gnu++20 -x c++"})
    EXPECT_EQ(std::system((std::string(compiler) + " -include stdio.h -include errno.h -include assert.h -include complex.h "
                           "-Wall -Wextra -Werror -fsyntax-only " + files->header.string()).c_str()), 0) << compiler;
  Result<LoadedLibrary> library = LoadedLibrary::open(out);
  ASSERT_TRUE(library) << library.error().message;
  auto results = library->run(std::vector<Tensor>(count, test::tensorOf("", {4}, {1, 2, 3, 4})));
  ASSERT_TRUE(results);
  EXPECT_THAT(test::floatsOf((*results)[0]), ElementsAre(count, 2 * count, 3 * count, 4 * count));
}

TEST_F(Emitting, AnObjectThatWasChangedIsRefused) {
  ImportOptions options;
  options.workDir = folder.path() / "work";
  std::filesystem::create_directories(options.workDir);
  Result<Program> program = loadProgram(folder.write("layer.mlir", layer), options);
  auto artifacts = test::lowerPlainly(*program, options.workDir);
  ASSERT_TRUE(artifacts);
  for (Artifact &artifact : *artifacts)
    artifact.objectHash = sha256(*readFile(artifact.object));
  ASSERT_TRUE(emitLibrary(*program, *artifacts, {out, 1}));
  std::filesystem::remove_all(out);
  std::ofstream(artifacts->front().object, std::ios::app) << "more";
  auto files = emitLibrary(*program, *artifacts, {out, 1});
  ASSERT_FALSE(files);
  EXPECT_THAT(files.error().message, HasSubstr("this object was changed since it was measured"));
  EXPECT_FALSE(std::filesystem::exists(out));
}

// What compilers would take for something else.
TEST_F(Emitting, TheFolderMayHaveAnyName) {
  for (const char *name : {"-o", "a%b", "%%", "-Wl,x", "a b", "x\ny", "$(touch x)"}) {
    out = folder.path() / name;
    ASSERT_TRUE(emit()) << name;
    EXPECT_TRUE(LoadedLibrary::open(out)) << name;
  }
}

TEST_F(Emitting, TheModelsNameMayBeAsLongAsNamesAre) {
  std::string name(240, 'n');
  auto files = test::emitPlainly(folder.write(name + ".mlir", layer), out, folder.path() / "work");
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_TRUE(LoadedLibrary::open(out));
}

TEST_F(Emitting, AManifestOfAnotherPlaceIsRefused) {
  auto files = emit();
  ASSERT_TRUE(files);
  std::string text = *readFile(files->manifest);
  for (auto [from, to] : {std::pair{"\"layer\"", "\"../../x\""}, {"\"layer.weights\"", "\"/etc/passwd\""},
                          {"\"threads\": 1", "\"threads\": -1"}}) {
    std::string changed = text;
    ASSERT_NE(changed.find(from), std::string::npos);
    changed.replace(changed.find(from), std::string(from).size(), to);
    ASSERT_TRUE(writeFile(files->manifest, changed));
    auto library = LoadedLibrary::open(out);
    ASSERT_FALSE(library) << to;
    EXPECT_THAT(library.error().message, HasSubstr("not the description of a library"));
  }
}

TEST_F(Emitting, AWrongInputIsNamed) {
  ASSERT_TRUE(emit());
  Result<LoadedLibrary> library = LoadedLibrary::open(out);
  ASSERT_TRUE(library);
  Result<std::vector<Tensor>> results =
      library->run({{test::tensorOf("x", {3, 2}, {1, 1, 1, 1, 0, 2})}});
  ASSERT_FALSE(results);
  EXPECT_EQ(results.error().message, "Input 'float' of layer is f32 2x3, not f32 3x2.");
  EXPECT_FALSE(library->run({}));
}

TEST_F(Emitting, AForeignWeightsFileIsRefused) {
  Result<EmittedFiles> files = emit();
  ASSERT_TRUE(files);
  std::ofstream(files->weights, std::ios::app) << "more";
  Result<LoadedLibrary> library = LoadedLibrary::open(out);
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().message, "layer: this is not the weights file of this model.");
  std::filesystem::remove(files->weights);
  EXPECT_EQ(LoadedLibrary::open(out).error().message, "layer: the weights file cannot be read.");
}

TEST_F(Emitting, WhatCannotBeWrittenLeavesNothing) {
  Result<EmittedFiles> files = test::emitPlainly(folder.write("layer.mlir", layer),
                                                 "/proc/alt-none", folder.path() / "work");
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().kind, ErrorKind::io);
  EXPECT_THAT(files.error().message, HasSubstr("/proc/alt-none"));
  // An object that is missing is found out after the folder was made.
  ImportOptions options;
  options.workDir = folder.path() / "work";
  Result<Program> program = loadProgram(folder.path() / "layer.mlir", options);
  ASSERT_TRUE(program);
  EXPECT_FALSE(emitLibrary(*program, std::vector<Artifact>(program->kernels.size()), {out, 1}));
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(Emitting, OtherFilesInTheDirectoryStay) {
  std::filesystem::create_directories(out);
  std::ofstream(out / "records.jsonl") << "kept";
  ASSERT_TRUE(emit());
  EXPECT_EQ(*readFile(out / "records.jsonl"), "kept");
  size_t files = 0;
  for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator(out))
    ++files;
  EXPECT_EQ(files, 5u); // library, header, weights, manifest, and the records
}

TEST_F(Emitting, TheMeasuredCodeIsTheOneInTheLibrary) {
  Result<EmittedFiles> files = emit();
  ASSERT_TRUE(files);
  std::string code = " --output-target=binary --only-section=.text ";
  std::string command = "cd " + out.string() + " && ar x liblayer.a layer.o && objcopy" + code +
                        "layer.o library.text && objcopy" + code +
                        (folder.path() / "work" / "plain_0.o").string() + " kernel.text";
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::string kernel = *readFile(out / "kernel.text");
  EXPECT_FALSE(kernel.empty());
  EXPECT_THAT(*readFile(out / "library.text"), HasSubstr(kernel));
}

// Another library may have another schedule of the same kernel, under the same name.
TEST_F(Emitting, NothingButTheHeadersFunctionsCanBeSeen) {
  ASSERT_TRUE(emit());
  std::string command =
      "cd " + out.string() + " && nm --extern-only --defined-only --format=just-symbols " +
      "liblayer.a | grep layer_ | sed -E 's/_[0-9a-f]{16}$/_S/' | sort | tr '\\n' ' ' > seen && nm --extern-only " +
      "--defined-only liblayer.a | grep -c ' [A-Z] ' >> seen";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(*readFile(out / "seen"),
            "layer_free layer_init layer_init_S layer_run layer_run_S layer_run_arrays "
            "layer_run_arrays_S layer_strerror 8\n");
}

TEST_F(Emitting, NamesThatHeadersOrTheDriverUseAreNotParameters) {
  std::vector<std::string> names = {"NULL", "EOF", "io", "steps", "b", "x", "X", "stdin", "int32_t",
                                    "co_await", "free", "INT8_MAX", "unix", "context", "_x"};
  std::string arguments, sum = "%a0";
  std::string body;
  for (size_t i = 0; i < names.size(); ++i)
    arguments += (i ? ", " : "") + ("%a" + std::to_string(i)) + ": tensor<4xf32> {alt.name = \"" + names[i] + "\"}";
  for (size_t i = 1; i < names.size(); ++i) {
    std::string next = "%s" + std::to_string(i);
    body += "  " + next + " = linalg.add ins(" + sum + ", %a" + std::to_string(i) +
            " : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>\n";
    sum = next;
  }
  std::string text = "func.func @main(" + arguments + ") -> (tensor<4xf32> {alt.name = \"stdout\"}) {\n" +
                     "  %e = tensor.empty() : tensor<4xf32>\n" + body + "  return " + sum +
                     " : tensor<4xf32>\n}\n";
  Result<EmittedFiles> files = test::emitPlainly(folder.write("sum.mlir", text), out, folder.path() / "work");
  ASSERT_TRUE(files) << files.error().message;
  std::string source = folder.write("use.c", "#include <stdio.h>\n#include <stdlib.h>\n#include <errno.h>\n"
                                             "#include <complex.h>\n#include \"sum.h\"\n"
                                             "int main(void) { return SUM_X_ELEMENTS - 4; }\n");
  for (const char *compiler : {"cc -std=c99 -x c", "cc -std=gnu17 -x c", "c++ -std=gnu++20 -x c++"})
    EXPECT_EQ(std::system((std::string(compiler) + " -Wall -Wextra -Werror -fsyntax-only -I" + out.string() +
                           " " + source)
                              .c_str()),
              0);
}

TEST_F(Emitting, SomethingElseIsNoLibrary) {
  EXPECT_THAT(LoadedLibrary::open(folder.path()).error().message,
              HasSubstr("no emitted library is there"));
  EXPECT_FALSE(LoadedLibrary::open(folder.path() / "none"));
}

namespace {
// h' = h + x, f' = h: what begins as a and b goes on while no sum is over the bound; the steps are
// given, too.
const char *const fibonacci = R"(
#id = affine_map<(i) -> (i)>
module {
func.func @main(%a: tensor<2xf32> {alt.name = "a"}, %b: tensor<2xf32> {alt.name = "b"}, %h: tensor<2xf32> {alt.loop = "step", alt.result = 1 : i64})
    -> (tensor<2xf32> {alt.name = "h"}, tensor<i1> {alt.loop = "step"}, tensor<2xf32> {alt.loop = "step"}, tensor<2xf32> {alt.loop = "step"}) {
  %t = arith.constant dense<true> : tensor<i1>
  return %h, %t, %a, %b : tensor<2xf32>, tensor<i1>, tensor<2xf32>, tensor<2xf32>
}
func.func @step(%go: tensor<i1>, %h: tensor<2xf32>, %f: tensor<2xf32>) -> (tensor<i1>, tensor<2xf32>, tensor<2xf32>)
    attributes {alt.trips = 100 : i64, alt.states = 3 : i64, alt.slices = array<i64>, alt.pieces = array<i64>, alt.while, alt.must_end} {
  %e = tensor.empty() : tensor<2xf32>
  %n = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%h, %f : tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<2xf32>
  %bound = arith.constant 50.0 : f32
  %true = arith.constant true
  %c = tensor.empty() : tensor<i1>
  %init = linalg.fill ins(%true : i1) outs(%c : tensor<i1>) -> tensor<i1>
  %below = linalg.generic {indexing_maps = [#id, affine_map<(i) -> ()>], iterator_types = ["reduction"]} ins(%n : tensor<2xf32>) outs(%init : tensor<i1>) {
  ^bb0(%x: f32, %o: i1):
    %l = arith.cmpf olt, %x, %bound : f32
    %all = arith.andi %l, %o : i1
    linalg.yield %all : i1
  } -> tensor<i1>
  return %below, %n, %h : tensor<i1>, tensor<2xf32>, tensor<2xf32>
}
})";
} // namespace

TEST_F(Emitting, ALoopEndsWithItsConditionOrIsAnError) {
  for (unsigned threads : {1u, 2u}) {
    ASSERT_TRUE(test::emitPlainly(folder.write("fibonacci.mlir", fibonacci), out,
                                  folder.path() / "work", threads));
    Result<LoadedLibrary> library = LoadedLibrary::open(out);
    ASSERT_TRUE(library) << library.error().message;
    auto run = [&](float a, float b) {
      return library->run({{test::tensorOf("a", {2}, {a, 0}), test::tensorOf("b", {2}, {b, 0})}});
    };
    Result<std::vector<Tensor>> results = run(1, 1);
    ASSERT_TRUE(results) << results.error().message;
    EXPECT_THAT(test::floatsOf((*results)[0]), ElementsAre(55, 0));
    Result<std::vector<Tensor>> endless = run(0, 0);
    ASSERT_FALSE(endless);
    EXPECT_THAT(endless.error().message, HasSubstr("a loop of the model does not end"));
  }
}
