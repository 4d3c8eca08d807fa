// A space of given knobs in which everything is legal: for tests that need points, not kernels.
#pragma once
#include "alt/SearchSpace.h"

namespace alt::test {

class TinySpace final : public SearchSpace {
public:
  explicit TinySpace(std::vector<Knob> knobs) : list(std::move(knobs)) {}
  std::span<const Knob> knobs() const override { return list; }
  bool legal(const Schedule &schedule) const override {
    if (schedule.choice.size() != list.size())
      return false;
    for (size_t k = 0; k < list.size(); ++k)
      if (schedule.choice[k] >= list[k].options.size())
        return false;
    return true;
  }
  Schedule random(Rng &rng) const override {
    Schedule schedule;
    for (const Knob &knob : list)
      schedule.choice.push_back(static_cast<uint16_t>(rng() % knob.options.size()));
    return schedule;
  }
  Schedule neighbour(const Schedule &from, Rng &rng) const override {
    Schedule schedule = from;
    size_t k = rng() % list.size();
    schedule.choice[k] = static_cast<uint16_t>(rng() % list[k].options.size());
    return schedule;
  }
  Schedule defaultSchedule() const override { return {std::vector<uint16_t>(list.size(), 0)}; }
  double size() const override {
    double product = 1;
    for (const Knob &knob : list)
      product *= static_cast<double>(knob.options.size());
    return product;
  }

private:
  std::vector<Knob> list;
};

} // namespace alt::test
