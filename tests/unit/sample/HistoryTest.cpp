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
