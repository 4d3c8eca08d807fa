#include "sample/Expectation.h"
#include "Workloads.h"
#include "SyntheticSpace.h"
#include "sample/ExpectationSearch.h"
#include "sample/Novelty.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <set>

using namespace alt;
using namespace alt::test;

namespace {
/// A matmul on a machine with AVX-512, of which nothing was measured.
class Cold : public testing::Test {
protected:
  Cold() {
    target.vectorBits = 512;
    target.vectorRegisters = 32;
    space = makeSearchSpace(workload, target);
    features = makeLoopFeatures(workload, *space, target);
    expectation.emplace(context(), true);
  }

  SamplerContext context() const { return {*space, *features}; }
  float expected(const Schedule &schedule) const {
    std::vector<float> row(features->names().size());
    features->extract(schedule, row);
    return expectation->of(row);
  }

  Workload workload = matmulWorkload(128, 256, 64);
  Target target;
  std::unique_ptr<SearchSpace> space;
  std::unique_ptr<FeatureExtractor> features;
  std::optional<Expectation> expectation;
};
} // namespace

TEST_F(Cold, isTheAnalyticCostAsAShareOfAGoodOne) {
  EXPECT_LE(expected(space->defaultSchedule()), 1);
  Rng rng(1);
  Matrix rows(features->names().size());
  std::vector<float> one;
  for (int i = 0; i < 20; ++i) {
    Schedule schedule = space->random(rng);
    features->extract(schedule, rows.addRow());
    one.push_back(expected(schedule));
    EXPECT_GT(one.back(), 0);
    EXPECT_LT(one.back(), 1.5);
  }
  EXPECT_EQ(expectation->of(Columns(rows)), one);
}

TEST_F(Cold, isNothingWhereNoCostIsKnown) {
  EXPECT_TRUE(expectation->exists());
  EXPECT_FALSE(Expectation(context(), false).exists());
  auto knobs = makeKnobFeatures(*space);
  EXPECT_FALSE(Expectation({*space, *knobs}, true).exists());
}

TEST_F(Cold, theSearchFindsWhatIsFarAboveRandom) {
  Rng rng(1);
  float best = 0;
  for (int i = 0; i < 1000; ++i)
    best = std::max(best, expected(space->random(rng)));
  std::vector<Schedule> close = searchByExpectation(context(), *expectation, {}, 8, 0, rng);
  std::vector<Schedule> apart = searchByExpectation(context(), *expectation, {}, 8, 0.3, rng);
  Novelty novelty(*space);
  auto nearest = [&](const std::vector<Schedule> &schedules) {
    EXPECT_EQ(std::set<Schedule>(schedules.begin(), schedules.end()).size(), 8u);
    float sum = 0;
    for (const Schedule &a : schedules) {
      float least = 1;
      EXPECT_TRUE(space->legal(a));
      EXPECT_GT(expected(a), 0.8f * best);
      for (const Schedule &b : schedules)
        if (a != b)
          least = std::min(least, novelty.distance(a, b));
      sum += least;
    }
    return sum;
  };
  EXPECT_GT(nearest(apart), 1.3f * nearest(close));
}

TEST_F(Cold, theSearchKeepsWhatWasChosenAndStaysAwayFromIt) {
  Rng rng(1), again(1);
  Schedule given = searchByExpectation(context(), *expectation, {}, 1, 0.3, again)[0];
  std::vector<Schedule> chosen = searchByExpectation(context(), *expectation, {given}, 4, 0.3, rng);
  ASSERT_EQ(chosen.size(), 4u);
  EXPECT_EQ(chosen[0], given);
  EXPECT_EQ(std::set<Schedule>(chosen.begin(), chosen.end()).size(), 4u);
}

TEST_F(Cold, altBeginsWithTheDefaultSchedule) {
  auto first = [&](const char *tuner) {
    Rng rng(1);
    return (*makeSampler(tuner, context()))->ask(8, rng);
  };
  EXPECT_EQ(first("alt")[0], space->defaultSchedule());
  EXPECT_EQ(std::ranges::count(first("alt:default=false"), space->defaultSchedule()), 0);
}
