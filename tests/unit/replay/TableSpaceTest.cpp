#include "alt/Replay.h"
#include <gmock/gmock.h>
#include <set>

using namespace alt;

namespace {
std::vector<Knob> twoKnobs() {
  return {{"a", Knob::Kind::ordinal, {1, 2, 4, 8}, {}}, {"b", Knob::Kind::ordinal, {1, 2, 4}, {}}};
}
} // namespace

TEST(TableSpace, onlyListedPointsExist) {
  auto space = makeTableSpace(twoKnobs(), {{{0, 0}}, {{3, 2}}});
  EXPECT_TRUE(space->legal({{3, 2}}));
  EXPECT_FALSE(space->legal({{1, 1}}));
  EXPECT_EQ(space->size(), 2);
  Rng rng(1);
  for (int i = 0; i < 50; ++i)
    EXPECT_TRUE(space->legal(space->random(rng)));
}

TEST(TableSpace, neighboursDifferInOneKnobOrAreNearest) {
  auto space = makeTableSpace(twoKnobs(), {{{0, 0}}, {{3, 0}}, {{1, 1}}});
  Rng rng(1);
  std::set<Schedule> seen;
  for (int i = 0; i < 100; ++i)
    seen.insert(space->neighbour({{0, 0}}, rng));
  EXPECT_EQ(seen, (std::set<Schedule>{{{3, 0}}, {{1, 1}}}));
}

TEST(TableSpace, aSpaceOfOnePointHasNowhereToGo) {
  auto space = makeTableSpace(twoKnobs(), {{{0, 0}}});
  Rng rng(1);
  EXPECT_EQ(space->neighbour({{0, 0}}, rng), (Schedule{{0, 0}}));
}

TEST(Replay, answersAsRecorded) {
  auto spaces = readRecordedSpaces(ALT_TEST_DATA "/../../data/pnpoly-rtx-3060-laptop.csv.gz");
  ASSERT_TRUE(spaces) << spaces.error().message;
  const RecordedSpace &recorded = spaces->front();
  EXPECT_EQ(recorded.space->points().size(), 4092u);
  EXPECT_EQ(recorded.pointsWithin(0.05), 39u);
  ReplayMeasurer measurer(recorded);
  auto points = recorded.space->points();
  std::vector<Schedule> two{points[5], points[0]};
  auto answers = measurer.measure(two);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].seconds(), recorded.measurements[5].seconds());
  EXPECT_EQ(answers[1].seconds(), recorded.measurements[0].seconds());
}

TEST(Replay, stopsWhenAsked) {
  auto space = std::make_shared<RecordedSpace>();
  space->space = makeTableSpace(twoKnobs(), {{{0, 0}}});
  space->measurements.resize(1);
  std::stop_source stop;
  stop.request_stop();
  std::vector<Schedule> one{{{0, 0}}};
  EXPECT_TRUE(ReplayMeasurer(*space).measure(one, stop.get_token()).empty());
}
