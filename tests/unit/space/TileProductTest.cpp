#include "space/TileProduct.h"
#include "Workloads.h"
#include "space/AlgorithmSpace.h"
#include "space/DescribeSpace.h"
#include "space/TuneScriptSpace.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace alt;

namespace {

Workload narrow(Workload workload, ElementType factor, ElementType sum) {
  workload.operands[0].type = workload.operands[1].type = factor;
  workload.operands[2].type = sum;
  return workload;
}
Workload bf16(Workload workload) {
  return narrow(std::move(workload), ElementType::bf16, ElementType::f32);
}
Workload bytesOf(Workload workload) {
  return narrow(std::move(workload), ElementType::i8, ElementType::i32);
}

Target withTiles() {
  Target target = test::avx512();
  target.features = "+amx-tile,+amx-bf16,+amx-int8,+avx512vl,+avx512vnni,+avx512bf16";
  return target;
}

/// The algorithm's number; none where it is not offered.
std::optional<size_t> tilesIn(const AlgorithmSpace &space) {
  for (size_t i = 0; i < space.algorithms().size(); ++i)
    if (space.algorithms()[i].tiles)
      return i;
  return std::nullopt;
}

} // namespace

TEST(TileProduct, IsForNarrowProductsThatLieAsTilesWantThem) {
  Target target = withTiles();
  EXPECT_TRUE(TileProduct::of(bf16(test::matmulWorkload(64, 64, 64)), target));
  EXPECT_TRUE(TileProduct::of(bytesOf(test::convolutionWorkload(14, 14, 64, 64, 3, 1)), target));
  EXPECT_FALSE(TileProduct::of(test::matmulWorkload(64, 64, 64), target)); // f32
  EXPECT_FALSE(TileProduct::of(bf16(test::matmulWorkload(64, 64, 64)), test::avx512()));
  EXPECT_FALSE(TileProduct::of(bf16(test::matmulWorkload(64, 4, 64)), target)); // few columns
  EXPECT_FALSE(TileProduct::of(bf16(test::matmulWorkload(64, 64, 4)), target)); // no depth
  EXPECT_FALSE(TileProduct::of(bf16(test::depthwiseWorkload(14, 14, 64, 3)), target));
  Workload other = bf16(test::matmulWorkload(64, 64, 64));
  other.flops *= 2;
  EXPECT_FALSE(TileProduct::of(other, target));
  Target emulates = test::avx512();
  emulates.features = emulatedTiles;
  EXPECT_TRUE(TileProduct::of(bf16(test::matmulWorkload(64, 64, 64)), emulates));
}

TEST(TileProduct, FindsRowsColumnsAndDepth) {
  auto matmul = TileProduct::of(bf16(test::matmulWorkload(64, 96, 128)), withTiles());
  ASSERT_TRUE(matmul);
  EXPECT_EQ(matmul->rows, 0u);
  EXPECT_EQ(matmul->columns, 1u);
  EXPECT_EQ(matmul->depth, 2u);
  EXPECT_EQ(matmul->spread, 0u);
  EXPECT_EQ(matmul->along, 1u);
  auto convolution =
      TileProduct::of(bytesOf(test::convolutionWorkload(14, 14, 64, 32, 3, 1)), withTiles());
  ASSERT_TRUE(convolution);
  EXPECT_EQ(convolution->rows, 2u); // the image's columns
  EXPECT_EQ(convolution->columns, 3u);
  EXPECT_EQ(convolution->depth, 6u);
}

TEST(TileProduct, DepthLeavesNoRestWhereItCan) {
  TileProduct product;
  product.instruction = productInstruction("bf16x2.tile"); // 32 steps at most, in pairs
  for (auto [extent, depth] :
       {std::pair(512, 32), std::pair(48, 24), std::pair(40, 20), std::pair(30, 30),
        std::pair(31, 32), std::pair(67, 32), std::pair(5, 6)})
    EXPECT_EQ(product.depthOf(extent), depth) << extent;
  product.instruction = productInstruction("i8x4.tile");
  for (auto [extent, depth] : {std::pair(512, 64), std::pair(96, 48), std::pair(6, 8)})
    EXPECT_EQ(product.depthOf(extent), depth) << extent;
}

TEST(TileProduct, EightRegistersHoldTheSumsAndWhatIsMultiplied) {
  TileProduct product;
  product.instruction = productInstruction("i8x4.tile");
  for (auto [rows, columns] : {std::pair(2, 2), std::pair(1, 5), std::pair(5, 1), std::pair(3, 1)})
    EXPECT_TRUE(product.fits(rows, columns)) << rows << " by " << columns;
  for (auto [rows, columns] : {std::pair(2, 3), std::pair(6, 1), std::pair(3, 3)})
    EXPECT_FALSE(product.fits(rows, columns)) << rows << " by " << columns;
}

TEST(TileProduct, TheDefaultTakesTilesWhereTheyPay) {
  AlgorithmSpace large(bf16(test::matmulWorkload(512, 512, 512)), withTiles(), 1);
  LoopNest nest = large.decode(large.defaultSchedule());
  EXPECT_TRUE(nest.inTiles);
  EXPECT_EQ(nest.axes[0].reg, 32);
  EXPECT_EQ(nest.axes[1].reg, 32);
  EXPECT_TRUE(nest.packed[1]);
  EXPECT_TRUE(nest.streamed);
  AlgorithmSpace vector(bf16(test::matmulWorkload(1, 512, 512)), withTiles(), 1);
  EXPECT_FALSE(vector.decode(vector.defaultSchedule()).inTiles);
  AlgorithmSpace without(bf16(test::matmulWorkload(512, 512, 512)), test::avx512(), 1);
  EXPECT_FALSE(without.decode(without.defaultSchedule()).inTiles);
}

/// A text from before there were tiles means the nest as it was.
TEST(TileProduct, SchedulesThatDoNotNameAnAlgorithmAreDirect) {
  Workload workload = bf16(test::matmulWorkload(64, 64, 64));
  AlgorithmSpace before(workload, test::avx512(), 1), now(workload, withTiles(), 1);
  Rng rng(3);
  for (int i = 0; i < 50; ++i) {
    std::string text = print(before, before.random(rng));
    auto read = parse(now, text);
    ASSERT_TRUE(read) << text;
    EXPECT_FALSE(now.decode(*read).inTiles);
    EXPECT_TRUE(now.legal(*read));
  }
}

/// What is legal is what the printed constraints say; of points drawn anywhere.
TEST(TileProduct, ConstraintsSayWhatIsLegal) {
  for (const Workload &workload :
       {bf16(test::matmulWorkload(70, 96, 1030)), bytesOf(test::matmulWorkload(64, 512, 512)),
        bytesOf(test::padded(test::convolutionWorkload(14, 28, 64, 64, 3, 1), 1))})
    for (unsigned threads : {1u, 2u}) {
      AlgorithmSpace space(workload, withTiles(), threads);
      std::optional<size_t> tiles = tilesIn(space);
      ASSERT_TRUE(tiles);
      auto asScript = TuneScriptSpace::make(describe(space));
      Rng rng(static_cast<uint64_t>(threads));
      int legal = 0;
      for (int i = 0; i < 3000; ++i) {
        Schedule schedule = space.defaultOf(*tiles);
        auto knobs = space.knobs();
        for (int change = 0; change <= i % 4; ++change) {
          size_t k = rng() % knobs.size();
          if (space.applies(schedule, k) && k > 0)
            schedule.choice[k] = static_cast<uint16_t>(rng() % knobs[k].options.size());
        }
        legal += space.legal(schedule);
        EXPECT_EQ(space.legal(schedule), asScript->legal(schedule)) << print(space, schedule);
      }
      EXPECT_GT(legal, 100);
    }
}
