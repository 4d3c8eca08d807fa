// Register tiles in tile registers: every schedule agrees with plain loops, with the tile unit that
// the tests emulate, and with this machine's if it has one.
#include "DrawnKernels.h"
#include "NarrowKernels.h"
#include "RunSchedule.h"
#include "alt/TileData.h"
#include "space/AlgorithmSpace.h"

using namespace alt;

namespace {

Target emulated() {
  Target target = hostTarget();
  target.features += emulatedTiles;
  return target;
}

bool hasTiles() {
  return hostTarget().features.find("+amx-int8") != std::string::npos && requestTileData();
}

/// The algorithm's number in the space, if it is offered.
std::optional<size_t> tilesIn(const AlgorithmSpace &space) {
  for (size_t i = 0; i < space.algorithms().size(); ++i)
    if (space.algorithms()[i].tiles)
      return i;
  return std::nullopt;
}

/// The default and `count` others of the algorithm, for one thread and for two; 0: it is not
/// offered.
int expectTilesRight(const std::string &text, const Target &target, int count, Rng &rng) {
  test::CheckedKernel kernel(text, target);
  int tried = 0;
  for (unsigned threads : {1u, 2u}) {
    AlgorithmSpace space(kernel.workload, target, threads);
    std::optional<size_t> tiles = tilesIn(space);
    if (!tiles)
      return 0;
    for (int i = 0; i <= count && !testing::Test::HasFatalFailure(); ++i) {
      Schedule schedule = space.defaultOf(*tiles);
      while (i && space.chosen(schedule = space.random(rng)) != *tiles)
        ;
      kernel.expectRight(space, schedule, threads);
      ++tried;
    }
  }
  return tried;
}

int64_t between(int64_t low, int64_t high, Rng &rng) {
  return low + static_cast<int64_t>(rng() % static_cast<uint64_t>(high - low + 1));
}

/// As many as are tried of other kernels go to several of these.
int count() { return std::max(1, test::schedulesToTry() / 4); }

class Tiles : public testing::TestWithParam<test::Narrow> {
protected:
  void expectRight(std::initializer_list<std::string> kernels, const Target &target) {
    for (const std::string &text : kernels)
      EXPECT_GT(expectTilesRight(text, target, count(), rng), 0);
  }
  Rng rng = test::schedulesRng();
};

/// Rests along rows, columns and depth, below a tile and above several.
TEST_P(Tiles, AgreeWithPlainLoopsEmulated) {
  const test::Narrow &n = GetParam();
  expectRight({test::matmul(n, 33, 40, 70), test::matmul(n, 1, 17, 67),
               test::matmul(n, 50, 96, 1030), test::batchMatmul(n, 2, 20, 16, 64),
               test::convolution(n, {7, 14, 24, 40, 3, 1}),
               test::convolution(n, {5, 19, 64, 32, 1, 2})},
              emulated());
  for (int i = 0; i < count(); ++i)
    expectRight({test::matmul(n, between(1, 90, rng), between(8, 90, rng), between(16, 200, rng))},
                emulated());
}

/// The emulation does the same; here are the registers' shapes and the permission for them.
TEST_P(Tiles, AgreeWithPlainLoopsHere) {
  if (!hasTiles())
    GTEST_SKIP() << "no tile registers here";
  expectRight({test::matmul(GetParam(), 50, 96, 130)}, hostTarget());
}

INSTANTIATE_TEST_SUITE_P(Kinds, Tiles, test::narrowKinds(), test::nameOf);

/// Any order of dimensions, strides, padding, and what follows.
TEST(TilesOfDrawnKernels, AgreeWithPlainLoops) {
  Rng rng = test::schedulesRng();
  int tried = 0;
  for (int i = 0; tried < 8 * count() && i < 2000; ++i) {
    test::Choices choices(rng);
    test::DrawnKernel drawn(choices);
    std::string text = i % 2 ? drawn.contraction() : drawn.convolution();
    if (text.find("arith.ext") == std::string::npos)
      continue; // not narrow
    SCOPED_TRACE(text);
    tried += expectTilesRight(text, emulated(), 1, rng);
    if (testing::Test::HasFatalFailure())
      return;
  }
  EXPECT_GT(tried, 0);
}

} // namespace
