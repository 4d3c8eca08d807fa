#include "LoadedKernel.h"
#include "alt/Lower.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace alt;

/// Plain loops, and what candidates are checked against.
class Reference : public testing::TestWithParam<bool> {
protected:
  /// Runs the kernel over the buffers; the last ones are its results.
  void run(const Workload &workload, test::Buffers &buffers) {
    std::filesystem::path object =
        std::filesystem::path(testing::TempDir()) / ("reference" + std::to_string(getpid()) + ".o");
    auto lowered =
        lowerToObject({.workload = workload, .reference = GetParam()}, hostTarget(), object);
    ASSERT_TRUE(std::holds_alternative<KernelPlan>(lowered)) << std::get<1>(lowered).detail;
    void *library = test::loadObject(object);
    ASSERT_TRUE(library) << dlerror();
    test::runPlan(std::get<KernelPlan>(lowered), library, buffers);
    dlclose(library); // the next test's has the same name
  }
};
INSTANTIATE_TEST_SUITE_P(Both, Reference, testing::Bool(),
                         [](const auto &info) { return info.param ? "upstream" : "plain"; });

TEST_P(Reference, MatmulWithEpilogueIsRight) {
  Workload workload;
  workload.linalg = R"(
func.func @kernel(%a: tensor<5x7xf32>, %b: tensor<7x3xf32> {alt.constant}, %bias: tensor<3xf32>) -> tensor<5x3xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<5x3xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<5x3xf32>) -> tensor<5x3xf32>
  %r = linalg.matmul ins(%a, %b : tensor<5x7xf32>, tensor<7x3xf32>) outs(%f : tensor<5x3xf32>) -> tensor<5x3xf32>
  %q = linalg.generic {indexing_maps = [affine_map<(i,j)->(i,j)>, affine_map<(i,j)->(j)>, affine_map<(i,j)->(i,j)>], iterator_types=["parallel","parallel"]} ins(%r, %bias : tensor<5x3xf32>, tensor<3xf32>) outs(%e: tensor<5x3xf32>) {
    ^bb0(%x: f32, %y: f32, %o: f32):
     %s = arith.addf %x, %y : f32
     %m = math.exp %s : f32
     linalg.yield %m : f32 } -> tensor<5x3xf32>
  return %q : tensor<5x3xf32>
})";
  test::Buffers buffers{
      std::vector<float>(35), std::vector<float>(21), {0.5f, -1, 2}, std::vector<float>(15, NAN)};
  for (int i = 0; i < 35; ++i)
    buffers[0][i] = 0.01f * (i % 11 - 5);
  for (int i = 0; i < 21; ++i)
    buffers[1][i] = 0.1f * (i % 5 - 2);
  run(workload, buffers);
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 3; ++j) {
      double sum = buffers[2][j];
      for (int k = 0; k < 7; ++k)
        sum += double(buffers[0][i * 7 + k]) * buffers[1][k * 3 + j];
      EXPECT_NEAR(buffers[3][i * 3 + j], std::exp(sum), 1e-5);
    }
}

// As an LSTM's steps: both carried values are read after the first of the next ones is known.
TEST_P(Reference, ALoopCarriesWhatTheLastIterationLeft) {
  Workload workload;
  workload.linalg = R"(
#id = affine_map<(i) -> (i)>
func.func @kernel(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %e = tensor.empty() : tensor<4xf32>
  %r:2 = scf.for %t = %c0 to %c3 step %c1 iter_args(%h = %x, %c = %x) -> (tensor<4xf32>, tensor<4xf32>) {
    %s = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%h, %c : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %v = arith.addf %a, %b : f32
      linalg.yield %v : f32 } -> tensor<4xf32>
    %p = linalg.generic {indexing_maps = [#id, #id, #id, #id], iterator_types = ["parallel"]} ins(%s, %h, %c : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
    ^bb0(%a: f32, %b: f32, %d: f32, %o: f32):
      %v = arith.mulf %b, %d : f32
      %w = arith.addf %v, %a : f32
      linalg.yield %w : f32 } -> tensor<4xf32>
    scf.yield %s, %p : tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
})";
  test::Buffers buffers{
      {0.25f, -0.5f, 1, 2}, std::vector<float>(4, NAN), std::vector<float>(4, NAN)};
  run(workload, buffers);
  for (int i = 0; i < 4; ++i) {
    float h = buffers[0][i], c = h;
    for (int t = 0; t < 3; ++t) {
      float s = h + c;
      c = h * c + s;
      h = s;
    }
    EXPECT_FLOAT_EQ(buffers[1][i], h);
    EXPECT_FLOAT_EQ(buffers[2][i], c);
  }
}

TEST_P(Reference, TextThatDoesNotParseIsACompileFailureWithTheDiagnostic) {
  Workload workload;
  workload.linalg = "func.func @kernel(";
  auto lowered = lowerToObject({.workload = workload, .reference = GetParam()}, hostTarget(),
                               "/nonexistent/x.o");
  ASSERT_TRUE(std::holds_alternative<LowerFailure>(lowered));
  EXPECT_FALSE(std::get<LowerFailure>(lowered).refused);
  EXPECT_NE(std::get<LowerFailure>(lowered).detail.find("parse"), std::string::npos);
}
