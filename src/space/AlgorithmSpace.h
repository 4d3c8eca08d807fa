// The space of a kernel that may be computed in several ways: which one is a knob, and each has the
// space of its own loop nest.
#pragma once
#include "space/Im2col.h"
#include "space/LoopSpace.h"
#include "space/Winograd.h"

namespace alt {

/// Knobs: "algorithm" where there is a choice, then those of the nest as it stands, then for each
/// further algorithm those of its nest with the algorithm's name before ("f43.tile.t"). Those of
/// the algorithms not chosen stay at their defaults, so that different points are different
/// kernels.
class AlgorithmSpace : public SearchSpace {
public:
  AlgorithmSpace(const Workload &, const Target &, unsigned threads);

  std::span<const Knob> knobs() const override { return knobList; }
  bool legal(const Schedule &) const override;
  Schedule random(Rng &) const override;
  Schedule neighbour(const Schedule &, Rng &) const override;
  Schedule defaultSchedule() const override { return fallback; }
  double size() const override;
  bool applies(const Schedule &, size_t knob) const override;

  LoopNest decode(const Schedule &) const;
  /// The same into a nest that exists already.
  void decode(const Schedule &, LoopNest &) const;

  /// One way to compute the kernel.
  struct Algorithm {
    std::string name;
    std::optional<Winograd> winograd;
    std::optional<Im2col> im2col;     ///< neither: the loop nest as it stands
    std::optional<TileProduct> tiles; ///< register tiles are tile registers
    Workload workload;                ///< whose loop nest `loops` schedules
    LoopSpace loops;
    size_t firstKnob;
    Schedule fallback;
    bool legal(const Schedule &own) const;
    bool rewritten() const { return winograd || im2col; }
    bool direct() const { return !rewritten() && !tiles; }
  };
  /// legal(), as arithmetic over the knobs of a script that has all of them.
  std::vector<Constraint> constraints(TuneScript &) const;
  std::span<const Algorithm> algorithms() const { return all; }
  /// With that algorithm's own default.
  Schedule defaultOf(size_t algorithm) const { return with(algorithm, all[algorithm].fallback); }
  size_t chosen(const Schedule &) const;
  int64_t lanes() const { return all.front().loops.lanes(); }
  unsigned threadCount() const { return all.front().loops.threadCount(); }

private:
  void add(Algorithm);
  void winogradConstraints(const Algorithm &, TuneScript &, std::vector<Constraint> &) const;
  void im2colConstraints(const Algorithm &, TuneScript &, std::vector<Constraint> &) const;
  Schedule own(const Algorithm &, const Schedule &) const;
  Schedule with(size_t algorithm, const Schedule &own) const;
  Schedule randomOf(const Algorithm &, Rng &) const;
  size_t chooseDefault(const Target &) const;

  std::vector<Algorithm> all;
  std::vector<Knob> knobList;
  Schedule fallback;
};

} // namespace alt
