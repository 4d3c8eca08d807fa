#include "measure/child/Gang.h"
#include <gtest/gtest.h>

namespace alt {

TEST(Gang, RunsEveryStepOnEveryThreadAlsoAfterASleep) {
  Gang gang(3, {});
  for (int step = 1; step <= 3; ++step) {
    std::atomic<unsigned> seen = 0;
    gang.run([&](unsigned thread) { seen |= 1u << thread; });
    EXPECT_EQ(seen, 0b111u) << "step " << step;
    if (step == 2) // longer than threads wait awake
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

TEST(Gang, EndsWhileItsThreadsSleep) {
  Gang gang(2, {});
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

} // namespace alt
