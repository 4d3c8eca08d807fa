#include "sample/Coordinates.h"
#include "alt/Replay.h"
#include <gtest/gtest.h>

using namespace alt;

TEST(Coordinates, sizesLieBetweenZeroAndOneAndNamesAreNumbered) {
  std::vector<Knob> knobs{{"a", Knob::Kind::ordinal, {1, 2, 4, 8, 16}, {}},
                          {"b", Knob::Kind::ordinal, {0, 10, 15}, {}},
                          {"c", Knob::Kind::categorical, {0, 1, 2}, {"x", "y", "z"}},
                          {"d", Knob::Kind::ordinal, {1, 2, 16}, {}},
                          {"e", Knob::Kind::ordinal, {7}, {}}};
  std::vector<Schedule> points{{{0, 0, 2, 0, 0}}, {{4, 2, 0, 2, 0}}, {{2, 1, 1, 1, 0}}};
  auto space = makeTableSpace(knobs, points);
  Coordinates coordinates(*space);
  EXPECT_EQ(coordinates.named(), (std::vector<bool>{false, false, true, false, false}));
  Columns columns = coordinates.of(points);
  ASSERT_EQ(columns.rows, 3u);
  auto column = [&](size_t c) {
    return std::vector<float>(columns.column(c), columns.column(c) + 3);
  };
  EXPECT_EQ(column(0), (std::vector<float>{0, 1, 0.5f}));
  EXPECT_EQ(column(1), (std::vector<float>{0, 1, 0.5f})) << "no logarithm of 0: places in the list";
  EXPECT_EQ(column(2), (std::vector<float>{2, 0, 1}));
  EXPECT_EQ(column(3), (std::vector<float>{0, 1, 0.375f})) << "halfway between 1/2 and 1/4";
  EXPECT_EQ(column(4), (std::vector<float>{0, 0, 0}));
}
