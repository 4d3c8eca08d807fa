#include "TemporaryFolder.h"
#include "alt/Program.h"
#include <fstream>
#include <gmock/gmock.h>

using namespace alt;
using testing::HasSubstr;

namespace {
struct Loaded : testing::Test {
  Result<Program> load(const std::string &text, bool keepLayout = false) {
    ImportOptions options;
    options.keepLayout = keepLayout;
    options.workDir = folder.path() / "work";
    std::filesystem::create_directories(options.workDir);
    return loadProgram(folder.write("model.mlir", text), options);
  }
  std::string refusal(const std::string &text) {
    Result<Program> program = load(text);
    return program ? "accepted" : program.error().message;
  }
  test::TemporaryFolder folder;
};

// Two equal layers (pad, convolution that starts from a bias, relu) and one that reads both.
const char *const twoLayers = R"(
#id = affine_map<(n, c, h, w) -> (n, c, h, w)>
func.func @main(%x: tensor<1x4x8x8xf32> {alt.name = "image"}) -> (tensor<1x4x8x8xf32> {alt.name = "features"}) {
  %zero = arith.constant 0.0 : f32
  %w0 = arith.constant dense_resource<w0> : tensor<4x4x3x3xf32>
  %w1 = arith.constant dense_resource<w1> : tensor<4x4x3x3xf32>
  %b0 = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b1 = arith.constant dense<[5.0, 6.0, 7.0, 8.0]> : tensor<4xf32>
  %e = tensor.empty() : tensor<1x4x8x8xf32>
  %p0 = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x4x8x8xf32> to tensor<1x4x10x10xf32>
  %s0 = linalg.broadcast ins(%b0 : tensor<4xf32>) outs(%e : tensor<1x4x8x8xf32>) dimensions = [0, 2, 3]
  %c0 = linalg.conv_2d_nchw_fchw ins(%p0, %w0 : tensor<1x4x10x10xf32>, tensor<4x4x3x3xf32>) outs(%s0 : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %r0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%c0 : tensor<1x4x8x8xf32>) outs(%e : tensor<1x4x8x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %m = arith.maximumf %in, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x4x8x8xf32>
  %p1 = tensor.pad %r0 low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x4x8x8xf32> to tensor<1x4x10x10xf32>
  %s1 = linalg.broadcast ins(%b1 : tensor<4xf32>) outs(%e : tensor<1x4x8x8xf32>) dimensions = [0, 2, 3]
  %c1 = linalg.conv_2d_nchw_fchw ins(%p1, %w1 : tensor<1x4x10x10xf32>, tensor<4x4x3x3xf32>) outs(%s1 : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %r1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%c1 : tensor<1x4x8x8xf32>) outs(%e : tensor<1x4x8x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %m = arith.maximumf %in, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x4x8x8xf32>
  %sum = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%r0, %r1 : tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) outs(%e : tensor<1x4x8x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<1x4x8x8xf32>
  return %sum : tensor<1x4x8x8xf32>
}
)";

std::string resources(char last) {
  std::string text = "{-#\n  dialect_resources: { builtin: {\n";
  for (const char *name : {"w0", "w1"}) {
    text += std::string("    ") + name + ": \"0x04000000";
    for (int i = 0; i < 144; ++i)
      text += i == 143 ? std::string("0000803") + last : "0000803F";
    text += std::string("\"") + (name[1] == '0' ? ",\n" : "\n");
  }
  return text + "  } }\n#-}\n";
}
} // namespace

TEST_F(Loaded, PadsAndEpiloguesGoWithTheirConvolution) {
  Result<Program> program = load(twoLayers + resources('F'), /*keepLayout=*/true);
  ASSERT_TRUE(program) << program.error().message;
  // Each takes its bias and relu along, and the second one the sum.
  ASSERT_EQ(program->calls.size(), 2u);
  for (const Workload &kernel : program->kernels) {
    EXPECT_EQ(kernel.anchor, AnchorKind::convolution);
    EXPECT_EQ(kernel.prologueOps, 1u);
    EXPECT_EQ(kernel.epilogueOps, 1u) << kernel.linalg;
    EXPECT_GE(kernel.flops, 2u * 4 * 8 * 8 * 4 * 9);
  }
  EXPECT_EQ(program->values[program->inputs[0]].name, "image");
  EXPECT_EQ(program->values[program->outputs[0]].name, "features");
}

TEST_F(Loaded, ConstantsLeaveTheTextAndEqualOnesAreStoredOnce) {
  Result<Program> program = load(twoLayers + resources('F'));
  ASSERT_TRUE(program) << program.error().message;
  // Two weights of 576 bytes, equal; two biases of 16 bytes: each padded to 64.
  EXPECT_EQ(std::filesystem::file_size(program->weightsFile), 576u + 64 + 64);
  for (const Value &value : program->values)
    if (value.kind == Value::Kind::weight) {
      EXPECT_EQ(value.weightOffset % 64, 0);
    }
  for (const Workload &kernel : program->kernels)
    EXPECT_EQ(kernel.linalg.find("dense"), kernel.linalg.find("dense<1>")) << kernel.linalg;
}

TEST_F(Loaded, AKernelLoadedAgainIsTheSameKernel) {
  Result<Program> program = load(twoLayers + resources('F'));
  ASSERT_TRUE(program) << program.error().message;
  for (const Workload &kernel : program->kernels) {
    Result<Program> again = load(kernel.linalg);
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(again->kernels.size(), 1u);
    EXPECT_EQ(again->kernels[0].linalg, kernel.linalg);
    EXPECT_EQ(again->kernels[0].id, kernel.id);
    EXPECT_TRUE(kernel.name.starts_with(again->kernels[0].name));
  }
}

TEST_F(Loaded, EqualLayersAreOneKernel) {
  const char *text = R"(
func.func @main(%x: tensor<8x8xf32>, %v: tensor<8x8xf32>, %w: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x8xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
  %a = linalg.matmul ins(%x, %v : tensor<8x8xf32>, tensor<8x8xf32>) outs(%f : tensor<8x8xf32>) -> tensor<8x8xf32>
  %b = linalg.matmul ins(%a, %w : tensor<8x8xf32>, tensor<8x8xf32>) outs(%f : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %b : tensor<8x8xf32>
})";
  Result<Program> program = load(text);
  ASSERT_TRUE(program) << program.error().message;
  ASSERT_EQ(program->kernels.size(), 1u);
  EXPECT_EQ(program->kernels[0].name, "matmul_8x8x8");
  EXPECT_EQ(program->uses(0), 2u);
  EXPECT_EQ(program->kernels[0].flops, 2u * 8 * 8 * 8);
}

TEST_F(Loaded, WhatDependsOnConstantsOnlyRunsAhead) {
  const char *text = R"(
#id = affine_map<(i) -> (i)>
func.func @main(%x: tensor<4xf32>, %w: tensor<4xf32> {alt.splat = 2.0 : f64}) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%w : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = math.rsqrt %in : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  %a = tensor.pad %r low[0] high[0] {
  ^bb0(%i: index):
    %z = arith.constant 0.0 : f32
    tensor.yield %z : f32
  } : tensor<4xf32> to tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, affine_map<(i) -> (3 - i)>, #id], iterator_types = ["parallel"]} ins(%x, %a : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %out: f32):
    %s = arith.mulf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
})";
  Result<Program> program = load(text);
  ASSERT_TRUE(program) << program.error().message;
  ASSERT_EQ(program->calls.size(), 2u);
  EXPECT_TRUE(program->calls[0].ahead);
  EXPECT_FALSE(program->calls[1].ahead);
  EXPECT_EQ(program->values[program->calls[0].values.back()].kind, Value::Kind::constant);
  EXPECT_EQ(program->uses(program->calls[0].kernel), 0u);
}

TEST_F(Loaded, TransposedWeightsAreTransposedNow) {
  const char *text = R"(
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %z = arith.constant 0.0 : f32
  %t = tensor.empty() : tensor<3x2xf32>
  %e = tensor.empty() : tensor<2x2xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<2x2xf32>) -> tensor<2x2xf32>
  %wt = linalg.transpose ins(%w : tensor<2x3xf32>) outs(%t : tensor<3x2xf32>) permutation = [1, 0]
  %y = linalg.matmul ins(%x, %wt : tensor<2x3xf32>, tensor<3x2xf32>) outs(%f : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
})";
  Result<Program> program = load(text);
  ASSERT_TRUE(program) << program.error().message;
  ASSERT_EQ(program->calls.size(), 1u);
  float weights[6];
  std::ifstream(program->weightsFile, std::ios::binary).read(reinterpret_cast<char *>(weights), 24);
  EXPECT_THAT(weights, testing::ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST_F(Loaded, ConcatenationOfPiecesIsWrittenInPlace) {
  const char *text = R"(
#id = affine_map<(i, j) -> (i, j)>
func.func @main(%x: tensor<2x16xf32>) -> tensor<4x16xf32> {
  %e = tensor.empty() : tensor<2x16xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<2x16xf32>) outs(%e : tensor<2x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = math.exp %in : f32
    linalg.yield %s : f32
  } -> tensor<2x16xf32>
  %b = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<2x16xf32>) outs(%e : tensor<2x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = math.tanh %in : f32
    linalg.yield %s : f32
  } -> tensor<2x16xf32>
  %c = tensor.concat dim(0) %a, %b : (tensor<2x16xf32>, tensor<2x16xf32>) -> tensor<4x16xf32>
  return %c : tensor<4x16xf32>
})";
  Result<Program> program = load(text);
  ASSERT_TRUE(program) << program.error().message;
  ASSERT_EQ(program->calls.size(), 2u);
  size_t whole = program->outputs[0];
  Storage first = storageOf(*program, program->calls[0].values.back());
  Storage second = storageOf(*program, program->calls[1].values.back());
  EXPECT_EQ(first.value, whole);
  EXPECT_EQ(second.value, whole);
  EXPECT_EQ(second.offset - first.offset, 128);
  EXPECT_EQ(outputHolding(*program, whole), 0u);
}

TEST_F(Loaded, AReductionThatKeepsItsDimensionsWritesWithoutThem) {
  Result<Program> program = load(R"(
#in = affine_map<(c, h, w) -> (h, w, c)>
#out = affine_map<(c, h, w) -> (c, 0, 0)>
func.func @main(%x: tensor<5x7x48xf32>) -> tensor<48x1x1xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<48x1x1xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<48x1x1xf32>) -> tensor<48x1x1xf32>
  %sum = linalg.generic {indexing_maps = [#in, #out], iterator_types = ["parallel", "reduction", "reduction"]} ins(%x : tensor<5x7x48xf32>) outs(%f : tensor<48x1x1xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.addf %a, %out : f32
    linalg.yield %s : f32
  } -> tensor<48x1x1xf32>
  %r = math.sqrt %sum : tensor<48x1x1xf32>
  return %r : tensor<48x1x1xf32>
})");
  ASSERT_TRUE(program) << program.error().message;
  ASSERT_EQ(program->calls.size(), 1u);
  const Workload &kernel = program->kernels[program->calls[0].kernel];
  EXPECT_EQ(kernel.operands.back().shape, (std::vector<int64_t>{48}));
  EXPECT_EQ(program->values[program->outputs[0]].shape, (std::vector<int64_t>{48, 1, 1}));
}

// As torch-mlir writes it: -inf is what f64's lowest number is in f32, which MLIR does not fold.
TEST_F(Loaded, ThePaddingOfAMaximumIsAConstant) {
  Result<Program> program = load(R"(
func.func @pool(%x: tensor<1x8x8x16xf32>) -> tensor<1x4x4x16xf32> {
  %wide = arith.constant -1.7976931348623157E+308 : f64
  %lowest = arith.truncf %wide : f64 to f32
  %infinity = arith.constant 0xFF800000 : f32
  %padded = tensor.pad %x low[0, 0, 0, 0] high[0, 1, 1, 0] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %lowest : f32
  } : tensor<1x8x8x16xf32> to tensor<1x9x9x16xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %empty = tensor.empty() : tensor<1x4x4x16xf32>
  %filled = linalg.fill ins(%infinity : f32) outs(%empty : tensor<1x4x4x16xf32>) -> tensor<1x4x4x16xf32>
  %pooled = linalg.pooling_nhwc_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>}
      ins(%padded, %window : tensor<1x9x9x16xf32>, tensor<3x3xf32>)
      outs(%filled : tensor<1x4x4x16xf32>) -> tensor<1x4x4x16xf32>
  return %pooled : tensor<1x4x4x16xf32>
}
)");
  ASSERT_TRUE(program) << program.error().message;
  ASSERT_EQ(program->kernels.size(), 1u);
  EXPECT_EQ(program->kernels[0].linalg.find("truncf"), std::string::npos)
      << program->kernels[0].linalg;
}

TEST_F(Loaded, BadInputIsOneSentenceWithAPlace) {
  std::string file = (folder.path() / "model.mlir").string();
  EXPECT_EQ(refusal(""), file + ": the module is empty: it has no function.");
  EXPECT_THAT(refusal("func.func @f( {"), HasSubstr(file + ":1:14: "));
  EXPECT_THAT(
      refusal("func.func @f(%a: tensor<4xf32>) -> tensor<5xf32> {\n  return %a : tensor<4xf32>\n}"),
      HasSubstr(file + ":2:3: "));
  const std::string one =
      "func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> { return %a : tensor<4xf32> }\n";
  EXPECT_THAT(
      refusal(one +
              "func.func @g(%a: tensor<4xf32>) -> tensor<4xf32> { return %a : tensor<4xf32> }"),
      HasSubstr("2 functions (@f, @g) where one is needed"));
  EXPECT_THAT(
      refusal("func.func @f(%a: tensor<?xf32>) -> tensor<?xf32> { return %a : tensor<?xf32> }"),
      HasSubstr("argument 0 of @f has a dynamic shape, ?xf32;"));
  EXPECT_THAT(
      refusal("func.func @f(%a: tensor<4xf80>) -> tensor<4xf80> { return %a : tensor<4xf80> }"),
      HasSubstr("element type that is not supported, 4xf80"));
  EXPECT_THAT(refusal("func.func @f(%a: memref<4xf32>) { return }"), HasSubstr("returns nothing"));
  EXPECT_THAT(refusal("func.func @f(%a: f32) -> f32 { return %a : f32 }"),
              HasSubstr("argument 0 of @f has the type f32; only ranked tensors"));
  EXPECT_THAT(
      refusal("func.func @f() -> tensor<4xf32> {\n  %0 = \"my.op\"() : () -> tensor<4xf32>\n"
              "  return %0 : tensor<4xf32>\n}"),
      HasSubstr("a dialect that is not supported."));
  EXPECT_THAT(refusal(std::string("\x08\x07\x12\x00", 4)), HasSubstr("not an MLIR text file"));
  for (const std::string &text : {std::string("func.func @f( {"), std::string("")})
    EXPECT_EQ(refusal(text).find('\n'), std::string::npos);
}

TEST_F(Loaded, AMissingFileIsNamed) {
  Result<Program> program = loadProgram(folder.path() / "none.mlir", {});
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().kind, ErrorKind::io);
  EXPECT_THAT(program.error().message, HasSubstr("none.mlir"));
}

TEST_F(Loaded, TransposesSinkBelowSlices) {
  Result<Program> program = load(R"(
func.func @halves(%x: tensor<1x8x4x4xf32>, %v: tensor<8x8x1x1xf32> {alt.splat = 0.5 : f64},
                  %w: tensor<8x4x1x1xf32> {alt.splat = 0.25 : f64}) -> tensor<1x8x4x4xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x8x4x4xf32>
  %filled = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  %first = linalg.conv_2d_nchw_fchw ins(%x, %v : tensor<1x8x4x4xf32>, tensor<8x8x1x1xf32>)
      outs(%filled : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  %half = tensor.extract_slice %first[0, 4, 0, 0] [1, 4, 4, 4] [1, 1, 1, 1] : tensor<1x8x4x4xf32> to tensor<1x4x4x4xf32>
  %second = linalg.conv_2d_nchw_fchw ins(%half, %w : tensor<1x4x4x4xf32>, tensor<8x4x1x1xf32>)
      outs(%filled : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return %second : tensor<1x8x4x4xf32>
}
)");
  ASSERT_TRUE(program) << program.error().message;
  // In and out are transposed, the half is not.
  ASSERT_EQ(program->calls.size(), 5u);
  auto name = [&](size_t call) { return program->kernels[program->calls[call].kernel].name; };
  EXPECT_THAT(name(0), HasSubstr("transpose"));
  EXPECT_THAT(name(2), HasSubstr("slice"));
  EXPECT_THAT(name(4), HasSubstr("transpose"));
}

TEST_F(Loaded, ConvolutionsBecomeChannelsLastAndTransposesMeetAtTheEnds) {
  Result<Program> program = load(twoLayers + resources('F'));
  ASSERT_TRUE(program) << program.error().message;
  // One transpose in, two layers, one transpose out.
  ASSERT_EQ(program->calls.size(), 4u);
  EXPECT_TRUE(program->kernels[program->calls[0].kernel].name.starts_with("transpose_"));
  EXPECT_TRUE(program->kernels[program->calls[3].kernel].name.starts_with("transpose_"));
  for (size_t c : {1u, 2u})
    EXPECT_NE(program->kernels[program->calls[c].kernel].linalg.find("conv_2d_nhwc_hwcf"),
              std::string::npos);
}

// MLIR's integers have no sign: what the model says of its inputs and outputs is an attribute.
TEST_F(Loaded, InputsAndOutputsHaveTheTypesThatAreDeclared) {
  Result<Program> program = load(R"(
func.func @main(%x: tensor<4xi8> {alt.type = "u8"}, %y: tensor<4xi32>)
    -> (tensor<4xi8> {alt.type = "u8"}, tensor<4xi32> {alt.type = "u16"}) {
  %sum = arith.addi %y, %y : tensor<4xi32>
  return %x, %sum : tensor<4xi8>, tensor<4xi32>
})");
  ASSERT_TRUE(program) << program.error().message;
  auto type = [&](size_t value) { return program->values[value].type; };
  EXPECT_EQ(type(program->inputs[0]), ElementType::u8);
  EXPECT_EQ(type(program->inputs[1]), ElementType::i32);
  EXPECT_EQ(type(program->outputs[0]), ElementType::u8);
  EXPECT_EQ(type(program->outputs[1]), ElementType::u16);
  ASSERT_EQ(program->kernels.size(), 1u); // the sum, cut off to 16 bits
  EXPECT_EQ(program->kernels[0].arguments.back().type, ElementType::i16);
}

TEST_F(Loaded, DeclaredTypesMustFit) {
  auto with = [](const std::string &type) {
    return "func.func @main(%x: tensor<4xi16> {alt.type = " + type +
           "}) -> tensor<4xi16> {\n  return %x : tensor<4xi16>\n}";
  };
  EXPECT_EQ(refusal(with("\"u16\"")), "accepted");
  for (const char *type : {"\"u8\"", "\"u32\"", "\"f16\"", "\"u17\"", "7"})
    EXPECT_THAT(refusal(with(type)), HasSubstr("Argument 0 has alt.type = ")) << type;
}

TEST_F(Loaded, ABatchByOneMatrixIsOneProduct) {
  Result<Program> program = load(R"(
func.func @main(%x: tensor<8x16x32xf32>, %w: tensor<32x24xf32> {alt.constant}) -> tensor<8x16x24xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x32x24xf32>
  %b = linalg.broadcast ins(%w : tensor<32x24xf32>) outs(%e : tensor<8x32x24xf32>) dimensions = [0]
  %f = tensor.empty() : tensor<8x16x24xf32>
  %i = linalg.fill ins(%z : f32) outs(%f : tensor<8x16x24xf32>) -> tensor<8x16x24xf32>
  %p = linalg.batch_matmul ins(%x, %b : tensor<8x16x32xf32>, tensor<8x32x24xf32>) outs(%i : tensor<8x16x24xf32>) -> tensor<8x16x24xf32>
  return %p : tensor<8x16x24xf32>
})");
  ASSERT_TRUE(program) << program.error().message;
  ASSERT_EQ(program->calls.size(), 1u);
  EXPECT_EQ(program->kernels[0].name, "matmul_128x24x32");
}

namespace {
const char *const decay = R"(
#id = affine_map<(i) -> (i)>
module {
func.func @main(%x: tensor<5x32xf32> {alt.name = "x"}, %h: tensor<32xf32> {alt.loop = "decay", alt.result = 0 : i64},
                %y: tensor<5x32xf32> {alt.loop = "decay", alt.result = 1 : i64})
    -> (tensor<5x32xf32> {alt.name = "y"}, tensor<32xf32> {alt.name = "h"}, tensor<32xf32> {alt.loop = "decay"}, tensor<5x32xf32> {alt.loop = "decay"}) {
  %z = arith.constant dense<0.0> : tensor<32xf32>
  return %y, %h, %z, %x : tensor<5x32xf32>, tensor<32xf32>, tensor<32xf32>, tensor<5x32xf32>
}
func.func @decay(%h: tensor<32xf32>, %x: tensor<32xf32>) -> (tensor<32xf32>, tensor<32xf32>)
    attributes {alt.trips = 5 : i64, alt.states = 1 : i64, alt.slices = array<i64: -1>, alt.pieces = array<i64: 1>} {
  %e = tensor.empty() : tensor<32xf32>
  %n = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%h, %x : tensor<32xf32>, tensor<32xf32>) outs(%e : tensor<32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<32xf32>
  return %n, %n : tensor<32xf32>, tensor<32xf32>
}
})";
} // namespace

TEST_F(Loaded, ALoopsStepsAreCalls) {
  Result<Program> program = load(decay);
  ASSERT_TRUE(program) << program.error().message;
  ASSERT_EQ(program->loops.size(), 1u);
  ASSERT_EQ(program->calls.size(), 1u);
  EXPECT_EQ(program->loops[0].trips, 5);
  EXPECT_EQ(program->uses(0), 5u);
  // The last row first; the result is written where it belongs.
  Storage slice = storageOf(*program, program->calls[0].values[1]),
          piece = storageOf(*program, program->calls[0].values[2]);
  EXPECT_EQ(slice.value, program->inputs[0]);
  EXPECT_EQ(slice.offset, 4 * 128);
  EXPECT_EQ(slice.walks, (std::vector<Value::Walk>{{0, -128}}));
  EXPECT_EQ(piece.value, program->outputs[0]);
  EXPECT_EQ(piece.walks, (std::vector<Value::Walk>{{0, 128}}));
}

TEST_F(Loaded, ALoopThatDoesNotFitIsRefused) {
  std::string text = decay;
  size_t at = text.find("alt.trips = 5");
  EXPECT_EQ(refusal(text.replace(at, 13, "alt.trips = 6")),
            "The loop 'decay' does not fit the function around it.");
  text = decay;
  at = text.find("@decay");
  EXPECT_EQ(refusal(text.replace(at, 6, "@other")), "There is no function for the loop 'decay'.");
}
