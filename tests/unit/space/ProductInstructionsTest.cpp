// Every row of the table keeps its promises.
#include "space/ProductInstructions.h"
#include "Workloads.h"
#include <gtest/gtest.h>
#include <set>

using namespace alt;

TEST(ProductInstructions, EveryRowIsWhole) {
  std::set<std::string_view> names;
  for (const ProductInstruction &row : productInstructions()) {
    SCOPED_TRACE(row.name);
    EXPECT_TRUE(names.insert(row.name).second);
    EXPECT_EQ(productInstruction(row.name), &row);
    EXPECT_FALSE(row.intrinsic.empty());
    EXPECT_FALSE(row.features.front().empty());
    EXPECT_EQ(row.steps * bytes(row.element) * (row.widened ? 2 : 1), bytes(row.sum));
  }
  EXPECT_EQ(productInstruction("none"), nullptr);
}

TEST(ProductInstructions, AreAvailableWithAllOfTheirFeatures) {
  for (const ProductInstruction &row : productInstructions()) {
    SCOPED_TRACE(row.name);
    Target target = test::avx512();
    for (std::string_view feature : row.features) {
      EXPECT_EQ(isAvailable(row, target), feature.empty());
      if (!feature.empty())
        target.features += (target.features.empty() ? "+" : ",+") + std::string(feature);
    }
    EXPECT_TRUE(isAvailable(row, target));
  }
}
