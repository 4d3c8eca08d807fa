#include "model/GaussianProcess.h"
#include <gtest/gtest.h>

using namespace alt;

namespace {

/// Answers that follow the first axis; the second does nothing, the third has names.
struct GaussianProcessTest : testing::Test {
  std::mt19937_64 rng{1};
  GaussianProcess process{{false, false, true}, {}};

  static Columns columns(const std::vector<std::array<float, 3>> &points) {
    Matrix rows(points.size(), 3);
    for (size_t i = 0; i < points.size(); ++i)
      std::ranges::copy(points[i], rows.row(i).begin());
    return Columns(rows);
  }
  void learn(const std::vector<std::array<float, 3>> &points) {
    std::vector<float> answers;
    for (const auto &point : points)
      answers.push_back(point[0]);
    for (int fits = 0; fits < 5; ++fits) // each moves the draws on
      process.fit(columns(points), answers, rng);
  }
  /// 30 points that fill the space without a grid.
  static std::vector<std::array<float, 3>> thirty() {
    std::vector<std::array<float, 3>> points;
    for (int i = 0; i < 30; ++i)
      points.push_back({float(i * 7 % 30) / 29, float(i * 11 % 30) / 29, float(i % 3)});
    return points;
  }
};

TEST_F(GaussianProcessTest, saysOfAPointWhatWasAnsweredThere) {
  learn({{0, 0, 0}, {1, 0, 0}, {0.5, 1, 1}});
  auto said = process.predict(columns({{0, 0, 0}, {1, 0, 0}, {0.5, 1, 1}}));
  EXPECT_NEAR(said[0].mean, 0, 0.1);
  EXPECT_NEAR(said[1].mean, 1, 0.1);
  EXPECT_NEAR(said[2].mean, 0.5, 0.1);
}

TEST_F(GaussianProcessTest, knowsLessTheFartherFromThePoints) {
  learn({{0.1f, 0, 0}, {0.2f, 0.1f, 0}, {0, 0.2f, 0}});
  auto said = process.predict(columns({{0.1f, 0, 0}, {0.4f, 0.2f, 0}, {1, 1, 0}, {1, 1, 1}}));
  for (size_t i = 0; i + 1 < said.size(); ++i)
    EXPECT_LT(said[i].deviation, said[i + 1].deviation) << i;
}

TEST_F(GaussianProcessTest, findsOutWhichAxesMatter) {
  learn(thirty());
  auto said =
      process.predict(columns({{0.5f, 0.5f, 0}, {0.5f, 0.5f, 2}, {0.5f, 0, 0}, {1, 0.5f, 0}}));
  EXPECT_NEAR(said[0].mean, 0.5, 0.05);
  EXPECT_NEAR(said[1].mean, said[0].mean, 0.05) << "another name";
  EXPECT_NEAR(said[2].mean, said[0].mean, 0.05) << "elsewhere on the axis that does nothing";
  EXPECT_NEAR(said[3].mean, 1, 0.1);
}

TEST_F(GaussianProcessTest, whatIsChosenLeavesLessOpenAndTheMeansAsTheyWere) {
  learn({{0, 0, 0}, {1, 0, 0}, {0.5, 1, 1}});
  Columns rows = columns({{0.5f, 0.5f, 2}, {0.6f, 0.5f, 2}, {0, 0, 0}});
  auto said = process.predict(rows);
  std::vector<Committee::Prediction> before(said.begin(), said.end());
  process.choose(0);
  said = process.predict(rows);
  EXPECT_EQ(said[0].deviation, before[0].deviation) << "a new question starts from what was fitted";
  process.choose(0);
  for (size_t i = 0; i < said.size(); ++i)
    EXPECT_EQ(said[i].mean, before[i].mean);
  EXPECT_LT(said[0].deviation, 0.6f * before[0].deviation);
  EXPECT_LT(said[1].deviation, 0.7f * before[1].deviation);
  EXPECT_NEAR(said[2].deviation, before[2].deviation, 0.01);
}

TEST_F(GaussianProcessTest, aPointWithoutAnAnswerIsLikeOneThatWasChosen) {
  std::vector<std::array<float, 3>> points{{0, 0, 0}, {1, 0, 0}, {0.5, 1, 1}, {0.2f, 0.7f, 2}};
  std::vector<float> answers{0, 1, 0.5f};
  Columns rows = columns({{0.2f, 0.7f, 2}, {0.4f, 0.6f, 2}});
  ProcessOptions still{.steps = 0}; // one step is the least: the same one for both
  GaussianProcess waiting({false, false, true}, still), chosen({false, false, true}, still);
  std::mt19937_64 one(1), two(1);
  waiting.fit(columns(points), answers, one);
  points.pop_back();
  chosen.fit(columns(points), answers, two);
  auto first = waiting.predict(rows), second = chosen.predict(rows);
  EXPECT_LT(first[1].deviation, second[1].deviation);
  chosen.choose(0);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(first[i].mean, second[i].mean, 1e-4);
    EXPECT_NEAR(first[i].deviation, second[i].deviation, 1e-3);
  }
}

TEST_F(GaussianProcessTest, bearsThePointThatIsAskedTwice) {
  std::vector<std::array<float, 3>> points(40, {0.5f, 0.5f, 0});
  std::vector<float> answers;
  for (size_t i = 0; i < points.size(); ++i)
    answers.push_back(i % 2 ? 0.4f : 0.6f);
  process.fit(columns(points), answers, rng);
  auto said = process.predict(columns({{0.5f, 0.5f, 0}, {0, 0, 1}}));
  EXPECT_NEAR(said[0].mean, 0.5, 0.02);
  EXPECT_GT(said[1].deviation, said[0].deviation);
}

} // namespace
