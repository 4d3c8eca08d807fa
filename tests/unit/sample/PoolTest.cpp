#include "sample/Pool.h"
#include "SyntheticSpace.h"
#include "alt/Replay.h"
#include <gtest/gtest.h>

using namespace alt;
using namespace alt::test;

namespace {
/// 6 x 4 sizes and a name of two.
std::unique_ptr<SearchSpace> listedSpace() {
  std::vector<Knob> knobs{{"a", Knob::Kind::ordinal, {1, 2, 4, 8, 16, 32}, {}},
                          {"b", Knob::Kind::ordinal, {1, 2, 3, 4}, {}},
                          {"c", Knob::Kind::categorical, {0, 1}, {"no", "yes"}}};
  std::vector<Schedule> points;
  for (uint16_t a = 0; a < 6; ++a)
    for (uint16_t b = 0; b < 4; ++b)
      for (uint16_t c = 0; c < 2; ++c)
        points.push_back({{a, b, c}});
  return makeTableSpace(knobs, points);
}
} // namespace

TEST(Novelty, isAMeanOverKnobs) {
  auto space = listedSpace();
  Novelty novelty(*space);
  EXPECT_FLOAT_EQ(novelty.distance({{3, 1, 0}}, {{3, 1, 0}}), 0);
  EXPECT_FLOAT_EQ(novelty.distance({{3, 1, 0}}, {{3, 1, 1}}), 1.0f / 3);
  EXPECT_FLOAT_EQ(novelty.distance({{0, 0, 0}}, {{5, 3, 1}}), 1);
  EXPECT_LT(novelty.distance({{3, 1, 0}}, {{4, 1, 0}}), novelty.distance({{3, 1, 0}}, {{5, 1, 0}}));
}

TEST(Pool, takesAListedSpaceWhole) {
  auto space = listedSpace();
  auto features = makeKnobFeatures(*space);
  Pool pool({*space, *features}, {});
  Visited visited(*space);
  Rng rng(1);
  Schedule best{{2, 1, 0}};
  pool.refresh({&best, 1}, {&best, 1}, visited, rng);
  ASSERT_EQ(pool.size(), space->points().size());
  for (size_t i = 0; i < pool.size(); ++i) {
    unsigned changed = 0;
    for (size_t k = 0; k < 3; ++k)
      changed += pool[i].choice[k] != best.choice[k];
    EXPECT_EQ(pool.isLocal(i), changed == 1) << print(*space, pool[i]);
    EXPECT_FLOAT_EQ(pool.novelty(i), Novelty(*space).distance(pool[i], best));
  }
}

TEST(Pool, drawsFromASpaceThatIsNotListed) {
  SyntheticSpace space;
  auto features = makeKnobFeatures(space);
  Pool pool({space, *features}, {.random = 50});
  Visited visited(space);
  Rng rng(1);
  Schedule best = space.defaultSchedule();
  visited.insert(best);
  pool.refresh({&best, 1}, {&best, 1}, visited, rng);
  EXPECT_GT(pool.size(), 50u);
  size_t local = 0;
  for (size_t i = 0; i < pool.size(); ++i) {
    EXPECT_TRUE(space.legal(pool[i]));
    EXPECT_NE(pool[i], best);
    EXPECT_GT(pool.novelty(i), 0);
    local += pool.isLocal(i);
  }
  EXPECT_GT(local, 4u);
}

TEST(Pool, whatWasChosenIsNoLongerNew) {
  auto space = listedSpace();
  auto features = makeKnobFeatures(*space);
  Pool pool({*space, *features}, {});
  Visited visited(*space);
  Rng rng(1);
  pool.refresh({}, {}, visited, rng);
  EXPECT_FLOAT_EQ(pool.novelty(7), 1);
  pool.choose(pool[7]);
  EXPECT_FLOAT_EQ(pool.novelty(7), 0);
}
