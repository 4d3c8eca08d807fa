#include "sample/Coverage.h"
#include "SyntheticSpace.h"
#include <gtest/gtest.h>
#include <set>

using namespace alt;
using namespace alt::test;

TEST(Coverage, asksEachOptionAboutEquallyOften) {
  SyntheticSpace space;
  auto options = [&](bool spread) { // different options of all knobs in ten draws of eight
    size_t count = 0;
    for (uint64_t seed = 0; seed < 10; ++seed) {
      Rng rng(seed);
      Visited visited(space);
      std::vector<Schedule> batch;
      if (spread)
        Coverage(space).fill(batch, 8, visited, rng);
      else
        visited.fill(batch, 8, rng);
      EXPECT_EQ(batch.size(), 8u);
      for (size_t k = 0; k < space.knobs().size(); ++k) {
        std::set<uint16_t> seen;
        for (const Schedule &schedule : batch)
          seen.insert(schedule.choice[k]);
        count += seen.size();
      }
    }
    return double(count);
  };
  EXPECT_GT(options(true), 1.15 * options(false));
}
