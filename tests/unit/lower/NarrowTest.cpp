// Products of bf16 and i8 summed in f32 and i32: every schedule agrees with plain loops, whichever
// instructions this CPU has for them.
#include "RunSchedule.h"
#include <bit>
#include <cstring>

using namespace alt;

namespace {

/// How the two inputs of a contraction are widened.
struct Narrow {
  std::string name, element, wide, extendA, extendB;
};

std::string body(const Narrow &n) {
  bool isFloat = n.wide == "f32";
  std::string mul = isFloat ? "arith.mulf" : "arith.muli",
              add = isFloat ? "arith.addf" : "arith.addi";
  return "{\n  ^bb0(%x: " + n.element + ", %y: " + n.element + ", %s: " + n.wide +
         "):\n    %xw = arith." + n.extendA + " %x : " + n.element + " to " + n.wide +
         "\n    %yw = arith." + n.extendB + " %y : " + n.element + " to " + n.wide +
         "\n    %p = " + mul + " %xw, %yw : " + n.wide + "\n    %t = " + add +
         " %s, %p : " + n.wide + "\n    linalg.yield %t : " + n.wide + "\n  } -> ";
}

std::string kernel(const Narrow &n, const std::string &a, const std::string &b,
                   const std::string &c, const std::string &maps, const std::string &iterators) {
  std::string ta = "tensor<" + a + "x" + n.element + ">",
              tb = "tensor<" + b + "x" + n.element + ">", tc = "tensor<" + c + "x" + n.wide + ">";
  std::string zero = n.wide == "f32" ? "0.0" : "0";
  return "func.func @kernel(%a: " + ta + ", %b: " + tb + " {alt.constant}) -> " + tc +
         " {\n  %z = arith.constant " + zero + " : " + n.wide + "\n  %e = tensor.empty() : " + tc +
         "\n  %f = linalg.fill ins(%z : " + n.wide + ") outs(%e : " + tc + ") -> " + tc +
         "\n  %r = linalg.generic {indexing_maps = [" + maps + "], iterator_types = [" + iterators +
         "]} ins(%a, %b : " + ta + ", " + tb + ") outs(%f : " + tc + ") " + body(n) + tc +
         "\n  return %r : " + tc + "\n}\n";
}

std::string matmul(const Narrow &n) { // 19 columns: a whole vector and a masked one
  return kernel(n, "13x22", "22x19", "13x19",
                "affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, "
                "affine_map<(i, j, k) -> (i, j)>",
                "\"parallel\", \"parallel\", \"reduction\"");
}

std::string batchMatmul(const Narrow &n) {
  return kernel(n, "2x5x8", "2x8x16", "2x5x16",
                "affine_map<(b, i, j, k) -> (b, i, k)>, affine_map<(b, i, j, k) -> (b, k, j)>, "
                "affine_map<(b, i, j, k) -> (b, i, j)>",
                "\"parallel\", \"parallel\", \"parallel\", \"reduction\"");
}

std::string convolution(const Narrow &n) {
  return kernel(n, "1x9x9x12", "3x3x12x32", "1x7x7x32",
                "affine_map<(n, h, w, f, y, x, c) -> (n, h + y, w + x, c)>, "
                "affine_map<(n, h, w, f, y, x, c) -> (y, x, c, f)>, "
                "affine_map<(n, h, w, f, y, x, c) -> (n, h, w, f)>",
                "\"parallel\", \"parallel\", \"parallel\", \"parallel\", \"reduction\", "
                "\"reduction\", \"reduction\"");
}

/// Bytes in the float vectors that runPlan passes on.
test::Buffers inputs(const Workload &workload) {
  test::Buffers buffers;
  Rng rng(7);
  for (const Argument &argument : workload.arguments) {
    std::vector<float> buffer(static_cast<size_t>((argument.byteSize() + 3) / 4), 0.0f);
    auto *bytes = reinterpret_cast<char *>(buffer.data());
    for (int64_t e = 0; e < argument.elements() && !argument.isOutput; ++e) {
      auto value = static_cast<int8_t>(rng());
      uint32_t bits = std::bit_cast<uint32_t>(static_cast<float>(value) / 64);
      if (argument.type == ElementType::bf16)
        std::memcpy(bytes + 2 * e, reinterpret_cast<char *>(&bits) + 2, 2); // exact: 8 bits
      else
        std::memcpy(bytes + e, &value, 1);
    }
    buffers.push_back(std::move(buffer));
  }
  return buffers;
}

class NarrowProducts : public testing::TestWithParam<Narrow> {};

TEST_P(NarrowProducts, AgreeWithPlainLoops) {
  for (const std::string &text :
       {matmul(GetParam()), batchMatmul(GetParam()), convolution(GetParam())}) {
    Result<Workload> workload = describeKernel(text);
    ASSERT_TRUE(workload) << workload.error().message;
    EXPECT_GT(workload->flops, 0u);
    test::Buffers data = inputs(*workload);
    std::vector<float> expected, actual;
    ASSERT_EQ(test::evaluate({*workload}, data, 1, expected), "");
    auto space = makeSearchSpace(*workload, hostTarget());
    Rng rng = test::schedulesRng();
    int count = test::schedulesToTry();
    for (int i = 0; i < count; ++i) {
      Schedule point = i ? space->random(rng) : space->defaultSchedule();
      SCOPED_TRACE(print(*space, point));
      LowerRequest request{*workload, space.get(), &point};
      KernelPlan plan;
      ASSERT_EQ(test::evaluate(request, data, 1, actual, &plan), "");
      test::expectLayoutsOf(plan, request);
      for (size_t e = 0; e < expected.size(); ++e)
        if (GetParam().wide == "f32")
          ASSERT_NEAR(actual[e], expected[e], 1e-4 * (1 + std::fabs(expected[e])))
              << "element " << e;
        else
          ASSERT_EQ(std::bit_cast<int32_t>(actual[e]), std::bit_cast<int32_t>(expected[e]))
              << "element " << e;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, NarrowProducts,
                         testing::Values(Narrow{"bf16", "bf16", "f32", "extf", "extf"},
                                         Narrow{"i8", "i8", "i32", "extsi", "extsi"},
                                         Narrow{"u8_i8", "i8", "i32", "extui", "extsi"},
                                         Narrow{"i8_u8", "i8", "i32", "extsi", "extui"}),
                         [](const auto &info) { return info.param.name; });

} // namespace
