// What every sampler promises, whatever its method; each sampler's test runs these.
#pragma once
#include "SyntheticSpace.h"
#include "alt/Sampler.h"
#include <gtest/gtest.h>
#include <set>

namespace alt::test {

inline std::vector<Schedule> searchSynthetic(std::string_view tuner, uint64_t seed, size_t trials,
                                             size_t batch, SyntheticMeasurer &measurer) {
  SyntheticSpace space;
  auto features = makeKnobFeatures(space);
  auto made = makeSampler(tuner, {space, *features});
  EXPECT_TRUE(made) << tuner;
  auto sampler = std::move(*made);
  Rng rng(seed);
  std::vector<Schedule> asked;
  while (asked.size() < trials) {
    std::vector<Schedule> proposed = sampler->ask(std::min(batch, trials - asked.size()), rng);
    EXPECT_LE(proposed.size(), batch);
    if (proposed.empty())
      break;
    std::vector<Measurement> answers = measurer.measure(proposed, {});
    std::vector<Observation> observations;
    for (size_t i = 0; i < proposed.size(); ++i)
      observations.push_back({proposed[i], answers[i]});
    sampler->tell(observations);
    asked.insert(asked.end(), proposed.begin(), proposed.end());
  }
  return asked;
}

inline double bestSeconds(const std::vector<Schedule> &schedules) {
  double best = INFINITY;
  for (const Schedule &s : schedules)
    if (s.choice[2] != 8)
      best = std::min(best, SyntheticSpace::seconds(s));
  return best;
}

/// Legal, none twice, as many as asked for, the same for the same seed.
inline void expectSamplerPromises(std::string_view tuner) {
  SyntheticSpace space;
  SyntheticMeasurer measurer;
  std::vector<Schedule> asked = searchSynthetic(tuner, 7, 200, 8, measurer);
  EXPECT_EQ(asked.size(), 200u) << tuner;
  for (const Schedule &schedule : asked)
    EXPECT_TRUE(space.legal(schedule)) << tuner << ": " << print(space, schedule);
  EXPECT_EQ(std::set<Schedule>(asked.begin(), asked.end()).size(), asked.size()) << tuner;
  EXPECT_EQ(asked, searchSynthetic(tuner, 7, 200, 8, measurer)) << tuner;

  auto features = makeKnobFeatures(space); // asked again before the answers are in
  std::unique_ptr<Sampler> sampler = *makeSampler(tuner, {space, *features});
  Rng rng(3);
  std::set<Schedule> distinct;
  size_t total = 0;
  for (int batch = 0; batch < 4; ++batch)
    for (const Schedule &schedule : sampler->ask(8, rng)) {
      distinct.insert(schedule);
      ++total;
    }
  EXPECT_GT(total, 0u) << tuner;
  EXPECT_EQ(distinct.size(), total) << tuner;

  SyntheticMeasurer crashing; // a space where nothing runs is searched to the end of the budget
  crashing.everythingCrashes = true;
  EXPECT_EQ(searchSynthetic(tuner, 1, 100, 16, crashing).size(), 100u) << tuner;
}

} // namespace alt::test
