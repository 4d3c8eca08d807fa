#include "Workloads.h"
#include "alt/Features.h"
#include <cmath>
#include <gmock/gmock.h>
#include <set>

using namespace alt;
using namespace alt::test;

namespace {

/// AVX-512 with 32 KiB, 1 MiB, 32 MiB.
Target target() {
  Target t;
  t.vectorBits = 512;
  t.vectorRegisters = 32;
  t.cores = 2;
  t.l1Bytes = 32 << 10;
  t.l2Bytes = 1 << 20;
  t.l3Bytes = 32 << 20;
  return t;
}

/// One workload's space and rows, by feature name.
struct Described {
  explicit Described(Workload w, unsigned threads = 1)
      : workload(std::move(w)), space(makeSearchSpace(workload, target(), threads)),
        features(makeLoopFeatures(workload, *space, target())) {}

  std::vector<float> row(const Schedule &schedule) const {
    std::vector<float> values(features->names().size(), std::nanf(""));
    features->extract(schedule, values);
    return values;
  }

  /// The default schedule with some knobs set: "reg.i0=4 tile.i1=64".
  Schedule with(std::string changes) const {
    std::string text = " " + print(*space, space->defaultSchedule()) + " ";
    for (changes += ' '; !changes.empty(); changes.erase(0, changes.find(' ') + 1)) {
      std::string change = changes.substr(0, changes.find(' '));
      size_t from = text.find(" " + change.substr(0, change.find('=') + 1)) + 1;
      EXPECT_NE(from, 0u) << change;
      text.replace(from, text.find(' ', from) - from, change);
    }
    Result<Schedule> schedule = parse(*space, text);
    EXPECT_TRUE(schedule && space->legal(*schedule)) << text;
    return *schedule;
  }

  float value(const Schedule &schedule, const std::string &name) const {
    auto names = features->names();
    auto found = std::find(names.begin(), names.end(), name);
    EXPECT_NE(found, names.end()) << name;
    return row(schedule)[static_cast<size_t>(found - names.begin())];
  }

  Workload workload;
  std::unique_ptr<SearchSpace> space;
  std::unique_ptr<FeatureExtractor> features;
};

const char *const plain =
    "reg.i0=4 tile.i0=32 reg.i1=32 tile.i1=64 block.i2=128 unroll.i2=2 pack.in1=0 "
    "outer=i0,i1 inner=i0,i1";

} // namespace

TEST(LoopFeatures, rowsHaveTheSameColumnsForEveryKernel) {
  std::vector<std::string> first;
  for (const Workload &workload : workloadFamilies())
    for (unsigned threads : {1u, 2u}) {
      Described kernel(workload, threads);
      EXPECT_EQ(kernel.features->version(), "loops-1");
      std::vector<std::string> names(kernel.features->names().begin(),
                                     kernel.features->names().end());
      if (first.empty())
        first = names;
      EXPECT_EQ(names, first) << workload.name;
    }
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), first.size());
}

TEST(LoopFeatures, everyValueIsFiniteAndTheSameOnEveryCall) {
  for (const Workload &workload : workloadFamilies())
    for (unsigned threads : {1u, 2u}) {
      Described kernel(workload, threads), again(workload, threads);
      Rng rng(3);
      for (int i = 0; i < 200; ++i) {
        Schedule schedule = kernel.space->random(rng);
        std::vector<float> row = kernel.row(schedule);
        for (size_t c = 0; c < row.size(); ++c)
          ASSERT_TRUE(std::isfinite(row[c])) << workload.name << " " << kernel.features->names()[c]
                                             << " of " << print(*kernel.space, schedule);
        ASSERT_EQ(row, again.row(schedule));
      }
    }
}

TEST(LoopFeatures, aKernelWithoutALoopNestHasARow) {
  Workload workload;
  workload.name = "concatenation";
  Described kernel(workload);
  EXPECT_THAT(kernel.row(kernel.space->defaultSchedule()),
              testing::Each(testing::Truly([](float v) { return std::isfinite(v); })));
}

TEST(LoopFeatures, schedulesThatDifferHaveRowsThatDiffer) {
  for (const Workload &workload :
       {matmulWorkload(512, 512, 512), convolutionWorkload(56, 56, 64, 64, 3, 2),
        depthwiseWorkload(14, 14, 384, 3)}) {
    Described kernel(workload);
    Rng rng(5);
    std::set<Schedule> schedules;
    std::set<std::vector<float>> rows;
    for (int i = 0; i < 500; ++i) {
      Schedule schedule = kernel.space->random(rng);
      schedules.insert(schedule);
      rows.insert(kernel.row(schedule));
    }
    EXPECT_GE(rows.size(), schedules.size() * 97 / 100) << workload.name;
  }
}

// A 64x96x128 matmul: register tiles of 4 rows by 2 vectors, reductions two at a time and whole.
TEST(LoopFeatures, aMatmulByHand) {
  Described kernel(matmulWorkload(64, 96, 128));
  Schedule schedule =
      kernel.with("reg.i0=4 tile.i0=32 reg.i1=32 tile.i1=96 block.i2=128 unroll.i2=2 pack.in1=0");
  auto value = [&](const char *name) { return kernel.value(schedule, name); };
  EXPECT_EQ(value("accumulators"), 3); // 8
  EXPECT_EQ(value("row_vectors"), 1);  // 2
  EXPECT_EQ(value("rows"), 2);         // 4
  EXPECT_EQ(value("unroll"), 1);       // 2
  EXPECT_EQ(value("blocked"), 0);
  EXPECT_EQ(value("lane_use"), 1); // 96 = 3 tiles of 2 vectors
  EXPECT_EQ(value("whole_tile_share"), 1);
  EXPECT_EQ(value("reduction_trips"), 6); // 128 / 2
  EXPECT_FLOAT_EQ(value("register_trips"), std::log2(8 * 3.f));
  EXPECT_EQ(value("cache_trips"), 1); // 64 / 32
  // 16 multiply-adds with 4 vectors of B and 8 scalars of A.
  EXPECT_FLOAT_EQ(value("operations_per_load"), std::log2(16.f / 12));
  EXPECT_EQ(value("out.tile_bytes"), std::log2(4 * 32 * 4.f));
  EXPECT_EQ(value("vec.tile_bytes"), std::log2(128 * 32 * 4.f)); // B: 128 rows of 2 lines
  EXPECT_EQ(value("other.tile_bytes"), std::log2(4 * 128 * 4.f));
  EXPECT_EQ(value("vec.tile_reuse"), 2); // each of B's elements meets 4 rows
  EXPECT_EQ(value("other.tile_reuse"), 5);
  EXPECT_EQ(value("vec.along_vector"), 2);
  EXPECT_EQ(value("other.along_vector"), 1);
  EXPECT_EQ(value("vec.step_bytes"), std::log2(1 + 96 * 4.f));
  EXPECT_EQ(value("other.step_bytes"), std::log2(1 + 4.f));
  EXPECT_EQ(value("knob.vector_reg"), 5);
  EXPECT_EQ(value("knob.reg_1"), 2);
}

TEST(LoopFeatures, tailsAreCounted) {
  Described kernel(matmulWorkload(13, 37, 64));
  // 37 = 32 + 5 lanes: three vectors, the third has 5 of 8 or 16; 13 = 3 * 4 + 1 rows.
  Schedule schedule = kernel.with("reg.i0=4 tile.i0=13 reg.i1=32 tile.i1=37");
  EXPECT_FLOAT_EQ(kernel.value(schedule, "lane_use"), 37.f / 48);
  EXPECT_FLOAT_EQ(kernel.value(schedule, "whole_tile_share"), (12.f / 13) * (32.f / 37));
  EXPECT_EQ(kernel.value(schedule, "tail_axes"), 2);
}

TEST(LoopFeatures, largerTilesTakeMoreRoomAndAreReusedMore) {
  Described kernel(matmulWorkload(512, 512, 512));
  float lastFill = -100, lastTraffic = 100;
  for (const char *tile :
       {"tile.i0=32", "tile.i0=64", "tile.i0=128", "tile.i0=256", "tile.i0=512"}) {
    Schedule schedule =
        kernel.with(std::string("tile.i1=64 reg.i0=8 reg.i1=32 block.i2=512 pack.in1=0 ") + tile);
    float fill = kernel.value(schedule, "cache_fit_l2");
    float traffic = kernel.value(schedule, "vec.traffic_l2");
    EXPECT_GT(fill, lastFill) << tile;
    EXPECT_LE(traffic, lastTraffic) << tile;
    lastFill = fill;
    lastTraffic = traffic;
  }
}

TEST(LoopFeatures, theInnerOrderDecidesWhatStaysInPlace) {
  Described kernel(matmulWorkload(64, 64, 128));
  Schedule rowsInside = kernel.with(std::string(plain) + " inner=i1,i0");
  Schedule columnsInside = kernel.with(std::string(plain) + " inner=i0,i1");
  EXPECT_EQ(kernel.value(rowsInside, "vec.moved_by_register_loop"), 0); // B stays while rows go by
  EXPECT_EQ(kernel.value(rowsInside, "other.moved_by_register_loop"), 1);
  EXPECT_EQ(kernel.value(columnsInside, "vec.moved_by_register_loop"), 1);
  EXPECT_EQ(kernel.value(columnsInside, "other.moved_by_register_loop"), 0);
  EXPECT_LT(kernel.value(rowsInside, "vec.reuse_distance_l1"),
            kernel.value(columnsInside, "vec.reuse_distance_l1"));
}

TEST(LoopFeatures, rowsApartByAPowerOfTwoCrowdTheirSetsUnlessPacked) {
  Described kernel(matmulWorkload(512, 512, 512));
  std::string tile = "reg.i0=8 tile.i0=512 reg.i1=32 tile.i1=512 block.i2=512 ";
  EXPECT_GT(kernel.value(kernel.with(tile + "pack.in1=0"), "vec.tile_crowding_l1"), 1);
  EXPECT_EQ(kernel.value(kernel.with(tile + "pack.in1=1"), "vec.tile_crowding_l1"), 0);
  EXPECT_LT(kernel.value(kernel.with(tile + "pack.in1=1"), "vec.tile_pages"),
            kernel.value(kernel.with(tile + "pack.in1=0"), "vec.tile_pages"));
}

TEST(LoopFeatures, theEstimatePrefersAFullRegisterTileToOneAccumulator) {
  Described kernel(matmulWorkload(512, 512, 512));
  Schedule good = kernel.with("reg.i0=12 tile.i0=512 reg.i1=32 tile.i1=512 block.i2=512");
  Schedule poor = kernel.with("reg.i0=1 tile.i0=512 reg.i1=16 tile.i1=512 block.i2=512 pack.in1=0");
  EXPECT_GT(kernel.value(good, "efficiency"), kernel.value(poor, "efficiency") + 1);
}

TEST(LoopFeatures, skippingThePadSavesItsCopyAndIsSeen) {
  Described kernel(padded(convolutionWorkload(14, 14, 32, 64, 3, 2), 1));
  std::string tiles = "vector=i3 reg.i1=1 reg.i2=1 reg.i3=32 pack.in1=0 ";
  Schedule copy = kernel.with(tiles + "pad=copy"), skip = kernel.with(tiles + "pad=skip");
  EXPECT_EQ(kernel.value(copy, "skip_pad"), 0);
  EXPECT_EQ(kernel.value(skip, "skip_pad"), 1);
  float operations = 14 * 14 * 64 * 9 * 32 / 16.f; // of 16 lanes
  EXPECT_FLOAT_EQ(kernel.value(copy, "pad_traffic"), std::log2(29 * 29 * 32 * 4 / operations));
  EXPECT_LT(kernel.value(skip, "pad_traffic"), kernel.value(copy, "pad_traffic"));
  EXPECT_LT(kernel.value(skip, "memory_cycles"), kernel.value(copy, "memory_cycles"));
}

TEST(LoopFeatures, threadsAreBalancedOrNot) {
  Described kernel(matmulWorkload(64, 96, 128), 2);
  EXPECT_EQ(kernel.value(kernel.with("par.i0=64 par.i1=96"), "thread_balance"), 0.5f);
  EXPECT_EQ(kernel.value(kernel.with("par.i0=32 tile.i0=32 par.i1=96"), "thread_balance"), 1);
}

// The features are those of the nest that runs, and say how much work it leaves.
TEST(LoopFeatures, winogradIsDescribedByItsMatmul) {
  Described kernel(convolutionWorkload(56, 56, 64, 64, 3, 1));
  Rng rng(7);
  std::set<float> works;
  for (int i = 0; i < 50; ++i) {
    Schedule schedule = kernel.space->random(rng);
    float work = kernel.value(schedule, "kernel.iterations_per_flop");
    works.insert(work);
    if (work < -2.5)
      EXPECT_EQ(kernel.value(schedule, "vec.whole_fit_l2"),
                std::log2(36.0f * 64 * 64 * 4 / (1 << 20)));
  }
  EXPECT_THAT(works, testing::ElementsAre(-3, testing::FloatNear(-2.17f, 0.01f), -1));
}
