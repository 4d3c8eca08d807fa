#include "alt/tensor/Agreement.h"
#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <limits>

using namespace alt;

namespace {
template <class T> Tensor tensorOf(ElementType type, std::vector<T> values) {
  Tensor tensor{{"y", type, {int64_t(values.size())}}, std::vector<std::byte>(values.size() * sizeof(T))};
  std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}
Tensor floats(std::vector<float> values) { return tensorOf(ElementType::f32, values); }

bool agree(const Tensor &actual, const Tensor &expected, Allowance allowed = {1e-3, 0, {}}) {
  bool right = !difference(actual, expected, allowed);
  if (allowed.steps == 0) {
    EXPECT_EQ(right, largestError(actual, expected) <= allowed.tolerance);
  }
  return right;
}
constexpr float none = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();
} // namespace

TEST(Agreement, IsByTheElementAndByTheRootMeanSquareOfAll) {
  EXPECT_TRUE(agree(floats({100.1f}), floats({100})));
  EXPECT_FALSE(agree(floats({100.3f}), floats({100})));
  // One that cancelled to nothing errs as its neighbours do.
  EXPECT_TRUE(agree(floats({0.05f, 100}), floats({0, 100})));
  EXPECT_FALSE(agree(floats({0.1f, 100}), floats({0, 100})));
  EXPECT_FALSE(agree(floats({1e-30f, 0}), floats({0, 0})));
}

TEST(Agreement, WhatIsNotFiniteMustBeTheSame) {
  EXPECT_TRUE(agree(floats({none, infinity, -infinity}), floats({none, infinity, -infinity})));
  EXPECT_FALSE(agree(floats({none, 1}), floats({1, 1})));
  EXPECT_FALSE(agree(floats({1, 1}), floats({none, 1})));
  EXPECT_FALSE(agree(floats({-infinity, 1}), floats({infinity, 1})));
  EXPECT_FALSE(agree(floats({3e38f, 1}), floats({infinity, 1})));
  EXPECT_FALSE(agree(floats({infinity, 1}), floats({3e38f, 1})));
  // What is infinite has no part in the others' scale.
  EXPECT_FALSE(agree(floats({infinity, 1.5f}), floats({infinity, 1})));
}

TEST(Agreement, LargeAndSmallSquaresNeitherOverflowNorVanish) {
  auto doubles = [](std::vector<double> values) { return tensorOf(ElementType::f64, values); };
  EXPECT_FALSE(agree(doubles({1e200, 2e200}), doubles({1e200, 1e200}), {1e-9, 0, {}}));
  EXPECT_TRUE(agree(doubles({1e200, 1e200 * (1 + 1e-12)}), doubles({1e200, 1e200}), {1e-9, 0, {}}));
  EXPECT_TRUE(agree(doubles({1e-200, 1e-212}), doubles({1e-200, 0}), {1e-9, 0, {}}));
  EXPECT_FALSE(agree(doubles({1e-200, 1e-205}), doubles({1e-200, 0}), {1e-9, 0, {}}));
}

TEST(Agreement, IntegersAreEqualOrAFewStepsApartWhereTheCallerSaysSo) {
  auto longs = [](std::vector<int64_t> values) { return tensorOf(ElementType::i64, values); };
  int64_t large = int64_t(1) << 60, least = std::numeric_limits<int64_t>::min();
  EXPECT_TRUE(difference(longs({large + 1}), longs({large}), {}));
  EXPECT_FALSE(difference(longs({large + 1}), longs({large}), {0, 1, {}}));
  EXPECT_TRUE(difference(longs({least}), longs({-(least + 1)}), {0, 1, {}}));
  auto bytes = [](std::vector<int8_t> values) { return tensorOf(ElementType::i8, values); };
  EXPECT_TRUE(agree(bytes({-128, 5}), bytes({-128, 6}), {0, 1, {}}));
  EXPECT_FALSE(agree(bytes({-128, 5}), bytes({-128, 7}), {0, 1, {}}));
}

TEST(Agreement, ADifferenceNamesTensorIndexValuesAndAllowance) {
  Tensor expected = floats({1, 1, 1, 1, 1, 1}), actual = floats({1, 1, 1, 1, 1, 1.5f});
  actual.spec.shape = expected.spec.shape = {2, 3};
  EXPECT_EQ(difference(actual, expected, {1e-3, 0, {}}),
            "'y': element [1,2] is 1.5 instead of 1 (it may be off by 0.00200000009)");
  actual.spec.shape = {3, 2};
  EXPECT_EQ(difference(actual, expected, {1e-3, 0, {}}), "'y' has shape 3x2 instead of 2x3");
  EXPECT_TRUE(std::isinf(largestError(actual, expected)));
  Tensor one = tensorOf(ElementType::i32, std::vector<int32_t>{7}),
         other = tensorOf(ElementType::i32, std::vector<int32_t>{9});
  one.spec.shape = other.spec.shape = {};
  EXPECT_EQ(difference(one, other, {}), "'y': it is 7 instead of 9");
}

TEST(Agreement, TypesMayDiffer) {
  Tensor expected = tensorOf(ElementType::f64, std::vector<double>{1.0001, 2});
  EXPECT_FALSE(difference(floats({1, 2}), expected,
                          allowance(Scope::model, ElementType::f32, ElementType::f64)));
  EXPECT_TRUE(difference(floats({1, 2.1f}), expected,
                         allowance(Scope::model, ElementType::f32, ElementType::f64)));
}

TEST(Agreement, WhatIsExpectedMayItselfBeUncertain) {
  constexpr double unknown = std::numeric_limits<double>::infinity();
  std::vector<double> slack = {0, 0.5, unknown};
  Allowance allowed{1e-3, 0, slack};
  EXPECT_FALSE(difference(floats({1, 1.4f, none}), floats({1, 1, 1}), allowed));
  EXPECT_TRUE(difference(floats({1, 1.6f, 1}), floats({1, 1, 1}), allowed));
  EXPECT_TRUE(difference(floats({1.4f, 1, 1}), floats({1, 1, 1}), allowed));
  auto ints = [](std::vector<int32_t> values) { return tensorOf(ElementType::i32, values); };
  EXPECT_FALSE(difference(ints({1, 1, 7}), ints({1, 1, 1}), allowed));
  EXPECT_TRUE(difference(ints({1, 2, 1}), ints({1, 1, 1}), allowed));
}
