// What a derived space says of itself is what it does.
#include "space/DescribeSpace.h"
#include "Workloads.h"
#include "space/TuneScriptSpace.h"
#include <gtest/gtest.h>

using namespace alt;

namespace {

class Described : public testing::TestWithParam<std::tuple<Workload, unsigned>> {
protected:
  std::unique_ptr<SearchSpace> space =
      makeSearchSpace(std::get<0>(GetParam()), test::avx512(), std::get<1>(GetParam()));
  TuneScript script = describe(*space);
  std::unique_ptr<TuneScriptSpace> described = TuneScriptSpace::make(script);
};

TEST_P(Described, TheDefaultIsTheSame) {
  ASSERT_TRUE(described);
  EXPECT_EQ(described->defaultSchedule(), space->defaultSchedule());
}

TEST_P(Described, ConstraintsHoldExactlyWhereAPointIsLegal) {
  Rng rng(1);
  int legal = 0;
  for (int i = 0; i < 4000; ++i) {
    Schedule point = i % 2 ? space->random(rng) : space->defaultSchedule();
    // Points near legal ones, most of which break one constraint at most.
    for (int changes = i % 4 > 1 ? 2 : 1; changes > 0; --changes) {
      size_t k = rng() % point.choice.size();
      point.choice[k] = static_cast<uint16_t>(rng() % space->knobs()[k].options.size());
    }
    legal += space->legal(point);
    ASSERT_EQ(described->legal(point), space->legal(point)) << print(*space, point);
  }
  EXPECT_GT(legal, 400);
}

INSTANTIATE_TEST_SUITE_P(Workloads, Described,
                         testing::Combine(testing::ValuesIn(test::workloadFamilies()),
                                          testing::Values(1u, 2u)),
                         [](const auto &info) {
                           return std::get<0>(info.param).name + "_" + std::to_string(info.index);
                         });

} // namespace
