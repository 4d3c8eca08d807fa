#include "space/AlgorithmSpace.h"
#include "Workloads.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

using namespace alt;
using testing::HasSubstr;
using testing::Not;

namespace {

Workload fewChannels() { return test::padded(test::convolutionWorkload(28, 28, 13, 64, 3, 1), 1); }
Workload convolution() { return test::padded(test::convolutionWorkload(28, 28, 64, 64, 3, 1), 1); }

class Algorithms : public testing::Test {
protected:
  AlgorithmSpace one{fewChannels(), test::avx512(), 1}, two{fewChannels(), test::avx512(), 2};
};

std::vector<std::string> namesOf(const Workload &workload) {
  std::vector<std::string> names;
  AlgorithmSpace space(workload, test::avx512(), 1);
  for (const auto &algorithm : space.algorithms())
    names.push_back(algorithm.name);
  return names;
}

} // namespace

TEST(AlgorithmSpace, WhichKernelsHaveWhichAlgorithms) {
  using testing::ElementsAre;
  EXPECT_THAT(namesOf(convolution()), ElementsAre("direct", "f23", "f43"));
  EXPECT_THAT(namesOf(test::convolutionWorkload(28, 28, 64, 64, 3, 2)), ElementsAre("direct"));
  EXPECT_THAT(namesOf(test::convolutionWorkload(28, 28, 64, 64, 5, 1)), ElementsAre("direct"));
  // Few channels: patches are long where the innermost reduction is short.
  EXPECT_THAT(namesOf(fewChannels()), ElementsAre("direct", "f23", "f43", "im2col"));
  EXPECT_THAT(namesOf(test::convolutionWorkload(28, 28, 3, 64, 7, 2)),
              ElementsAre("direct", "im2col"));
  EXPECT_THAT(namesOf(test::convolutionWorkload(28, 28, 13, 64, 1, 1)), ElementsAre("direct"));
  EXPECT_THAT(namesOf(test::depthwiseWorkload(28, 28, 64, 3)), ElementsAre("direct"));
  EXPECT_THAT(namesOf(test::matmulWorkload(64, 64, 64)), ElementsAre("direct"));
  Workload dilated = convolution();
  dilated.operands[0].index[1].terms[1].coefficient = 2;
  EXPECT_THAT(namesOf(dilated), ElementsAre("direct"));
  // F(4, 3) of so many channels rounds more than the check allows.
  EXPECT_THAT(namesOf(test::convolutionWorkload(28, 28, 1024, 64, 3, 1)),
              ElementsAre("direct", "f23"));
  Workload bytes = convolution();
  bytes.operands[0].type = ElementType::i8;
  EXPECT_THAT(namesOf(bytes), ElementsAre("direct"));
}

TEST(AlgorithmSpace, WhatFollowsAConvolutionIsFusedWithThePatchesMatmulButNotWithWinograds) {
  Workload w = test::transposedEpilogue(fewChannels());
  AlgorithmSpace space(w, test::avx512(), 1);
  using Results = std::vector<FusedResult>;
  for (const auto &algorithm : space.algorithms())
    EXPECT_EQ(algorithm.workload.fusedResults,
              algorithm.winograd ? Results() : Results({{{1, 2, 3}}, {{3, 1, 2}}}))
        << algorithm.name;
}

TEST_F(Algorithms, RandomPointsAreLegalAndPrintTheirOwnKnobsOnly) {
  Rng rng(1);
  std::set<std::string> seen;
  for (const AlgorithmSpace *space : {&one, &two})
    for (int i = 0; i < 500; ++i) {
      Schedule schedule = space->random(rng);
      ASSERT_TRUE(space->legal(schedule));
      std::string text = print(*space, schedule),
                  name = space->algorithms()[space->chosen(schedule)].name;
      seen.insert(name);
      EXPECT_THAT(text, HasSubstr("algorithm=" + name));
      for (const char *other : {"f23", "f43", "im2col"})
        if (name != other)
          EXPECT_THAT(text, Not(HasSubstr(std::string(other) + ".")));
      Result<Schedule> parsed = parse(*space, text);
      ASSERT_TRUE(parsed) << parsed.error().message;
      EXPECT_EQ(*parsed, schedule);
    }
  EXPECT_EQ(seen.size(), 4u);
}

TEST_F(Algorithms, KnobsOfOthersStandAtTheirDefaults) {
  Schedule schedule = one.defaultSchedule();
  for (size_t k = 0; k < one.knobs().size(); ++k)
    if (!one.applies(schedule, k)) {
      Schedule moved = schedule;
      moved.choice[k] =
          static_cast<uint16_t>((moved.choice[k] + 1) % one.knobs()[k].options.size());
      EXPECT_EQ(one.legal(moved), one.knobs()[k].options.size() == 1) << one.knobs()[k].name;
    }
}

TEST_F(Algorithms, NeighboursAreLegalAndReachEveryAlgorithm) {
  Rng rng(2);
  Schedule schedule = one.defaultSchedule();
  std::set<size_t> reached;
  for (int i = 0; i < 500; ++i) {
    schedule = one.neighbour(schedule, rng);
    ASSERT_TRUE(one.legal(schedule));
    reached.insert(one.chosen(schedule));
  }
  EXPECT_EQ(reached.size(), 4u);
}

TEST_F(Algorithms, BatchesNestAndThreadsTakeRowsOfTiles) {
  Rng rng(3);
  int units = 0, shares = 0;
  for (int i = 0; i < 1000; ++i) {
    Schedule schedule = two.random(rng);
    const auto &algorithm = two.algorithms()[two.chosen(schedule)];
    if (!algorithm.winograd)
      continue;
    const Winograd &winograd = *algorithm.winograd;
    LoopNest nest = two.decode(schedule);
    EXPECT_EQ(nest.winograd, winograd.m);
    const LoopNest::Level &t = nest.axes[Winograd::t];
    EXPECT_EQ(t.par % t.tile, 0);
    EXPECT_EQ(nest.axes[Winograd::a].reg, 1);
    if (nest.axes[Winograd::f].par < winograd.outChannels) {
      ++shares;
      EXPECT_LE(winograd.batchBytes(nest), 1 << 20);
    }
    if (t.par == t.extent)
      continue;
    ++units;
    EXPECT_EQ(t.par % winograd.columns, 0);
    EXPECT_LE(winograd.batchBytes(nest), 1 << 20);
  }
  EXPECT_GT(units, 50);
  EXPECT_GT(shares, 50);
}

TEST_F(Algorithms, PatchesFitTheStack) {
  Rng rng(4);
  int seen = 0;
  for (int i = 0; i < 1000; ++i) {
    LoopNest nest = two.decode(two.random(rng));
    if (!nest.im2col)
      continue;
    ++seen;
    int64_t patches = nest.axes[Im2col::h].tile * nest.axes[Im2col::w].tile;
    EXPECT_LE(patches * 9 * 13 * 4, 1 << 20);
    EXPECT_EQ(nest.axes[Im2col::f].tile, 64); // gathered once for all features
  }
  EXPECT_GT(seen, 100);
}

// Records of kernels that had no choice of algorithm, or fewer, are still read.
TEST_F(Algorithms, ATextWithoutAlgorithmIsOfTheNestAsItStands) {
  Schedule direct;
  Rng rng(6);
  do
    direct = one.random(rng);
  while (one.chosen(direct) != 0);
  std::string text = print(one, direct);
  ASSERT_TRUE(text.starts_with("algorithm=direct "));
  Result<Schedule> parsed = parse(one, text.substr(text.find(' ') + 1));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(*parsed, direct);
}

TEST(AlgorithmSpace, TheDefaultIsWinogradWhereItSurelyPays) {
  auto byDefault = [](const Workload &workload) {
    AlgorithmSpace space(workload, test::avx512(), 1);
    return space.algorithms()[space.chosen(space.defaultSchedule())].name;
  };
  EXPECT_EQ(byDefault(test::convolutionWorkload(56, 56, 64, 64, 3, 1)), "f43");
  EXPECT_NE(byDefault(test::convolutionWorkload(14, 14, 256, 256, 3, 1)), "direct");
  EXPECT_EQ(byDefault(test::convolutionWorkload(56, 56, 8, 64, 3, 1)), "direct"); // short products
  Workload variable = convolution();
  variable.operands[1].isConstant = false; // the filter would be transformed in every call
  EXPECT_EQ(byDefault(variable), "direct");
}
