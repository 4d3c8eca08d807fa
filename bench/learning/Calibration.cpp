// Do the predictors know what they do not know? On each recorded space the models are fitted to
// random trials and asked about all the others: error against spread, and predicted against
// observed share that runs. Usage: learner-calibration SPACE...
#include "alt/Replay.h"
#include "model/ValidityFilter.h"
#include "sample/Alt.h"
#include "sample/Labels.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

using namespace alt;

namespace {

struct Sums {
  double count = 0, squares = 0, variance = 0, inOne = 0, inTwo = 0;
  void add(double error, double deviation) {
    ++count;
    squares += error * error;
    variance += deviation * deviation;
    inOne += std::fabs(error) <= deviation;
    inTwo += std::fabs(error) <= 2 * deviation;
  }
  void print(const char *what) const {
    std::printf(
        "  %-22s error %.3f, its deviation %.3f; within one %2.0f %%, within two %2.0f %%\n", what,
        std::sqrt(squares / count), std::sqrt(variance / count), 100 * inOne / count,
        100 * inTwo / count);
  }
};

/// Predicted and observed share that runs, for ten ranges of the prediction; log losses.
struct Reliability {
  double predicted[10] = {}, ran[10] = {}, count[10] = {}, loss = 0, baseLoss = 0;
  void add(double p, bool didRun, double rate) {
    size_t bin = std::min<size_t>(9, size_t(p * 10));
    predicted[bin] += p;
    ran[bin] += didRun;
    ++count[bin];
    auto lossOf = [&](double q) { return -std::log(std::clamp(didRun ? q : 1 - q, 1e-3, 1.0)); };
    loss += lossOf(p);
    baseLoss += lossOf(rate);
  }
  void print() const {
    double all = std::accumulate(count, count + 10, 0.0), gap = 0;
    if (all == 0)
      return;
    for (size_t b = 0; b < 10; ++b)
      gap += std::fabs(predicted[b] - ran[b]) / all;
    std::printf(
        "  runs?                  mean gap of predicted and observed %.3f; log loss %.3f, of "
        "the mere rate %.3f\n",
        gap, loss / all, baseLoss / all);
  }
};

void judge(const RecordedSpace &recorded, size_t trials, unsigned seeds) {
  auto points = recorded.space->points();
  auto features = makeKnobFeatures(*recorded.space);
  Novelty novelty(*recorded.space);
  AltOptions options;
  Sums models, both;
  Reliability reliability;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    Rng rng(seed);
    std::vector<size_t> order(points.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), rng);
    Matrix rows(features->names().size());
    std::vector<double> seconds;
    std::vector<float> ran;
    for (size_t i = 0; i < trials; ++i) {
      features->extract(points[order[i]], rows.addRow());
      seconds.push_back(recorded.measurements[order[i]].seconds().count());
      ran.push_back(recorded.measurements[order[i]].ok() ? 1.0f : 0.0f);
    }
    double best = *std::ranges::min_element(seconds);
    // Throughput alone: a rank among the told ones is not defined for the others.
    Committee committee = Committee::fit(rows, throughputLabels(seconds), options.committee, rng);
    ValidityFilter filter = ValidityFilter::fit(rows, ran, options.validity, rng);
    double rate = std::accumulate(ran.begin(), ran.end(), 0.0) / double(trials);
    std::vector<float> row(rows.columns);
    for (size_t i = trials; i < std::min(points.size(), trials + 1500); ++i) {
      const Measurement &truth = recorded.measurements[order[i]];
      features->extract(points[order[i]], row);
      if (!filter.empty())
        reliability.add(filter.probability(row), truth.ok(), rate);
      if (!truth.ok())
        continue;
      float nearest = 1;
      for (size_t told = 0; told < trials; ++told)
        nearest = std::min(nearest, novelty.distance(points[order[i]], points[order[told]]));
      Committee::Prediction p = committee.predict(row);
      double error = best / truth.seconds().count() - p.mean;
      models.add(error, p.deviation);
      both.add(error, std::hypot(double(p.deviation), options.novelty * nearest));
    }
  }
  std::printf("%s, %zu random trials\n", recorded.name.c_str(), trials);
  models.print("models' spread alone");
  both.print("with the novelty");
  reliability.print();
}

} // namespace

int main(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    auto spaces = readRecordedSpaces(argv[i]);
    if (!spaces) {
      std::fprintf(stderr, "error: %s\n", spaces.error().message.c_str());
      return 1;
    }
    for (const RecordedSpace &recorded : *spaces)
      for (size_t trials : {50, 200})
        judge(recorded, trials, 5);
  }
}
