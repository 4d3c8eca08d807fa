#include "SyntheticSpace.h"
#include "alt/Tuner.h"
#include <gtest/gtest.h>

using namespace alt;
using namespace alt::test;

namespace {
struct Rig {
  SyntheticSpace space;
  std::unique_ptr<FeatureExtractor> features = makeKnobFeatures(space);
  std::unique_ptr<Sampler> sampler = (*findSampler("random"))->make({space, *features});
  SyntheticMeasurer measurer;
  TuneParts parts() { return {space, *sampler, measurer, nullptr}; }
};
struct Counting final : TuneObserver {
  size_t observations = 0, bests = 0;
  void onBatch(std::span<const Observation> batch) override { observations += batch.size(); }
  void onBest(const Observation &) override { ++bests; }
};
} // namespace

TEST(Search, measuresTheDefaultFirstAndStopsAtItsTrials) {
  Rig rig;
  Search search(rig.parts(), {.trials = 50});
  TuneResult result = search.run();
  EXPECT_EQ(result.stopReason, "trials");
  EXPECT_EQ(result.trials, 50u);
  EXPECT_EQ(rig.measurer.measured, 50u);
  ASSERT_TRUE(result.baseline);
  EXPECT_EQ(result.baseline->schedule, rig.space.defaultSchedule());
  EXPECT_EQ(result.curve.size(), 50u);
  EXPECT_EQ(result.curve[0], result.baseline->measurement.seconds());
  EXPECT_EQ(result.curve[49], result.best->measurement.seconds());
  unsigned counted = 0;
  for (unsigned outcome : result.outcomes)
    counted += outcome;
  EXPECT_EQ(counted, 50u);
}

TEST(Search, resumedTrialsCountAndAreNotMeasuredAgain) {
  Rig first, second;
  TuneResult before;
  std::vector<Observation> log;
  struct Keep final : TuneObserver {
    std::vector<Observation> *log;
    void onBatch(std::span<const Observation> batch) override {
      log->insert(log->end(), batch.begin(), batch.end());
    }
  } keep;
  keep.log = &log;
  Search one({first.space, *first.sampler, first.measurer, &keep}, {.trials = 30});
  before = one.run();
  Search two(second.parts(), {.trials = 40, .seed = 9});
  two.resume(log);
  EXPECT_EQ(two.result().trials, 30u);
  EXPECT_EQ(two.result().best->schedule, before.best->schedule);
  EXPECT_TRUE(two.result().baseline);
  two.run();
  EXPECT_EQ(second.measurer.measured, 10u);
}

TEST(Search, aStopRequestKeepsWhatWasMeasured) {
  Rig rig;
  rig.measurer.stopAfter = 21; // in the middle of a batch
  Search search(rig.parts(), {.trials = 100});
  TuneResult result = search.run(rig.measurer.source.get_token());
  EXPECT_EQ(result.stopReason, "interrupted");
  EXPECT_EQ(result.trials, 21u);
}

TEST(Search, aSmallSpaceIsExhausted) {
  Rig rig;
  Search search(rig.parts(), {.trials = 100000, .batch = 1000});
  TuneResult result = search.run();
  EXPECT_EQ(result.stopReason, "exhausted");
  EXPECT_EQ(result.best->schedule, rig.space.optimum());
}

TEST(Search, observersSeeEveryMeasurementAndEveryBest) {
  Rig rig;
  Counting counting;
  Search search({rig.space, *rig.sampler, rig.measurer, &counting}, {.trials = 60});
  TuneResult result = search.run();
  EXPECT_EQ(counting.observations, 60u);
  size_t drops = std::isfinite(result.curve[0].count());
  for (size_t i = 1; i < result.curve.size(); ++i)
    drops += result.curve[i] < result.curve[i - 1];
  EXPECT_EQ(counting.bests, drops);
}

TEST(Search, sameSeedSameSchedules) {
  auto best = [](uint64_t seed) {
    Rig rig;
    Search search(rig.parts(), {.trials = 40, .seed = seed});
    return search.run().best->schedule;
  };
  EXPECT_EQ(best(3), best(3));
}

TEST(Search, withALagTheNextBatchIsChosenAndAnnouncedBeforeTheLastAnswers) {
  struct Spy final : Sampler, Measurer {
    SyntheticSpace space;
    SyntheticMeasurer measurer;
    std::vector<size_t> toldAtAsk, announcedAtMeasure;
    size_t told = 0, announced = 0;
    std::vector<Schedule> ask(size_t count, Rng &rng) override {
      toldAtAsk.push_back(told);
      std::vector<Schedule> batch;
      while (batch.size() < count)
        batch.push_back(space.random(rng));
      return batch;
    }
    void tell(std::span<const Observation> observations) override { told += observations.size(); }
    std::vector<Measurement> measure(std::span<const Schedule> batch,
                                     std::stop_token stop) override {
      announcedAtMeasure.push_back(announced);
      return measurer.measure(batch, stop);
    }
    void announce(std::span<const Schedule> batch) override { announced += batch.size(); }
  } spy;
  Search search({spy.space, spy, spy, nullptr},
                {.trials = 20, .batch = 8, .lag = 2, .defaultFirst = false});
  TuneResult result = search.run();
  EXPECT_EQ(result.trials, 20u);
  EXPECT_EQ(spy.told, 20u);
  EXPECT_EQ(spy.toldAtAsk, (std::vector<size_t>{0, 6, 14}));
  EXPECT_EQ(spy.announcedAtMeasure, (std::vector<size_t>{8, 16, 16, 20, 20, 20}));
}

TEST(Search, aLagIsAtMostHalfOfABatch) {
  Rig rig;
  Search search(rig.parts(), {.trials = 31, .batch = 3, .lag = 100});
  EXPECT_EQ(search.run().trials, 31u);
  EXPECT_EQ(rig.measurer.measured, 31u);
}

TEST(Search, whereNothingRunsThereIsNoBest) {
  Rig rig;
  rig.measurer.everythingCrashes = true;
  Search search(rig.parts(), {.trials = 20});
  TuneResult result = search.run();
  EXPECT_FALSE(result.best);
  EXPECT_EQ(result.outcomes[unsigned(Outcome::crashed)], 20u);
  EXPECT_EQ(result.baseline->measurement.outcome, Outcome::crashed);
}

TEST(Search, stopsWhenConvergedAndSaysWhatItMayHaveLeft) {
  Rig rig;
  Search search(rig.parts(), {.trials = 5000, .untilConverged = true});
  TuneResult result = search.run();
  EXPECT_EQ(result.stopReason, "converged");
  EXPECT_LT(result.trials, 5000u);
  EXPECT_LT(result.expectedLeft, 0.1);
}
