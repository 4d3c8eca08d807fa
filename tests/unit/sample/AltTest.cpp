#include "SamplerPromises.h"

using namespace alt;
using namespace alt::test;

TEST(Alt, keepsASamplersPromises) { expectSamplerPromises("alt"); }

TEST(Alt, findsTheOptimumInAFewPercentOfTheSpace) {
  SyntheticMeasurer measurer;
  for (uint64_t seed : {1, 2, 3})
    EXPECT_LT(bestSeconds(searchSynthetic("alt", seed, 150, 4, measurer)), 1.06e-3) << seed;
}

TEST(Alt, learnsToAvoidWhatCrashes) {
  ptrdiff_t crashes = 0;
  for (uint64_t seed : {1, 2, 3}) {
    SyntheticMeasurer measurer;
    auto asked = searchSynthetic("alt", seed, 150, 4, measurer);
    crashes += std::count_if(asked.begin() + 50, asked.end(),
                             [](const Schedule &s) { return s.choice[2] == 8; });
  }
  EXPECT_LE(crashes, 18); // at random: 33
}

TEST(Alt, withCautionFewerCrashWhenNothingIsGainedAnyMore) {
  auto crashes = [](const char *tuner) {
    size_t count = 0;
    SyntheticMeasurer measurer;
    for (uint64_t seed : {1, 2, 3})
      for (const Schedule &asked : searchSynthetic(tuner, seed, 300, 8, measurer))
        count += asked.choice[2] == 8;
    return count;
  };
  EXPECT_LT(3 * crashes("alt"), 2 * crashes("alt:caution=0"));
}

TEST(Alt, asksForMoreAtOnceWhenTrialsAreCheap) {
  SyntheticSpace space;
  auto features = makeKnobFeatures(space);
  auto batchAt = [&](double cost) {
    auto sampler = (*findSampler("alt"))->make({space, *features});
    Rng rng(1);
    EXPECT_EQ(sampler->preferredBatch(), 4u); // the start, before there is a model
    std::vector<Observation> told;
    for (const Schedule &schedule : sampler->ask(8, rng)) {
      Measurement measurement;
      measurement.outcome = Outcome::ok;
      measurement.samples = {Seconds(1e-3)};
      measurement.spent.build = Seconds(cost);
      told.push_back({schedule, measurement});
    }
    sampler->tell(told);
    return sampler->preferredBatch();
  };
  EXPECT_EQ(batchAt(2.0), 1u);
  EXPECT_EQ(batchAt(0.125), 4u);
  EXPECT_EQ(batchAt(0.01), 8u);
}

TEST(Alt, learnsFromTheFastestAndTheLatestWhenThereAreMany) {
  SyntheticMeasurer measurer;
  auto best = [&](const char *tuner) {
    return bestSeconds(searchSynthetic(tuner, 1, 150, 4, measurer));
  };
  EXPECT_LT(best("alt:max-rows=40"), 1.15e-3);
  EXPECT_LT(best("alt:max-rows=40"), best("random"));
}

TEST(Alt, everyModuleCanBeSwitchedOff) {
  SyntheticSpace space;
  auto features = makeKnobFeatures(space);
  for (const char *spec :
       {"alt:filter=false", "alt:uncertainty=false", "alt:diversity=false", "alt:novelty=0",
        "alt:proximity=false", "alt:process=0", "alt:adaptive=false", "alt:listed=0", "alt:local=0",
        "alt:local=1", "alt:members=1", "alt:rank=1", "alt:greedy=0", "alt:greedy=1",
        "alt:analytic=false", "alt:default=false"})
    EXPECT_TRUE(makeSampler(spec, {space, *features})) << spec;
  auto wrong = makeSampler("alt:filtre=false", {space, *features});
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("filter"), std::string::npos) << wrong.error().message;
}
