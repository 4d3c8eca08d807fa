#include "sample/Alt.h"
#include "model/ValidityFilter.h"
#include "sample/Labels.h"
#include "sample/Visited.h"
#include <algorithm>
#include <cmath>
#include <numeric>

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

struct Candidate {
  Schedule schedule;
  bool local = false;  ///< one move away from an incumbent
  double score = 0;    ///< mean, weighed by the probability to run
  double interest = 0; ///< log expected improvement, weighed likewise
};

class AltSampler final : public Sampler {
public:
  AltSampler(const SamplerContext &context, const AltOptions &options)
      : space(context.space), features(context.features), options(options), visited(context.space),
        rows(context.features.names().size()) {}

  // One turn of the method, in order.
  std::vector<Schedule> ask(size_t count, Rng &rng) override {
    std::vector<Schedule> batch;
    if (seconds.size() >= options.initial && valid > 0) {
      Models models = fit(rng);
      std::vector<Candidate> pool = gather(rng);
      score(pool, models);
      select(pool, count, batch);
    }
    fillAtRandom(count, batch, rng);
    return batch;
  }

  void tell(std::span<const Observation> observations) override {
    for (const Observation &observation : observations) {
      visited.insert(observation.schedule);
      features.extract(observation.schedule, rows.addRow());
      schedules.push_back(observation.schedule);
      seconds.push_back(observation.measurement.seconds().count());
      const PhaseTimes &times = observation.measurement.spent;
      spent += (times.build + times.check + times.run).count();
      valid += observation.measurement.ok();
    }
  }

  /// Small batches learn more from each trial, large ones keep builders and the timer busy at the
  /// same time. About half a second of trials between two refits does both; from the answers alone,
  /// so that a replay proposes what the run did.
  size_t preferredBatch() const override {
    if (seconds.size() < options.initial)
      return options.initial - seconds.size();
    if (options.batch > 0)
      return options.batch;
    double trial = spent / double(seconds.size());
    return size_t(std::clamp(std::ceil(0.5 / std::max(trial, 1e-3)), 2.0, 8.0));
  }

private:
  struct Models {
    Committee committee;
    ValidityFilter filter;
  };

  Models fit(Rng &rng) {
    Models models;
    CommitteeOptions committee = options.committee;
    if (!options.uncertainty)
      committee.members = 1;
    models.committee = Committee::fit(rows, labels(), committee, rng);
    if (options.filter)
      models.filter = ValidityFilter::fit(rows, ran(), options.validity, rng);
    return models;
  }

  std::vector<float> labels() const {
    std::vector<float> labels = rankLabels(seconds), throughput = throughputLabels(seconds);
    for (size_t i = 0; i < labels.size(); ++i)
      labels[i] += float(1 - options.rankShare) * (throughput[i] - labels[i]);
    return labels;
  }

  std::vector<float> ran() const {
    std::vector<float> labels;
    for (double each : seconds)
      labels.push_back(std::isfinite(each) ? 1.0f : 0.0f);
    return labels;
  }

  /// Random legal schedules and the best schedules' neighbours: spaces have up to 1e9 points.
  std::vector<Candidate> gather(Rng &rng) {
    std::vector<Candidate> pool;
    std::unordered_set<Schedule, ScheduleHash> inPool;
    auto add = [&](Schedule schedule, bool local) {
      if (!visited.contains(schedule) && inPool.insert(schedule).second)
        pool.push_back({std::move(schedule), local});
    };
    std::vector<size_t> best = fastest(options.parents);
    size_t moves = 4 * space.knobs().size();
    for (size_t b = 0; b < best.size(); ++b)
      for (size_t m = 0; m < moves; ++m)
        add(space.neighbour(schedules[best[b]], rng), b < options.incumbents);
    for (unsigned i = 0; i < options.pool; ++i)
      add(space.random(rng), false);
    return pool;
  }

  std::vector<size_t> fastest(size_t count) const {
    std::vector<size_t> order(seconds.size());
    std::iota(order.begin(), order.end(), 0);
    std::erase_if(order, [&](size_t i) { return !std::isfinite(seconds[i]); });
    count = std::min(count, order.size());
    std::partial_sort(order.begin(), order.begin() + ptrdiff_t(count), order.end(),
                      [&](size_t a, size_t b) { return seconds[a] < seconds[b]; });
    order.resize(count);
    return order;
  }

  void score(std::vector<Candidate> &pool, const Models &models) {
    std::vector<float> row(rows.columns);
    for (Candidate &candidate : pool) {
      features.extract(candidate.schedule, row);
      Committee::Prediction prediction = models.committee.predict(row);
      double weight = models.filter.empty() ? 0.0 : std::log(models.filter.probability(row));
      candidate.score = prediction.mean + weight;
      candidate.interest =
          weight + (options.uncertainty
                        ? logExpectedImprovement(prediction.mean, prediction.deviation, 1.0)
                        : prediction.mean);
    }
  }

  /// The ping-pong, inside each batch: part by interest over the whole pool (where the models hope
  /// and do not know), part by score around the best (where they know).
  void select(std::vector<Candidate> &pool, size_t count, std::vector<Schedule> &batch) {
    size_t local = size_t(options.localShare * double(count) + 0.5);
    take(
        pool, count - local, batch, [](const Candidate &c) { return c.interest; }, false);
    take(
        pool, local, batch, [](const Candidate &c) { return c.score; }, true);
  }

  template <class Value>
  void take(std::vector<Candidate> &pool, size_t count, std::vector<Schedule> &batch, Value value,
            bool localOnly) {
    std::vector<size_t> order;
    for (size_t i = 0; i < pool.size(); ++i)
      if (!localOnly || pool[i].local)
        order.push_back(i);
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      double va = value(pool[a]), vb = value(pool[b]);
      return va != vb ? va > vb : a < b;
    });
    double last = NAN;
    size_t taken = 0;
    for (int pass = options.diversity ? 0 : 1; pass < 2; ++pass)
      for (size_t i : order) {
        if (taken == count)
          return;
        // Equal values: the same leaves everywhere, so that measuring one tells of the other.
        if (visited.contains(pool[i].schedule) || (pass == 0 && value(pool[i]) == last))
          continue;
        last = value(pool[i]);
        visited.insert(pool[i].schedule);
        batch.push_back(pool[i].schedule);
        ++taken;
      }
  }

  void fillAtRandom(size_t count, std::vector<Schedule> &batch, Rng &rng) {
    while (batch.size() < count) {
      std::optional<Schedule> schedule = visited.drawNew(rng);
      if (!schedule)
        break;
      batch.push_back(std::move(*schedule));
    }
  }

  const SearchSpace &space;
  const FeatureExtractor &features;
  AltOptions options;
  Visited visited;
  Matrix rows;                     ///< one a told schedule
  std::vector<Schedule> schedules; ///< likewise
  std::vector<double> seconds;     ///< likewise; infinite when it failed
  size_t valid = 0;
  double spent = 0; ///< seconds that the told trials took
};

} // namespace

void bind(OptionTable &b, AltOptions &o) {
  b("initial", &o.initial, "random trials before the first model");
  b("batch", &o.batch, "trials between refits; 0: from what a trial costs");
  b("pool", &o.pool, "random candidates scored at each refit");
  b("parents", &o.parents, "best schedules whose neighbours join the pool");
  b("incumbents", &o.incumbents, "best schedules around which the score's share is chosen");
  b("local", &o.localShare, "share of a batch that goes to the incumbents' neighbours");
  b("filter", &o.filter, "weigh by the predicted probability to run");
  b("uncertainty", &o.uncertainty, "expected improvement of a committee; off: one model's score");
  b("diversity", &o.diversity, "no two schedules of a batch that the models cannot tell apart");
  b("rank", &o.rankShare, "share of the rank in the label; the rest is throughput");
  b("trees", &o.committee.boosting.trees, "boosted trees of each member");
  b("depth", &o.committee.boosting.depth, "their depth");
  b("members", &o.committee.members, "models in the committee");
}

std::unique_ptr<Sampler> makeAltSampler(const SamplerContext &context, const AltOptions &options) {
  return std::make_unique<AltSampler>(context, options);
}

} // namespace alt
