#include "SyntheticSpace.h"
#include "alt/Features.h"
#include <gmock/gmock.h>

using namespace alt;
using namespace alt::test;

TEST(KnobFeatures, sizesAreLogarithmsWithTheirSumsAndDifferences) {
  SyntheticSpace space;
  auto features = makeKnobFeatures(space);
  std::vector<std::string> names(features->names().begin(), features->names().end());
  ASSERT_EQ(names.size(), 4 + 3 + 2 * 6u);
  std::vector<float> row(names.size());
  features->extract({{6, 4, 5, 2, 1}}, row); // x=64 y=16 z=32 unroll=4 order=jki
  auto value = [&](const std::string &name) {
    auto at = std::find(names.begin(), names.end(), name);
    EXPECT_NE(at, names.end()) << name;
    return row[size_t(at - names.begin())];
  };
  EXPECT_EQ(value("log2(x)"), 6);
  EXPECT_EQ(value("log2(x)+log2(y)"), 10);
  EXPECT_EQ(value("log2(y)-log2(z)"), -1);
  EXPECT_EQ(value("order==jki"), 1);
  EXPECT_EQ(value("order==ijk"), 0);
}

namespace {
class OneKnob final : public SearchSpace {
public:
  explicit OneKnob(Knob knob) : table{std::move(knob)} {}
  std::span<const Knob> knobs() const override { return table; }
  bool legal(const Schedule &) const override { return true; }
  Schedule random(Rng &) const override { return {{0}}; }
  Schedule neighbour(const Schedule &s, Rng &) const override { return s; }
  Schedule defaultSchedule() const override { return {{0}}; }
  double size() const override { return double(table[0].options.size()); }

private:
  std::vector<Knob> table;
};

std::vector<float> extract(const SearchSpace &space, uint16_t choice) {
  auto features = makeKnobFeatures(space);
  std::vector<float> row(features->names().size());
  features->extract({{choice}}, row);
  return row;
}
} // namespace

TEST(KnobFeatures, loopOrdersBecomeEachLoopsPosition) {
  OneKnob space({"order", Knob::Kind::categorical, {0, 1}, {"(0, 1, 2)", "(2, 0, 1)"}});
  EXPECT_THAT(extract(space, 1), testing::ElementsAre(1, 2, 0));
}

TEST(KnobFeatures, switchesStayAsTheyAre) {
  OneKnob space({"padding", Knob::Kind::ordinal, {0, 1}, {}});
  EXPECT_THAT(extract(space, 1), testing::ElementsAre(1));
}

TEST(KnobFeatures, sizesWithinAFactorOfThreeStayAsTheyAre) {
  OneKnob space({"stride", Knob::Kind::ordinal, {2, 3, 4}, {}});
  EXPECT_THAT(extract(space, 2), testing::ElementsAre(4));
}
