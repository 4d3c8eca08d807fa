#include "alt/tensor/ElementType.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <set>

using namespace alt;

namespace {
double roundTrip(ElementType type, double value) {
  uint64_t bits = toBits(type, value);
  return toDouble(type, reinterpret_cast<const std::byte *>(&bits));
}
} // namespace

// What every row must be.
TEST(ElementType, RowsAreFoundByTheirNameAndDifferInIt) {
  std::set<std::string_view> names, files;
  std::set<int> numbers;
  for (const ElementInfo &row : elementTypes()) {
    EXPECT_EQ(elementTypeNamed(row.name), row.type);
    EXPECT_EQ(&info(row.type), &row);
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(files.insert(row.npy).second) << row.name;
    EXPECT_TRUE(numbers.insert(row.onnx).second) << row.name;
    EXPECT_EQ(row.npy.back() == '1' ? 1 : row.npy.back() - '0', int(row.bytes)) << row.name;
  }
  EXPECT_EQ(elementTypeNamed("f33"), std::nullopt);
}

TEST(ElementType, SmallIntegersAreHeldExactly) {
  for (const ElementInfo &row : elementTypes())
    for (double value : {0.0, 1.0, 2.0, 100.0, -1.0, -100.0})
      if (row.draw != Draw::coin && (row.isSigned || value >= 0)) {
        EXPECT_EQ(roundTrip(row.type, value), value) << row.name;
      }
}

TEST(ElementType, PoisonIsNoNumberInFloats) {
  for (const ElementInfo &row : elementTypes())
    if (row.isReal) {
      EXPECT_TRUE(
          std::isnan(toDouble(row.type, reinterpret_cast<const std::byte *>(&row.poison))))
          << row.name;
    }
}

TEST(ElementType, ABrainFloatRoundsToTheNearestEven) {
  EXPECT_EQ(roundTrip(ElementType::bf16, 1 + 1.0 / 256), 1);            // a tie: to even
  EXPECT_EQ(roundTrip(ElementType::bf16, 1 + 3.0 / 256), 1 + 1.0 / 64); // a tie: to even
  EXPECT_EQ(roundTrip(ElementType::bf16, 1 + 1.1 / 256), 1 + 1.0 / 128);
  EXPECT_TRUE(std::isnan(roundTrip(ElementType::bf16, NAN)));
  EXPECT_TRUE(std::isinf(roundTrip(ElementType::bf16, 3.4e38)));
}
