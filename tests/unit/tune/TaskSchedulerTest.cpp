#include "alt/TaskScheduler.h"
#include "SyntheticSpace.h"
#include <gtest/gtest.h>

using namespace alt;
using namespace alt::test;

namespace {
struct Task {
  SyntheticSpace space;
  std::unique_ptr<FeatureExtractor> features = makeKnobFeatures(space);
  std::unique_ptr<Sampler> sampler = (*findSampler("random"))->make({space, *features});
  SyntheticMeasurer measurer;
  Search search{{space, *sampler, measurer, nullptr}, {.trials = 10000}};
};
} // namespace

TEST(TaskScheduler, everyTaskGetsItsDefaultBeforeAnyIsTuned) {
  Task a, b, c;
  TaskScheduler scheduler({{&a.search}, {&b.search}, {&c.search}}, {.trials = 3});
  EXPECT_EQ(scheduler.run(), "trials");
  for (Task *task : {&a, &b, &c})
    EXPECT_EQ(task->search.result().trials, 1u);
}

TEST(TaskScheduler, theHeavierTaskGetsMoreTrials) {
  Task light, heavy;
  TaskScheduler scheduler({{&light.search, 1}, {&heavy.search, 10}}, {.trials = 300});
  EXPECT_EQ(scheduler.run(), "trials");
  EXPECT_EQ(scheduler.trials(), 300u);
  EXPECT_GT(heavy.search.result().trials, 3 * light.search.result().trials);
  EXPECT_GT(light.search.result().trials, 1u);
}

TEST(TaskScheduler, anExhaustedTaskLeavesTheBudgetToTheOthers) {
  Task small, other;
  TaskScheduler scheduler({{&small.search, 100, 20}, {&other.search, 1}}, {.trials = 200});
  EXPECT_EQ(scheduler.run(), "trials");
  EXPECT_EQ(small.search.result().trials, 20u);
  EXPECT_EQ(other.search.result().trials, 180u);
}

TEST(TaskScheduler, endsWhenNoTaskCanGoOn) {
  Task a, b;
  TaskScheduler scheduler({{&a.search, 1, 10}, {&b.search, 1, 10}}, {.trials = 200});
  EXPECT_EQ(scheduler.run(), "exhausted");
  EXPECT_EQ(scheduler.trials(), 20u);
}

TEST(TaskScheduler, aStopRequestEndsItWithWhatWasMeasured) {
  Task a, b;
  b.measurer.stopAfter = 5;
  TaskScheduler scheduler({{&a.search}, {&b.search}}, {.trials = 200});
  EXPECT_EQ(scheduler.run(b.measurer.source.get_token()), "interrupted");
  EXPECT_EQ(b.search.result().trials, 5u);
}

TEST(TaskScheduler, tellsWhichTaskIsOn) {
  struct Log final : ScheduleObserver {
    std::vector<size_t> tasks;
    void onTask(size_t index, size_t count) override {
      EXPECT_EQ(count, 2u);
      tasks.push_back(index);
    }
  } log;
  Task a, b;
  TaskScheduler({{&a.search}, {&b.search}}, {.trials = 2}, &log).run();
  EXPECT_EQ(log.tasks, (std::vector<size_t>{0, 1}));
}
