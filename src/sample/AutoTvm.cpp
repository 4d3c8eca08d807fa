// AutoTVM's XGBTuner (Chen et al., NeurIPS 2018; TVM v0.19's autotvm/tuner): plans of 64 found by
// simulated annealing on an XGBoost model that is new at each refit, the first 64 random, the last
// 3 of each plan random. Its features are TVM's own; ours stand in for them.
#include "sample/AutoTvm.h"
#include "model/XGBoost.h"
#include "sample/History.h"
#include "sample/Labels.h"
#include "sample/Visited.h"
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace alt {
namespace {

constexpr size_t planSize = 64, chains = 128;
constexpr size_t randomTail = 3; ///< int(0.05 * 64)
constexpr unsigned annealingSteps = 500, annealingPatience = 50;
constexpr unsigned maxRounds = 8000, roundsPatience = 20;

/// TVM's a-recall@n: how early the n best labels come when sorted by prediction, averaged.
double averageRecall(std::span<const float> predictions, std::span<const float> labels, size_t n) {
  std::vector<size_t> byLabel(labels.size()), byPrediction(labels.size());
  std::iota(byLabel.begin(), byLabel.end(), 0);
  byPrediction = byLabel;
  std::stable_sort(byLabel.begin(), byLabel.end(),
                   [&](size_t a, size_t b) { return labels[a] > labels[b]; });
  std::stable_sort(byPrediction.begin(), byPrediction.end(),
                   [&](size_t a, size_t b) { return predictions[a] > predictions[b]; });
  std::vector<bool> isTop(labels.size());
  n = std::min(n, labels.size());
  for (size_t i = 0; i < n; ++i)
    isTop[byLabel[i]] = true;
  double found = 0, sum = 0;
  for (size_t i = 0; i < n; ++i) {
    found += isTop[byPrediction[i]];
    sum += found / double(n);
  }
  return sum / double(n);
}

class AutoTvmSampler final : public Sampler {
public:
  AutoTvmSampler(const SamplerContext &context, AutoTvmLoss loss)
      : space(context.space), loss(loss), visited(context.space), history(context.features) {}

  std::vector<Schedule> ask(size_t count, Rng &rng) override {
    if (history.size() >= planSize * (refits + 1) && history.anyRan()) {
      ++refits;
      anneal(fit(), rng);
    }
    std::vector<Schedule> batch;
    while (batch.size() < count) {
      if (std::optional<Schedule> next = fromPlan(); next || (next = visited.drawNew(rng)))
        batch.push_back(std::move(*next));
      else
        break;
    }
    return batch;
  }

  void tell(std::span<const Observation> observations) override {
    for (const Observation &observation : observations) {
      visited.insert(observation.schedule);
      history.add(observation);
    }
  }

private:
  std::optional<Schedule> fromPlan() {
    while (planned + randomTail < plan.size())
      if (Schedule &next = plan[planned++].schedule; visited.insert(next))
        return std::move(next);
    return std::nullopt;
  }

  XGBoost fit() const {
    std::vector<float> labels = throughputLabels(history.seconds);
    XGBoost model(history.rows, labels,
                  {{"objective", loss == AutoTvmLoss::rank ? "rank:pairwise" : "reg:squarederror"},
                   {"max_depth", "3"},
                   {"gamma", "0.0001"},
                   {"min_child_weight", "1"},
                   {"subsample", "1.0"},
                   {"eta", "0.3"},
                   {"lambda", "1.0"},
                   {"alpha", "0"}});
    double best = -1;
    for (unsigned round = 0, lastGain = 0; round < maxRounds && round < lastGain + roundsPatience;
         ++round) {
      model.grow();
      if (double recall = averageRecall(model.trainingPredictions(), labels, planSize);
          recall > best) {
        best = recall;
        lastGain = round;
      }
    }
    return model;
  }

  struct Scored {
    Schedule schedule;
    float score = 0;
  };

  std::vector<float> scores(const XGBoost &model, std::span<const Schedule> schedules) const {
    return model.predict(history.featuresOf(schedules));
  }

  /// Fills the plan with the best unseen schedules that the chains come across.
  void anneal(const XGBoost &model, Rng &rng) {
    while (heads.size() < chains)
      heads.push_back(space.random(rng));
    std::vector<float> headScores = scores(model, heads);
    plan.clear();
    planned = 0;
    std::set<Schedule> inPlan;
    auto worse = [](const Scored &a, const Scored &b) { return a.score > b.score; };
    auto offer = [&](const Schedule &schedule, float score) {
      if (plan.size() == planSize && score <= plan.front().score)
        return false;
      if (visited.contains(schedule) || !inPlan.insert(schedule).second)
        return false;
      if (plan.size() == planSize) {
        std::pop_heap(plan.begin(), plan.end(), worse);
        inPlan.erase(plan.back().schedule);
        plan.pop_back();
      }
      plan.push_back({schedule, score});
      std::push_heap(plan.begin(), plan.end(), worse);
      return true;
    };
    for (size_t c = 0; c < chains; ++c)
      offer(heads[c], headScores[c]);
    std::uniform_real_distribution<double> uniform(0, 1);
    double temperature = 1, cooling = 1.0 / (annealingSteps + 1);
    unsigned lastChange = 0;
    for (unsigned step = 0; step < annealingSteps && step < lastChange + annealingPatience;
         ++step, temperature -= cooling) {
      std::vector<Schedule> moved;
      for (const Schedule &head : heads)
        moved.push_back(space.neighbour(head, rng));
      std::vector<float> movedScores = scores(model, moved);
      for (size_t c = 0; c < chains; ++c) {
        double gain = (movedScores[c] - headScores[c]) / (temperature + 1e-5);
        if (offer(moved[c], movedScores[c]))
          lastChange = step;
        if (uniform(rng) < std::exp(std::min(gain, 1.0))) {
          heads[c] = std::move(moved[c]);
          headScores[c] = movedScores[c];
        }
      }
    }
    std::sort(plan.begin(), plan.end(), worse);
  }

  const SearchSpace &space;
  AutoTvmLoss loss;
  Visited visited;
  History history;
  size_t refits = 0;
  std::vector<Schedule> heads; ///< of the chains, kept between plans
  std::vector<Scored> plan;
  size_t planned = 0; ///< how much of it was asked
};

} // namespace

std::unique_ptr<Sampler> makeAutoTvmSampler(const SamplerContext &context, AutoTvmLoss loss) {
  return std::make_unique<AutoTvmSampler>(context, loss);
}

} // namespace alt
