#include "space/LoopSpace.h"
#include "Workloads.h"
#include <chrono>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

using namespace alt;
using testing::HasSubstr;

namespace {

class EveryFamily : public testing::TestWithParam<Workload> {
protected:
  LoopSpace space{GetParam(), test::avx512(), 1};
  LoopSpace threaded{GetParam(), test::avx512(), 2};
};

TEST_P(EveryFamily, DefaultIsLegal) {
  EXPECT_TRUE(space.legal(space.defaultSchedule()));
  EXPECT_TRUE(threaded.legal(threaded.defaultSchedule()));
}

TEST_P(EveryFamily, RandomPointsAreLegalAndPrintedPointsParseBack) {
  Rng rng(1);
  for (const LoopSpace *s : {&space, &threaded})
    for (int i = 0; i < 500; ++i) {
      Schedule schedule = s->random(rng);
      ASSERT_TRUE(s->legal(schedule)) << print(*s, schedule);
      Result<Schedule> parsed = parse(*s, print(*s, schedule));
      ASSERT_TRUE(parsed) << parsed.error().message;
      EXPECT_EQ(*parsed, schedule);
    }
}

TEST_P(EveryFamily, NeighboursAreLegalAndOneKnobAway) {
  Rng rng(2);
  Schedule schedule = space.defaultSchedule();
  int farther = 0;
  for (int i = 0; i < 500; ++i) {
    Schedule next = space.neighbour(schedule, rng);
    ASSERT_TRUE(space.legal(next));
    int changed = 0;
    for (size_t k = 0; k < next.choice.size(); ++k)
      changed += next.choice[k] != schedule.choice[k];
    farther += changed > 1;
    schedule = next;
  }
  EXPECT_LE(farther, 25); // only where a point has no legal neighbour nearby
}

TEST_P(EveryFamily, TilesNestAndAccumulatorsFitTheRegisters) {
  Rng rng(3);
  int64_t lanes = GetParam().operands.back().type == ElementType::f64 ? 8 : 16;
  for (int i = 0; i < 500; ++i) {
    LoopNest nest = threaded.decode(threaded.random(rng));
    int64_t accumulators = 1;
    for (unsigned a = 0; a < nest.axes.size(); ++a) {
      const LoopNest::Level &axis = nest.axes[a];
      EXPECT_LE(axis.reg, axis.tile);
      if (axis.kind != AxisKind::parallel) {
        EXPECT_EQ(axis.extent % axis.tile, 0);
        continue;
      }
      EXPECT_EQ(axis.par % axis.tile, 0);
      EXPECT_TRUE(axis.extent % axis.par % axis.tile == 0 || axis.tile == axis.par);
      accumulators *= a == nest.vectorAxis ? ceilDiv(axis.reg, lanes) : axis.reg;
    }
    EXPECT_LE(accumulators, 30);
  }
}

TEST_P(EveryFamily, SizeIsThatOfASpaceWorthSearching) {
  // Bare elementwise ops and small reductions have little to choose; everything else has a lot.
  double least = GetParam().axes.size() > 2 && GetParam().flops > 100000 ? 1e3 : 10;
  EXPECT_GE(space.size(), least);
  EXPECT_EQ(space.size(), LoopSpace(GetParam(), test::avx512(), 1).size());
}

INSTANTIATE_TEST_SUITE_P(Workloads, EveryFamily, testing::ValuesIn(test::workloadFamilies()),
                         [](const auto &info) {
                           return info.param.name + "_" + std::to_string(info.index);
                         });

TEST(LoopSpace, VectorsRunAlongTheOutputsContiguousAxis) {
  LoopSpace matmul(test::matmulWorkload(64, 64, 64), test::avx512(), 1);
  EXPECT_EQ(matmul.decode(matmul.defaultSchedule()).vectorAxis, 1u);
  LoopSpace conv(test::convolutionWorkload(14, 14, 32, 64, 3, 1), test::avx512(), 1);
  EXPECT_EQ(conv.decode(conv.defaultSchedule()).vectorAxis, 3u);
}

TEST(LoopSpace, ARegisterHasHalfAsManyDoubles) {
  Workload matmul = test::matmulWorkload(256, 256, 256);
  LoopSpace singles(matmul, test::avx512(), 1), doubles(test::wide(matmul), test::avx512(), 1);
  LoopNest single = singles.decode(singles.defaultSchedule()),
           twice = doubles.decode(doubles.defaultSchedule());
  EXPECT_EQ(twice.axes[0].reg, single.axes[0].reg);
  EXPECT_EQ(twice.axes[1].reg * 2, single.axes[1].reg);
  EXPECT_EQ(doubles.lanes(), 16); // what ops of other types count in
}

TEST(LoopSpace, VectorsRunAlongAReductionWhereNothingElseIsContiguous) {
  LoopSpace rows(test::rowMaxWorkload(128, 1000), test::avx512(), 1);
  EXPECT_EQ(rows.decode(rows.defaultSchedule()).vectorAxis, 1u);
}

TEST(LoopSpace, ConstantsArePackedByDefaultAndOnlyWherePanelsStartAtTiles) {
  LoopSpace space(test::matmulWorkload(512, 512, 512), test::avx512(), 1);
  EXPECT_TRUE(space.decode(space.defaultSchedule()).packed[1]);
  Rng rng(4);
  int packed = 0;
  for (int i = 0; i < 1000; ++i) {
    LoopNest nest = space.decode(space.random(rng));
    if (!nest.packed[1])
      continue;
    ++packed;
    EXPECT_TRUE(nest.axes[1].tile == 512 || nest.axes[1].tile % nest.axes[1].reg == 0);
  }
  EXPECT_GT(packed, 100);
}

TEST(LoopSpace, AnEpilogueInAnotherOrderHasFewVectorsToo) {
  Workload w = test::convolutionWorkload(8, 9, 6, 18, 3, 1);
  LoopSpace alone(w, test::avx512(), 1);
  w = test::transposedEpilogue(w);
  LoopSpace space(w, test::avx512(), 1);
  Rng rng(8);
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    Schedule point = alone.random(rng);
    LoopNest nest = alone.decode(point);
    bool few = nest.blocked() || fusedVectors(nest, w.fusedResults[1], 16) <= maxFusedVectors;
    EXPECT_EQ(space.legal(point), few) << print(space, point);
    refused += !few;
  }
  EXPECT_GT(refused, 20);
}

TEST(LoopNest, AFusedOpsVectorsRunAlongItsInnermostDimensionInTheTile) {
  LoopSpace space(test::convolutionWorkload(8, 9, 6, 18, 3, 1), test::avx512(), 1);
  LoopNest nest = space.decode(space.defaultSchedule());
  nest.axes[1].reg = 4, nest.axes[2].reg = 9, nest.axes[3].reg = 18;
  EXPECT_EQ(fusedVectors(nest, {{1, 2, 3}}, 16), 4 * 9 * 2);
  EXPECT_EQ(fusedVectors(nest, {{3, 1, 2}}, 16), 18 * 4);
  EXPECT_EQ(fusedVectors(nest, {{3, 1, 2}, /*wide=*/true}, 16), 18 * 4 * 2);
  nest.axes[2].reg = 1;
  EXPECT_EQ(fusedVectors(nest, {{3, 1, 2}}, 16), 18);
}

TEST(LoopSpace, AShortAxisFitsOneRegisterTileWhateverItsLength) {
  LoopSpace space(test::padded(test::convolutionWorkload(11, 13, 48, 7, 7, 2), 3), test::avx512(),
                  1);
  for (const Knob &knob : space.knobs())
    if (knob.name == "reg.i1" || knob.name == "reg.i2") {
      EXPECT_EQ(knob.options.back(), knob.name == "reg.i1" ? 11 : 13);
    }
  // Few features: 13 columns by one vector, of whose taps those on the padding are left out.
  LoopNest nest = space.decode(space.defaultSchedule());
  EXPECT_TRUE(nest.skipPad);
  EXPECT_EQ(nest.axes[2].reg, 13);
}

TEST(LoopSpace, PaddingIsSkippedOnlyWhereTheTapsAreKnown) {
  LoopSpace space(test::padded(test::convolutionWorkload(14, 14, 64, 64, 5, 1), 2), test::avx512(),
                  1);
  Rng rng(6);
  int skipped = 0;
  for (int i = 0; i < 5000; ++i) {
    LoopNest nest = space.decode(space.random(rng));
    if (!nest.skipPad)
      continue;
    ++skipped;
    EXPECT_FALSE(nest.axes[1].reg > 1 && nest.axes[2].reg > 1);
    for (unsigned a : nest.edges) {
      EXPECT_EQ(nest.axes[a].tile, 14);
      EXPECT_GE(nest.axes[a].reg, 2); // two outputs at each end see padding
      EXPECT_GE(14 % nest.axes[a].reg ? 14 % nest.axes[a].reg : nest.axes[a].reg, 2);
      EXPECT_EQ(nest.axes[a + 3].reg, 5);
    }
  }
  EXPECT_GT(skipped, 20);
}

TEST(LoopSpace, OnlyWindowsThatOverlapGoDownTheColumns) {
  auto outermost = [](int64_t window) {
    LoopSpace space(test::convolutionWorkload(28, 28, 64, 64, window, 1), test::avx512(), 1);
    return space.decode(space.defaultSchedule()).innerOrder.front();
  };
  EXPECT_EQ(outermost(3), 2u);
  EXPECT_EQ(outermost(1), 1u);
}

TEST(LoopSpace, DepthwiseSkipsPaddingByDefault) {
  Workload w = test::padded(test::depthwiseWorkload(14, 14, 384, 3), 1);
  LoopSpace space(w, test::avx512(), 1);
  EXPECT_TRUE(space.decode(space.defaultSchedule()).skipPad);
}

// 7 columns fill 7 lanes of 16; the 898 products of each fill all, once B is transposed.
TEST(LoopSpace, NarrowResultsAreSummedInTheLanes) {
  Workload narrow = test::matmulWorkload(97, 7, 898);
  LoopSpace space(narrow, test::avx512(), 1);
  LoopNest nest = space.decode(space.defaultSchedule());
  EXPECT_EQ(nest.vectorAxis, 2u);
  EXPECT_TRUE(nest.packed[1]);
  narrow = test::matmulWorkload(20, 7, 898);
  narrow.operands[1].isConstant =
      false; // in the space, but to be transposed in every call for few rows
  LoopSpace activations(narrow, test::avx512(), 1);
  EXPECT_EQ(activations.decode(activations.defaultSchedule()).vectorAxis, 1u);
  LoopSpace wide(test::matmulWorkload(97, 128, 898), test::avx512(), 1);
  for (const Knob &knob : wide.knobs())
    if (knob.name == "vector")
      EXPECT_EQ(knob.labels, std::vector<std::string>{"i1"});
}

// Rows from memory are walked once, not for one tile of columns after another.
TEST(LoopSpace, RowsThatL3DoesNotHoldAreNotSummedInTheLanesColumnsAtATime) {
  auto vectorAxis = [](int64_t rows, int64_t columns, int64_t l3Bytes) {
    Target target = test::avx512();
    target.l3Bytes = l3Bytes;
    LoopSpace space(test::matmulWorkload(rows, columns, 898), target, 1);
    return space.decode(space.defaultSchedule()).vectorAxis;
  };
  EXPECT_EQ(vectorAxis(970, 17, 64 << 20), 2u);
  EXPECT_EQ(vectorAxis(970, 17, 4 << 20), 1u);
  EXPECT_EQ(vectorAxis(970, 7, 4 << 20), 2u); // once
}

// A window cannot be unrolled whatever its length: max pools of 9 and 13 are common in detectors.
TEST(LoopSpace, TheDefaultIsLegalForEveryPaddedWindow) {
  for (int64_t window = 2; window <= 20; ++window) {
    LoopSpace space(test::padded(test::depthwiseWorkload(20, 20, 192, window), window / 2),
                    test::avx512(), 1);
    EXPECT_TRUE(space.legal(space.defaultSchedule())) << window;
  }
}

TEST(OperandWalk, NeighboursReadTheSamePositions) {
  EXPECT_EQ(positions({0, 1, 1, 1}, 7, 3), 9);
  EXPECT_EQ(positions({0, 1, 2, 1}, 7, 3), 15);
  EXPECT_EQ(positions({0, 1, 2, 2}, 7, 3), 9);
  EXPECT_EQ(positions({0, 1, 1, 2}, 7, 3), 11);
  EXPECT_EQ(positions({0, 1, 3, 1}, 7, 3), 21); // none
}

// Pixels of own channels: taps side by side share what they read, a pixel's channels are taken
// along where L1 holds them all until the next row of the window, else two lines of each.
TEST(LoopSpace, DepthwiseGoesByTwoLinesDownTheColumnsByDefault) {
  auto byDefault = [](int64_t channels) {
    LoopSpace space(test::depthwiseWorkload(56, 56, channels, 3), test::avx512(), 1);
    return space.decode(space.defaultSchedule());
  };
  LoopNest few = byDefault(32), many = byDefault(384);
  EXPECT_EQ(few.innerOrder, (std::vector<unsigned>{2, 1, 3}));
  EXPECT_EQ(many.innerOrder, (std::vector<unsigned>{2, 3, 1}));
  EXPECT_EQ(many.axes[3].reg, 32);
  for (const LoopNest &nest : {few, many})
    EXPECT_EQ(nest.axes[5].reg, 3);
}

TEST(LoopSpace, ThreadsGetUnitsByDefault) {
  LoopSpace space(test::matmulWorkload(512, 512, 512), test::avx512(), 2);
  LoopNest nest = space.decode(space.defaultSchedule());
  int64_t units = 1;
  for (const LoopNest::Level &axis : nest.axes)
    if (axis.kind == AxisKind::parallel)
      units *= axis.extent / axis.par;
  EXPECT_GE(units, 2);
}

TEST(LoopSpace, ThreadsGetEvenSharesOfAxesThatNothingDivides) {
  auto byDefault = [](const Workload &workload) {
    LoopSpace space(workload, test::avx512(), 2);
    return space.decode(space.defaultSchedule());
  };
  LoopNest rows = byDefault(test::matmulWorkload(257, 61, 614));
  EXPECT_EQ(rows.axes[0].par, 129);
  EXPECT_TRUE(rows.packed[1]);
  // Of few rows the columns: whole vectors, so that B may be packed ahead.
  LoopNest columns = byDefault(test::matmulWorkload(7, 1000, 1280));
  EXPECT_EQ(columns.axes[0].par, 7);
  EXPECT_EQ(columns.axes[1].par % 16, 0);
  EXPECT_NEAR(static_cast<double>(columns.axes[1].par), 500, 32);
  EXPECT_TRUE(columns.packed[1]);
  // Halves of the columns, each with an end that meets padding, which is skipped as one thread
  // does.
  LoopNest image = byDefault(test::padded(test::convolutionWorkload(7, 28, 100, 129, 7, 1), 3));
  EXPECT_EQ(image.axes[2].par, 14);
  EXPECT_TRUE(image.skipPad);
  EXPECT_EQ(image.edges, std::vector<unsigned>{2});
}

TEST(LoopNest, AnAxisFallsIntoUnitsTheLastOfWhichMayBeShorter) {
  LoopNest::Level axis{30, AxisKind::parallel, 8, 8, 4};
  auto shares = [&](bool edges) {
    std::vector<std::array<int64_t, 3>> found;
    for (const Share &share : Shares(axis, edges))
      found.push_back({share.start, share.size, share.count});
    return found;
  };
  using List = std::vector<std::array<int64_t, 3>>;
  EXPECT_EQ(shares(false), (List{{0, 8, 3}, {24, 6, 1}}));
  EXPECT_EQ(shares(true), (List{{0, 8, 1}, {8, 8, 2}, {24, 6, 1}}));
  axis.par = 15;
  EXPECT_EQ(shares(false), (List{{0, 15, 2}}));
  EXPECT_EQ(shares(true), (List{{0, 15, 1}, {15, 15, 1}}));
  axis.par = 30;
  EXPECT_EQ(shares(true), (List{{0, 30, 1}}));
}

// 7 rows by 4 vectors of accumulators, and the vectors that they share, are one register too many.
TEST(LoopSpace, TheDefaultLeavesRegistersForWhatIsMultiplied) {
  for (unsigned threads : {1, 2}) {
    Workload conv = test::padded(test::convolutionWorkload(7, 7, 256, 512, 3, 2), 1);
    LoopSpace space(conv, test::avx512(), threads);
    LoopNest nest = space.decode(space.defaultSchedule());
    int64_t vectors = ceilDiv(nest.axes[3].reg, 16), rows = nest.axes[1].reg * nest.axes[2].reg;
    EXPECT_LE(rows * vectors + vectors + 1, 32) << print(space, space.defaultSchedule());
  }
}

TEST(LoopSpace, TheDefaultLeavesRegistersForPixelsThatTapsShare) {
  // Of one channel a step has all taps of a row: three times two vectors of weights, and pixels
  // that stay for the next tap. 12 by 2 accumulators would be spilled.
  Workload conv = test::padded(test::convolutionWorkload(36, 36, 1, 137, 3, 1), 1);
  LoopSpace space(conv, test::avx512(), 1);
  LoopNest nest = space.decode(space.defaultSchedule());
  EXPECT_EQ(nest.axes[3].reg, 32);
  EXPECT_EQ(nest.axes[5].reg, 3);
  EXPECT_LE(nest.axes[2].reg, 10);
}

TEST(LoopSpace, AKernelWithoutANestHasOnePoint) {
  Workload none;
  LoopSpace space(none, test::avx512(), 1);
  EXPECT_TRUE(space.knobs().empty());
  EXPECT_EQ(space.size(), 1);
  EXPECT_TRUE(space.legal(space.defaultSchedule()));
}

TEST(Parse, NamesTheKnobOrValueThatTheSpaceDoesNotHave) {
  LoopSpace space(test::matmulWorkload(64, 64, 64), test::avx512(), 1);
  std::string text = print(space, space.defaultSchedule());
  EXPECT_THAT(parse(space, text + " twist=3").error().message, HasSubstr("no knob 'twist'"));
  EXPECT_THAT(parse(space, "vector=i7").error().message, HasSubstr("'vector' has no option 'i7'"));
  EXPECT_THAT(parse(space, "vector=i1").error().message, HasSubstr("is not given"));
  EXPECT_THAT(parse(space, "vector").error().message, HasSubstr("knob=value"));
}

TEST(LoopSpace, FewerRegistersMeanSmallerTiles) {
  Target narrow = test::avx512();
  narrow.vectorBits = 256;
  narrow.vectorRegisters = 16;
  LoopSpace space(test::matmulWorkload(512, 512, 512), narrow, 1);
  Rng rng(5);
  for (int i = 0; i < 300; ++i) {
    LoopNest nest = space.decode(space.random(rng));
    EXPECT_LE(nest.axes[0].reg * ((nest.axes[1].reg + 7) / 8), 14);
  }
}

} // namespace
