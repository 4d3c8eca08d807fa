#include "space/TuneScriptSpace.h"
#include <gtest/gtest.h>
#include <numeric>
#include <set>

using namespace alt;
using Op = Term::Op;

namespace {

Tunable sizes(std::string name, std::vector<int64_t> options) {
  Tunable tunable{
      {std::move(name), Knob::Kind::ordinal, {options.begin(), options.end()}, {}}, options, {}};
  tunable.preferred.resize(options.size());
  std::iota(tunable.preferred.begin(), tunable.preferred.end(), uint16_t(0));
  return tunable;
}

/// `knobs` knobs of the values 1 to 16; the product of all is at most `limit`, and each divides the
/// one after it.
TuneScript chain(unsigned knobs, int64_t limit) {
  TuneScript script;
  std::vector<int64_t> values(16);
  std::iota(values.begin(), values.end(), 1);
  std::vector<unsigned> all;
  Expressions &e = script.expressions;
  for (unsigned k = 0; k < knobs; ++k) {
    script.tunables.push_back(sizes("k" + std::to_string(k), values));
    all.push_back(e.knob(k));
    if (k)
      script.constraints.push_back(
          {e.apply(Op::eq, {e.apply(Op::mod, {all[k], all[k - 1]}), e.constant(0)}), ""});
  }
  script.constraints.push_back(
      {e.apply(Op::le, {e.apply(Op::mul, all), e.constant(limit)}), "the product fits"});
  return script;
}

bool holds(const Schedule &s, int64_t limit) {
  int64_t product = 1;
  for (size_t k = 0; k < s.choice.size(); ++k) {
    product *= s.choice[k] + 1;
    if (k && (s.choice[k] + 1) % (s.choice[k - 1] + 1) != 0)
      return false;
  }
  return product <= limit;
}

TEST(TuneScriptSpace, AFewPointsAreListed) {
  auto space = TuneScriptSpace::make(chain(3, 64));
  size_t count = 0;
  Schedule s{{0, 0, 0}};
  for (s.choice[0] = 0; s.choice[0] < 16; ++s.choice[0])
    for (s.choice[1] = 0; s.choice[1] < 16; ++s.choice[1])
      for (s.choice[2] = 0; s.choice[2] < 16; ++s.choice[2]) {
        count += holds(s, 64);
        EXPECT_EQ(space->legal(s), holds(s, 64));
      }
  EXPECT_EQ(space->points().size(), count);
  EXPECT_EQ(space->size(), count);
  EXPECT_EQ(std::set<Schedule>(space->points().begin(), space->points().end()).size(), count);
}

class Points : public testing::TestWithParam<unsigned> {};

TEST_P(Points, RandomOnesAndNeighboursAreLegal) {
  auto space = TuneScriptSpace::make(chain(GetParam(), 4096));
  ASSERT_TRUE(space);
  Rng rng(1);
  std::set<Schedule> seen;
  for (int i = 0; i < 300; ++i) {
    Schedule s = space->random(rng);
    ASSERT_TRUE(holds(s, 4096)) << print(*space, s);
    seen.insert(s);
    Schedule n = space->neighbour(s, rng);
    ASSERT_TRUE(holds(n, 4096)) << print(*space, n);
    EXPECT_NE(n, s);
  }
  EXPECT_GT(seen.size(), 60u);
}

INSTANTIATE_TEST_SUITE_P(Knobs, Points, testing::Values(3, 6, 10));

TEST(TuneScriptSpace, SizeOfALargeSpaceIsEstimated) {
  TuneScript script = chain(8, INT64_MAX);
  script.constraints.clear();
  for (unsigned k = 1; k < 8; ++k) // never falling: 23 choose 8 points
    script.constraints.push_back(
        {script.expressions.apply(
             Op::le, {script.expressions.knob(k - 1), script.expressions.knob(k)}),
         ""});
  auto space = TuneScriptSpace::make(script);
  ASSERT_TRUE(space->points().empty());
  EXPECT_GT(space->size(), 490'314 / 3);
  EXPECT_LT(space->size(), 490'314 * 3);
}

TEST(TuneScriptSpace, TheDefaultIsTheFirstThatFitsInTheScriptsOrder) {
  TuneScript script = chain(2, 1000);
  script.tunables[0].preferred = {4, 0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  script.tunables[1].preferred = {6, 9, 0, 1, 2, 3, 4, 5, 7, 8, 10, 11, 12, 13, 14, 15};
  EXPECT_EQ(print(*TuneScriptSpace::make(script), TuneScriptSpace::make(script)->defaultSchedule()),
            "k0=5 k1=10");
}

TEST(TuneScriptSpace, ConstraintsThatLeaveNothingMakeNoSpace) {
  EXPECT_EQ(TuneScriptSpace::make(chain(3, 0)), nullptr);
}

TEST(TuneScriptSpace, ADivisionByZeroForbidsThePoint) {
  TuneScript script;
  script.tunables = {sizes("d", {0, 1})};
  Expressions &e = script.expressions;
  script.constraints = {
      {e.apply(Op::eq, {e.apply(Op::mod, {e.constant(4), e.knob(0)}), e.constant(0)}), ""}};
  EXPECT_EQ(TuneScriptSpace::make(script)->points().size(), 1u);
}

} // namespace
