// A space with a known optimum and constraint, and a measurer whose answers follow from the
// schedule alone: learning is tested in milliseconds.
#pragma once
#include "alt/Measure.h"
#include "alt/SearchSpace.h"
#include <cmath>

namespace alt::test {

/// Tile sizes x, y, z in powers of two from 1 to 256, an unroll factor 1..8 and a loop order. Legal
/// when x * y <= 4096. Fastest (1 ms): x=64 y=16 z=32 unroll=4 order=jki.
class SyntheticSpace final : public SearchSpace {
public:
  SyntheticSpace() {
    for (const char *name : {"x", "y", "z"})
      table.push_back({name, Knob::Kind::ordinal, {1, 2, 4, 8, 16, 32, 64, 128, 256}, {}});
    table.push_back({"unroll", Knob::Kind::ordinal, {1, 2, 4, 8}, {}});
    table.push_back({"order", Knob::Kind::categorical, {0, 1, 2}, {"ijk", "jki", "kij"}});
  }
  std::span<const Knob> knobs() const override { return table; }
  bool legal(const Schedule &s) const override { return s.choice[0] + s.choice[1] <= 12; }
  Schedule random(Rng &rng) const override {
    Schedule schedule{std::vector<uint16_t>(table.size())};
    do
      for (size_t k = 0; k < table.size(); ++k)
        schedule.choice[k] = uint16_t(rng() % table[k].options.size());
    while (!legal(schedule));
    return schedule;
  }
  Schedule neighbour(const Schedule &from, Rng &rng) const override {
    Schedule to;
    do {
      to = from;
      size_t k = rng() % table.size();
      to.choice[k] = uint16_t(rng() % table[k].options.size());
    } while (to == from || !legal(to));
    return to;
  }
  Schedule defaultSchedule() const override { return {{3, 3, 3, 0, 0}}; }
  double size() const override { return (81 - 10) * 9 * 4 * 3; }
  Schedule optimum() const { return {{6, 4, 5, 2, 1}}; }

  /// Seconds of a schedule; a bowl in the logarithms with an interaction of x and y.
  static double seconds(const Schedule &s) {
    auto squared = [](double v) { return v * v; };
    double log = 0.10 * squared(s.choice[0] - 6.0) + 0.08 * squared(s.choice[1] - 4.0) +
                 0.06 * squared(s.choice[0] + s.choice[1] - 10.0) +
                 0.05 * squared(s.choice[2] - 5.0) + 0.1 * squared(s.choice[3] - 2.0) +
                 (s.choice[4] == 1 ? 0.0 : 0.3);
    return 1e-3 * std::exp(log);
  }

private:
  std::vector<Knob> table;
};

/// Answers from SyntheticSpace::seconds; z = 256 (and, when asked, more) crashes.
class SyntheticMeasurer final : public Measurer {
public:
  unsigned measured = 0;
  unsigned stopAfter = ~0u; ///< requests stop on `source` after so many measurements
  std::stop_source source;
  bool everythingCrashes = false;

  std::vector<Measurement> measure(std::span<const Schedule> batch, std::stop_token stop) override {
    std::vector<Measurement> answers;
    for (const Schedule &schedule : batch) {
      if (stop.stop_requested())
        break;
      Measurement answer;
      answer.spent.build = Seconds(0.1);
      if (schedule.choice[2] == 8 || everythingCrashes) {
        answer.outcome = Outcome::crashed;
        answer.detail = "SIGSEGV";
      } else {
        answer.outcome = Outcome::ok;
        answer.samples = {Seconds(SyntheticSpace::seconds(schedule))};
        answer.spent.run = answer.samples[0];
      }
      answers.push_back(std::move(answer));
      if (++measured == stopAfter)
        source.request_stop();
    }
    return answers;
  }
};

} // namespace alt::test
