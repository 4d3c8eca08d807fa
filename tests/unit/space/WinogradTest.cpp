// The estimate that chooses Winograd's default, and what that default is for several threads.
#include "space/Winograd.h"
#include "Workloads.h"
#include "space/AlgorithmSpace.h"
#include <gtest/gtest.h>

using namespace alt;

namespace {

Workload convolution(int64_t size, int64_t in, int64_t out) {
  Workload conv = test::padded(test::convolutionWorkload(size, size, in, out, 3, 1), 1);
  conv.operands[1].isConstant = true;
  return conv;
}

Target machine() {
  Target target = test::avx512();
  target.l1Bytes = 48 << 10;
  target.l3Bytes = 32 << 20;
  return target;
}

/// The batched matmul of 28x28, 128 -> 128: 7 rows of 7 tiles.
class Estimate : public testing::Test {
protected:
  Winograd winograd = *Winograd::of(convolution(28, 128, 128), 4);

  double cycles(LoopNest::Level tiles, LoopNest::Level features, unsigned threads) {
    LoopNest nest;
    nest.axes.resize(4);
    nest.axes[Winograd::t] = tiles;
    nest.axes[Winograd::f] = features;
    return winograd.cycles(nest, machine(), threads);
  }
  static LoopNest::Level level(int64_t extent, int64_t par, int64_t tile, int64_t reg) {
    return {extent, AxisKind::parallel, par, tile, reg};
  }
  LoopNest::Level rowOfTiles = level(49, 7, 7, 7), allTiles = level(49, 49, 7, 7);
  LoopNest::Level allFeatures = level(128, 128, 64, 32), halfTheFeatures = level(128, 64, 64, 32);
};

} // namespace

TEST_F(Estimate, ThreadsWaitForTheOneWithTheMostUnits) {
  double alone = cycles(rowOfTiles, allFeatures, 1);
  EXPECT_DOUBLE_EQ(cycles(rowOfTiles, allFeatures, 2), alone * 4 / 7); // 7 units: 4 and 3
  EXPECT_DOUBLE_EQ(cycles(allTiles, halfTheFeatures, 2), cycles(allTiles, halfTheFeatures, 1) / 2);
  EXPECT_LT(cycles(allTiles, halfTheFeatures, 2), cycles(rowOfTiles, allFeatures, 2));
}

// Beside its 16 filters zeros make the last share's product as wide as the first one's.
TEST_F(Estimate, ASmallLastShareTakesAsLongAsTheOthers) {
  double uneven = cycles(allTiles, level(128, 112, 112, 16), 2);
  EXPECT_GT(uneven, cycles(allTiles, level(128, 64, 64, 16), 2));
  EXPECT_DOUBLE_EQ(uneven, cycles(allTiles, level(128, 112, 112, 16), 1) / 2);
}

TEST_F(Estimate, SharesOfTheChannelsTransformTheInputsAnew) {
  EXPECT_GT(cycles(allTiles, halfTheFeatures, 1), cycles(allTiles, allFeatures, 1));
}

TEST_F(Estimate, ARestOfTheBatchGoesOverTheFiltersByItself) {
  auto registers = [&](int64_t rows) { return cycles(level(49, 7, 7, rows), halfTheFeatures, 2); };
  for (int64_t rows : {3, 4, 5, 6})
    EXPECT_GT(registers(rows), 1.1 * registers(7)) << rows;
}

TEST_F(Estimate, RegistersThatDoNotHoldTheAccumulatorsCost) {
  EXPECT_GT(cycles(rowOfTiles, level(128, 128, 128, 64), 1),
            cycles(rowOfTiles, level(128, 128, 64, 32), 1));
}

TEST(Winograd, WhatComesFromMemoryIsNotFasterForSeveralThreads) {
  Winograd winograd = *Winograd::of(convolution(7, 512, 512), 4); // 37 MB of filters
  LoopNest nest;
  nest.axes.resize(4);
  nest.axes[Winograd::t] = {4, AxisKind::parallel, 4, 4, 4};
  nest.axes[Winograd::f] = {512, AxisKind::parallel, 64, 64, 64};
  EXPECT_GT(winograd.cycles(nest, machine(), 8), winograd.cycles(nest, machine(), 1) / 4);
}

// 7 or 4 rows of tiles are few for several threads: the units still come out even, and the
// algorithm with the fewest multiplications stays the default.
TEST(Winograd, DefaultsDivideEvenlyAmongThreads) {
  for (auto [size, channels] : {std::pair(56, 64), {28, 128}, {28, 256}, {14, 128}, {14, 256}})
    for (unsigned threads : {2, 4}) {
      AlgorithmSpace space(convolution(size, channels, channels), machine(), threads);
      Schedule schedule = space.defaultSchedule();
      std::string text = print(space, schedule);
      EXPECT_EQ(space.algorithms()[space.chosen(schedule)].name, "f43") << text;
      LoopNest nest = space.decode(schedule);
      int64_t units = 1;
      for (unsigned a : {Winograd::t, Winograd::f})
        units *= nest.axes[a].extent / nest.axes[a].par;
      EXPECT_GE(units, threads * ceilDiv(units, threads) * 0.85) << text;
      EXPECT_EQ(nest.axes[Winograd::t].tile % nest.axes[Winograd::t].reg, 0) << text;
    }
}

TEST(Winograd, OneTileHasADefaultToo) {
  for (int64_t size : {2, 4})
    for (unsigned threads : {1u, 2u}) {
      AlgorithmSpace space(convolution(size, 16, 32), machine(), threads);
      ASSERT_EQ(space.algorithms().back().name, "im2col");
      ASSERT_EQ(space.algorithms().size(), 4u);
      for (const auto &algorithm : space.algorithms())
        EXPECT_TRUE(algorithm.legal(algorithm.fallback)) << algorithm.name;
    }
}
