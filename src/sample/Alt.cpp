#include "sample/Alt.h"
#include "model/GaussianProcess.h"
#include "model/ValidityFilter.h"
#include "sample/Coordinates.h"
#include "sample/Coverage.h"
#include "sample/History.h"
#include "sample/Labels.h"
#include "sample/Proximity.h"
#include "sample/Visited.h"
#include "sample/WarmStart.h"
#include <algorithm>
#include <cmath>

namespace alt {
namespace {

/// log of the expected improvement of N(mean, deviation) over `best`; monotone where EI underflows.
double logExpectedImprovement(double mean, double deviation, double best) {
  deviation = std::max(deviation, 1e-6);
  double z = (mean - best) / deviation;
  double density = std::exp(-0.5 * z * z) * 0.3989422804014327;
  double cumulative = 0.5 * std::erfc(-z * 0.7071067811865476);
  double improvement = z * cumulative + density;
  if (z < -25 || improvement <= 0) // its asymptote: density / z^2
    return std::log(deviation) - 0.5 * z * z - 0.9189385332046727 - 2 * std::log(-z);
  return std::log(deviation) + std::log(improvement);
}

class AltSampler final : public Sampler {
public:
  AltSampler(const SamplerContext &context, const AltOptions &options)
      : options(options), visited(context.space), coverage(context.space),
        history(context.features), pool(context, options.pool), coordinates(context.space),
        process(coordinates.named(), {}),
        warm({context.space, context.features, options.prior ? context.prior : nullptr},
             options.analytic, options.spread) {
    if (options.initial == 0)
      this->options.initial = warm.expects() ? 8 : 4;
  }

  // One turn of the method, in order.
  std::vector<Schedule> ask(size_t count, Rng &rng) override {
    std::vector<Schedule> batch;
    if (asked() < options.initial || !history.anyRan()) {
      startWarm(count, batch, rng);
      coverage.fill(batch, count, visited, rng);
    } else {
      std::vector<size_t> taught = teachers();
      pool.refresh(history.fastestSchedules(options.pool.parents), toCompare(taught), visited, rng);
      predict(taught, rng);
      select(count, batch);
      visited.fill(batch, count, rng); // what no turn could choose
    }
    pending.insert(pending.end(), batch.begin(), batch.end());
    return batch;
  }

  void tell(std::span<const Observation> observations) override {
    for (const Observation &observation : observations) {
      if (visited.insert(observation.schedule))
        coverage.add(observation.schedule);
      std::erase(pending, observation.schedule);
      history.add(observation);
      warm.tell(history.rows.row(history.size() - 1));
      if (double seconds = history.seconds.back(); seconds < 0.995 * best) {
        best = seconds;
        lastGain = history.size();
      }
    }
  }

  /// Small batches learn more from each trial, large ones keep builders and the timer busy at the
  /// same time. About half a second of trials between two refits does both; from the answers alone,
  /// so that a replay proposes what the run did.
  size_t preferredBatch() const override {
    if (asked() < options.initial)
      return options.initial - asked();
    if (options.batch > 0)
      return options.batch;
    return size_t(std::clamp(std::ceil(0.5 / std::max(history.costOfATrial(), 1e-3)), 1.0, 8.0));
  }

private:
  size_t asked() const { return history.size() + pending.size(); }

  /// The first batch by what is expected, if anything; the rest of it stays spread over the space.
  void startWarm(size_t count, std::vector<Schedule> &batch, Rng &rng) {
    size_t share = size_t(options.priorShare * double(count) + 0.5);
    for (Schedule &schedule : warm.firstBatch(share, options.initial, options.defaultFirst, rng))
      if (visited.insert(schedule)) {
        coverage.add(schedule);
        batch.push_back(std::move(schedule));
      }
  }

  std::vector<float> labels() const {
    std::vector<float> labels = rankLabels(history.seconds),
                       throughput = throughputLabels(history.seconds);
    for (size_t i = 0; i < labels.size(); ++i)
      labels[i] += float(1 - options.rankShare) * (throughput[i] - labels[i]);
    return labels;
  }

  /// All told schedules; of very many the fastest half and the latest half of what a refit can
  /// bear.
  std::vector<size_t> teachers() const {
    std::vector<size_t> chosen;
    size_t latest = history.size();
    if (history.size() > options.maxRows) {
      chosen = history.fastest(options.maxRows / 2);
      latest = options.maxRows / 2;
    }
    for (size_t i = history.size() - latest; i < history.size(); ++i)
      chosen.push_back(i);
    std::sort(chosen.begin(), chosen.end());
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    return chosen;
  }

  /// Whose distance a pool asks for: of all, but one that is drawn anew is compared with no more
  /// than the models know.
  std::span<const Schedule> toCompare(std::span<const size_t> taught) {
    if (pool.isWhole())
      return history.schedules;
    known.clear();
    for (size_t i : taught)
      known.push_back(history.schedules[i]);
    return known;
  }

  /// Fits the models to these answers and asks them about the whole pool.
  void predict(std::span<const size_t> from, Rng &rng) {
    std::vector<float> every = labels(), label, ran;
    warm.takeOut(every);
    Matrix taught(history.rows.columns);
    for (size_t i : from) {
      std::ranges::copy(history.rows.row(i), taught.addRow().begin());
      label.push_back(every[i]);
      ran.push_back(std::isfinite(history.seconds[i]) ? 1.0f : 0.0f);
    }
    CommitteeOptions committee = options.committee;
    if (!options.uncertainty)
      committee.members = 1;
    models = Committee::fit(taught, label, committee, rng);
    predictions = models.predict(pool.features());
    proximity =
        options.proximity ? Proximity(models, Columns(taught), pool.features()) : Proximity();
    processSay = sayOfProcess();
    if (processSay > 0)
      consultProcess(from, label, rng);
    warm.putBack(pool.features(), predictions);
    ValidityFilter filter;
    if (options.filter)
      filter = ValidityFilter::fit(taught, ran, options.validity, rng);
    runs = filter.probabilities(pool.features());
  }

  /// The process knows more than trees of few answers, they know more than it of many: in [0, 1].
  double sayOfProcess() const {
    double end = options.uncertainty ? options.process : 0, faded = end - double(asked());
    return std::clamp(faded / (0.75 * end), 0.0, 1.0);
  }

  /// The mean goes half the way to what the process says. What was asked and is not known yet
  /// counts as measured.
  void consultProcess(std::span<const size_t> from, std::span<const float> label, Rng &rng) {
    std::vector<Schedule> schedules;
    for (size_t i : from)
      schedules.push_back(history.schedules[i]);
    if (options.diversity)
      schedules.insert(schedules.end(), pending.begin(), pending.end());
    process.fit(coordinates.of(schedules), label, rng);
    processSaid = process.predict(coordinates.of(pool.all()));
    for (size_t i = 0; i < pool.size(); ++i)
      predictions[i].mean += float(0.5 * processSay) * (processSaid[i].mean - predictions[i].mean);
  }

  /// How good a schedule is expected to be, failing included.
  double score(size_t i) const { return predictions[i].mean + std::log(runs[i]); }

  /// How much measuring it is expected to gain: where the models hope, and where they cannot know.
  double interest(size_t i) const {
    if (!options.uncertainty)
      return score(i);
    return logExpectedImprovement(predictions[i].mean, deviation(i), 1.0) +
           caution() * std::log(runs[i]);
  }

  /// The power of p. Where little is left to gain the logarithm of what is hoped for falls steeply
  /// from schedule to schedule, and p itself would decide nothing; but then a failure costs as much
  /// as ever: a multiple of a trial where it runs into a time-out, next to nothing where a compiler
  /// refuses.
  double caution() const {
    return 1 + options.caution * history.costOfAFailure() * double(asked() - lastGain);
  }

  /// What the models and the distance leave open; of few answers, what the process does.
  double open(size_t i) const {
    double trees = std::hypot(predictions[i].deviation, options.novelty * pool.novelty(i));
    return processSay > 0 ? std::hypot(std::sqrt(1 - processSay) * trees,
                                       std::sqrt(processSay) * processSaid[i].deviation)
                          : trees;
  }

  /// The same less what schedules that the models cannot tell from this one have already said.
  double deviation(size_t i) const { return open(i) * std::sqrt(1 - std::pow(proximity.of(i), 2)); }

  /// The ping-pong: turns by interest over the whole pool, and turns by score around the best.
  /// Where no neighbour may win, the score has the whole pool for some of these; the rest are
  /// pings.
  void select(size_t count, std::vector<Schedule> &batch) {
    if (options.diversity)
      for (const Schedule &schedule : pending)
        pool.choose(schedule);
    for (size_t turn = asked(); turn < asked() + count; ++turn) {
      size_t chosen = pool.size();
      if (isDue(options.localShare, turn)) {
        chosen = highest([&](size_t i) { return mayBeLocal(i) ? score(i) : -INFINITY; });
        if (chosen == pool.size() &&
            isDue(options.greedyShare, size_t(options.localShare * double(turn))))
          chosen = highest([&](size_t i) { return score(i); });
      }
      if (chosen == pool.size())
        chosen = highest([&](size_t i) { return interest(i); });
      if (chosen == pool.size())
        return; // nothing new is left in the pool
      visited.insert(pool[chosen]);
      batch.push_back(pool[chosen]);
      if (options.diversity) {
        pool.choose(pool[chosen]);
        proximity.choose(chosen);
        if (processSay > 0 && batch.size() < count)
          process.choose(chosen);
      }
    }
  }

  /// Near the best, and the best may be within two deviations.
  bool mayBeLocal(size_t i) const {
    return pool.isLocal(i) && (!options.adaptive || score(i) + 2 * open(i) >= 1);
  }

  /// So that turns [0, n) hold share * n of a kind, evenly spread.
  static bool isDue(double share, size_t turn) {
    return std::floor(share * double(turn + 1)) > std::floor(share * double(turn));
  }

  /// Of the pool's schedules that were not asked yet; pool.size() when none has a value. What
  /// proximity takes away is looked up for the few that could be chosen only: values never grow.
  template <class Value> size_t highest(Value value) {
    std::vector<std::pair<double, size_t>>
        heap; // numbered from the end: of equals the first is on top
    for (size_t i = 0; i < pool.size(); ++i)
      if (double v = value(i); v > -INFINITY)
        heap.emplace_back(v, pool.size() - i);
    std::make_heap(heap.begin(), heap.end());
    while (!heap.empty()) {
      std::pop_heap(heap.begin(), heap.end());
      size_t i = pool.size() - heap.back().second;
      heap.pop_back();
      if (visited.contains(pool[i]))
        continue;
      if (!proximity.settle(i))
        return i;
      if (double v = value(i); v > -INFINITY) {
        heap.emplace_back(v, pool.size() - i);
        std::push_heap(heap.begin(), heap.end());
      }
    }
    return pool.size();
  }

  AltOptions options;
  Visited visited;
  Coverage coverage;
  History history;
  Pool pool;
  Coordinates coordinates;
  GaussianProcess process;
  WarmStart warm;
  Committee models;
  Proximity proximity;
  std::vector<Committee::Prediction> predictions;     ///< one a schedule of the pool
  std::span<const Committee::Prediction> processSaid; ///< likewise, while it has a say
  double processSay = 0;                              ///< this turn
  std::vector<float> runs;                            ///< likewise: the probability to run
  std::vector<Schedule> known;                        ///< those that the models were fitted to
  std::vector<Schedule> pending;                      ///< asked for and not told yet
  double best = INFINITY;                             ///< seconds
  size_t lastGain = 0; ///< how many were told when it last fell by half a percent
};

} // namespace

void bind(OptionTable &b, AltOptions &o) {
  b("initial", &o.initial, "trials before the first model; 0: 8 that promise something, else 4");
  b("batch", &o.batch, "trials between refits; 0: from what a trial costs");
  b("pool", &o.pool.random, "random candidates scored at each refit of a space that is not listed");
  b("listed", &o.pool.listed, "most points of a listed space that is scored whole");
  b("parents", &o.pool.parents, "best schedules whose neighbours join the pool");
  b("incumbents", &o.pool.incumbents, "best schedules around which the score's share is chosen");
  b("local", &o.localShare, "share of the turns that goes to the incumbents' neighbours");
  b("adaptive", &o.adaptive,
    "turns around the best for which no neighbour may win go to the whole pool");
  b("greedy", &o.greedyShare, "share of these that take the best score of the whole pool instead");
  b("filter", &o.filter, "weigh by the predicted probability to run");
  b("caution", &o.caution,
    "power of p added for each trial without a gain, times what a failure costs in trials");
  b("uncertainty", &o.uncertainty, "expected improvement of a committee; off: one model's score");
  b("novelty", &o.novelty, "deviation that distance from all measured schedules is worth");
  b("process", &o.process,
    "trials until which a Gaussian process has a say, from a quarter of them on less; 0: none");
  b("diversity", &o.diversity,
    "what a batch already holds counts as measured for novelty, proximity and the process");
  b("proximity", &o.proximity, "less deviation where the models see what was measured already");
  b("rank", &o.rankShare, "share of the rank in the label; the rest is throughput");
  b("max-rows", &o.maxRows, "trials that the models are fitted to: the fastest and the latest");
  b("trees", &o.committee.boosting.trees, "boosted trees of each member");
  b("depth", &o.committee.boosting.depth, "their depth");
  b("prior", &o.prior, "start from other kernels' records; off: cold");
  b("analytic", &o.analytic, "without any: start from the analytic cost of the loop nest");
  b("default", &o.defaultFirst, "with either, the compiler's default schedule first");
  b("spread", &o.spread, "what being far apart is worth among the cost's first choices");
  b("prior-share", &o.priorShare, "share of the first trials that the prior or the cost chooses");
  b("members", &o.committee.members, "models in the committee");
}

std::unique_ptr<Sampler> makeAltSampler(const SamplerContext &context, const AltOptions &options) {
  return std::make_unique<AltSampler>(context, options);
}

} // namespace alt
