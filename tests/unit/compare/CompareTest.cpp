#include "alt/Compare.h"
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace alt;
using testing::HasSubstr;

namespace {
std::vector<Arena> pnpoly() {
  auto spaces = *readRecordedSpaces(ALT_TEST_DATA "/../../data/pnpoly-rtx-3060-laptop.csv.gz");
  return {arenaOf(std::make_shared<const RecordedSpace>(std::move(spaces.front())))};
}
CompareOptions small() {
  CompareOptions options;
  options.tuners = {"random", "annealing", "autotvm"};
  options.seeds = 4;
  options.trials = 60;
  options.ownTime = false;
  return options;
}
/// Two tuners whose runs are known: the first needs 10 and 20 trials, the other 30 and 60.
Comparison byHand() {
  Comparison comparison;
  comparison.options.tuners = {"quick", "slow"};
  comparison.options.baselines = {"slow"};
  comparison.options.seeds = 2;
  comparison.options.trials = 100;
  comparison.spaces = {{"a", "knobs-1", 1000, 1000, 3, 1.0, 100}};
  unsigned trials[] = {10, 20, 30, 60};
  for (unsigned i = 0; i < 4; ++i) {
    CompareRun run{0, i / 2, i % 2, {}, {}, {}, i / 2 ? 8u : 2u, i / 2 ? 4.0 : 1.0, 0.1};
    for (unsigned trial = 1; trial <= 100; ++trial) {
      run.quality.push_back(trial < trials[i] ? 0.5f : 0.97f);
      run.clock.push_back(float(trial) * 0.5f);
      run.failedClock.push_back(trial < 40 ? 0.25f : float(run.failedSeconds));
    }
    comparison.runs.push_back(std::move(run));
  }
  return comparison;
}
} // namespace

TEST(Metrics, trialsSecondsAndTheCap) {
  Comparison comparison = byHand();
  EXPECT_EQ(metricOf(comparison, comparison.runs[0], "trials_to_5pct"), 10);
  EXPECT_EQ(metricOf(comparison, comparison.runs[0], "seconds_to_5pct"), 5);
  EXPECT_EQ(metricOf(comparison, comparison.runs[0], "trials_to_1pct"), 100); // not reached
  EXPECT_EQ(metricOf(comparison, comparison.runs[0], "seconds_to_1pct"), 100);
  EXPECT_EQ(metricOf(comparison, comparison.runs[0], "failed_seconds_to_5pct"), 0.25);
  EXPECT_EQ(metricOf(comparison, comparison.runs[3], "failed_seconds_to_5pct"), 4);
}

TEST(Metrics, ratiosAreOfMeansWithAnIntervalAround) {
  Comparison comparison = byHand();
  for (const Ratio &ratio : ratios(comparison))
    if (ratio.metric == "trials_to_5pct") {
      EXPECT_NEAR(ratio.geomean, 90.5 / 30.5, 1e-9);
      EXPECT_LE(ratio.low, ratio.geomean);
      EXPECT_GE(ratio.high, ratio.geomean);
    }
  EXPECT_NEAR(ratioOn(comparison, 0, 0, 1, "failed_seconds"), 8.5 / 2.5, 1e-9);
}

TEST(Metrics, degenerateSpacesAreLeftOutOfTheMean) {
  Comparison comparison = byHand();
  comparison.spaces[0].within5 = 50; // a twentieth of the points
  EXPECT_EQ(ratios(comparison)[0].geomean, 1);
  EXPECT_EQ(ratios(comparison)[0].spaces, 0u);
}

TEST(Metrics, whereNothingFailsNobodyFailsLess) {
  Comparison comparison = byHand();
  auto failures = [&] {
    for (const Ratio &ratio : ratios(comparison))
      if (ratio.metric == "failed_seconds")
        return ratio.geomean;
    return 0.0;
  };
  double before = failures();
  EXPECT_NEAR(before, 8.5 / 2.5, 1e-9);
  comparison.spaces.push_back(comparison.spaces[0]);
  for (unsigned i = 0; i < 4; ++i) {
    CompareRun run = comparison.runs[i];
    run.space = 1;
    run.failedSeconds = 0;
    comparison.runs.push_back(std::move(run));
  }
  EXPECT_EQ(failures(), before);
}

TEST(Compare, isTheSameForTheSameSeedAndAnyNumberOfJobs) {
  auto spaces = pnpoly();
  CompareOptions options = small();
  auto one = compare(spaces, options);
  options.jobs = 2;
  auto two = compare(spaces, options);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(compareJson(*one), compareJson(*two));
  options.seed = 2;
  EXPECT_NE(compareJson(*one), compareJson(*compare(spaces, options)));
}

TEST(Compare, stoppingNearTheBestChangesNothingBeforeThat) {
  auto spaces = pnpoly();
  CompareOptions options = small();
  options.tuners = {"alt"};
  options.trials = 200;
  auto whole = compare(spaces, options);
  for (double within : {0.0, 5.0}) {
    options.stopWithin = within;
    auto ended = compare(spaces, options);
    ASSERT_TRUE(whole && ended);
    size_t shorter = 0;
    for (size_t i = 0; i < ended->runs.size(); ++i) {
      const std::vector<float> &all = whole->runs[i].quality, &some = ended->runs[i].quality;
      EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin()));
      float goal = float(1 - within / 100);
      if (some.size() < all.size()) {
        ++shorter;
        EXPECT_GE(some.back(), goal);
        EXPECT_LE(some.back(), 1);
        EXPECT_TRUE(some.size() <= 8 || some[some.size() - 9] < goal); // a batch at most
      }
    }
    EXPECT_GT(shorter, 0u);
  }
}

TEST(Compare, jsonHasRatiosAndARowForEachSpaceTunerAndMetric) {
  auto spaces = pnpoly();
  auto comparison = compare(spaces, small());
  ASSERT_TRUE(comparison);
  auto document = nlohmann::json::parse(compareJson(*comparison));
  ASSERT_FALSE(document["ratios"].empty());
  const auto &ratio = document["ratios"][0];
  for (const char *key : {"tuner", "baseline", "metric", "geomean", "low", "high"})
    EXPECT_TRUE(ratio.contains(key)) << key;
  EXPECT_EQ(ratio["baseline"], "autotvm");
  size_t rows = 0;
  for (const auto &row : document["rows"])
    rows += row["metric"] == "trials_to_5pct";
  EXPECT_EQ(rows, 3u);
}

TEST(Compare, htmlHasACurveForEachTunerAndNothingFromElsewhere) {
  auto spaces = pnpoly();
  auto comparison = compare(spaces, small());
  std::string page = compareHtml(*comparison);
  size_t curves = 0;
  for (size_t at = 0; (at = page.find("class='curve'", at)) != std::string::npos; ++at)
    ++curves;
  EXPECT_EQ(curves, 3u);
  EXPECT_THAT(page, testing::Not(HasSubstr("src=")));
  EXPECT_THAT(page, testing::Not(HasSubstr("http")));
}

// A live kernel: what is the best is known only when all runs are over, and each schedule's answer
// is the same for all of them.
TEST(Compare, aSpaceThatGrowsIsJudgedByTheBestThatAnybodyFound) {
  Arena arena = pnpoly().front();
  class Counting final : public Measurer {
  public:
    explicit Counting(std::shared_ptr<Measurer> inner) : inner(std::move(inner)) {}
    std::vector<Measurement> measure(std::span<const Schedule> s, std::stop_token stop) override {
      auto answers = inner->measure(s, stop);
      for (const Measurement &each : answers)
        seconds.push_back(each.seconds().count());
      return answers;
    }
    std::shared_ptr<Measurer> inner;
    std::vector<double> seconds;
  };
  auto counting = std::make_shared<Counting>(arena.measurer);
  arena.measurer = counting;
  arena.seconds = [counting] { return counting->seconds; };
  auto comparison = compare({{arena}}, small());
  ASSERT_TRUE(comparison);
  const ComparedSpace &space = comparison->spaces[0];
  EXPECT_EQ(space.measured, 3u * 4 * 60);
  EXPECT_EQ(space.points, arena.space->size());
  EXPECT_EQ(space.bestSeconds, *std::ranges::min_element(counting->seconds));
  float best = 0;
  for (const CompareRun &run : comparison->runs)
    best = std::max(best, run.quality.back());
  EXPECT_EQ(best, 1.0f);
}

TEST(Compare, aMachineThatBreaksEndsIt) {
  Arena arena = pnpoly().front();
  arena.failure = [] { return Error{ErrorKind::io, "alt-runner is gone."}; };
  auto comparison = compare({{arena}}, small());
  ASSERT_FALSE(comparison);
  EXPECT_EQ(comparison.error().message, "alt-runner is gone.");
}

TEST(Compare, refusesUnknownTunersAndOptions) {
  auto spaces = pnpoly();
  CompareOptions options = small();
  options.tuners = {"autotvn"};
  auto wrong = compare(spaces, options);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("did you mean 'autotvm'"));
  options.tuners = {"alt:bath=4"};
  EXPECT_FALSE(compare(spaces, options));
  options.tuners = {"random:batch=4"};
  EXPECT_FALSE(compare(spaces, options));
}

TEST(Compare, stopsWhenAskedAndSaysSo) {
  auto spaces = pnpoly();
  std::stop_source stop;
  stop.request_stop();
  auto comparison = compare(spaces, small(), {}, stop.get_token());
  ASSERT_TRUE(comparison);
  EXPECT_FALSE(comparison->complete);
  EXPECT_FALSE(compareText(*comparison).empty());
}
