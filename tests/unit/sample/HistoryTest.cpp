#include "sample/History.h"
#include "SyntheticSpace.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace alt;
using namespace alt::test;

TEST(History, knowsTheFastestOfThoseThatRan) {
  SyntheticSpace space;
  auto features = makeKnobFeatures(space);
  History history(*features);
  Rng rng(1);
  for (double seconds : {3.0, 0.0, 1.0, 2.0, 1.0}) { // 0: did not run
    Measurement measurement;
    if (seconds > 0) {
      measurement.outcome = Outcome::ok;
      measurement.samples = {Seconds(seconds)};
    }
    EXPECT_EQ(history.anyRan(), history.size() > 0);
    history.add({space.random(rng), measurement});
  }
  EXPECT_TRUE(std::isinf(history.seconds[1]));
  EXPECT_EQ(history.fastest(3), (std::vector<size_t>{2, 4, 3}));
  EXPECT_EQ(history.fastest(9), (std::vector<size_t>{2, 4, 3, 0}));
  EXPECT_EQ(history.fastestSchedules(1)[0], history.schedules[2]);
  EXPECT_EQ(history.featuresOf(history.schedules).values, history.rows.values);
}

TEST(History, countsAFailureInTrialsThatRan) {
  SyntheticSpace space;
  auto features = makeKnobFeatures(space);
  History history(*features);
  Rng rng(1);
  auto tell = [&](bool runs, double build, double run) {
    Measurement measurement;
    measurement.outcome = runs ? Outcome::ok : Outcome::runTimedOut;
    if (runs)
      measurement.samples = {Seconds(1e-3)};
    measurement.spent.build = Seconds(build);
    measurement.spent.run = Seconds(run);
    history.add({space.random(rng), measurement});
  };
  EXPECT_EQ(history.costOfATrial(), 0);
  EXPECT_EQ(history.costOfAFailure(), 1);
  tell(false, 0.5, 7.5);
  EXPECT_EQ(history.costOfAFailure(), 1); // nothing ran that it could be compared with
  tell(true, 0.5, 1.5);
  tell(false, 0.5, 3.5);
  EXPECT_DOUBLE_EQ(history.costOfATrial(), 14.0 / 3);
  EXPECT_DOUBLE_EQ(history.costOfAFailure(), 3);
}
