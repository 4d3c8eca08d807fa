// The search space of a user's script. Nothing is known of its constraints but that they can be
// evaluated, also when only some knobs are chosen: legal points are found depth first.
#pragma once
#include "space/TuneScript.h"
#include <functional>

namespace alt {

class TuneScriptSpace final : public SearchSpace {
public:
  /// None when no choice that satisfies the constraints is found.
  static std::unique_ptr<TuneScriptSpace> make(TuneScript);

  std::span<const Knob> knobs() const override { return knobList; }
  bool legal(const Schedule &) const override;
  Schedule random(Rng &) const override;
  /// One knob changed; where a constraint then fails, the others follow, as few as are found
  /// quickly.
  Schedule neighbour(const Schedule &, Rng &) const override;
  Schedule defaultSchedule() const override { return fallback; }
  double size() const override;
  std::span<const Schedule> points() const override { return list; }

  const TuneScript &description() const { return script; }
  /// What every term of the script's expressions is at this point.
  std::vector<Expressions::Value> evaluate(const Schedule &) const;

private:
  /// The options of a knob in the order in which they are to be tried.
  using Order = std::function<std::vector<uint16_t>(size_t knob)>;
  /// A legal point was found; true: enough.
  using Leaf = std::function<bool(const Schedule &)>;
  struct Descent;

  explicit TuneScriptSpace(TuneScript);
  bool descend(Descent &, size_t knob, const Order &, const Leaf &) const;
  std::optional<Schedule> find(const Order &, unsigned steps) const;
  bool possible(Descent &, bool complete) const;
  void enumerate();

  TuneScript script;
  std::vector<Knob> knobList;
  Schedule fallback;
  std::vector<Schedule> list; ///< all legal points, when they are few
};

} // namespace alt
