// What may be chosen for one workload on one target: knobs, options, constraints. Builds no IR.
#pragma once
#include "alt/Result.h"
#include "alt/Target.h"
#include "alt/Workload.h"
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alt {

using Rng = std::mt19937_64;

struct Knob {
  enum class Kind {
    ordinal,    ///< the options' values have an order and a size (tile sizes)
    categorical ///< the values are mere names (algorithms, loop orders)
  };
  std::string name;
  Kind kind = Kind::ordinal;
  std::vector<double> options;     ///< distinct; ascending when ordinal
  std::vector<std::string> labels; ///< as many as options when categorical, else empty
  /// The option that a text which does not name the knob means: it was written before there was one.
  std::optional<uint16_t> whenUnnamed = std::nullopt;
};

/// A point of a space: for every knob, the index of the option it takes.
struct Schedule {
  std::vector<uint16_t> choice;
  auto operator<=>(const Schedule &) const = default;
};

class SearchSpace {
public:
  virtual ~SearchSpace() = default;
  virtual std::span<const Knob> knobs() const = 0;
  virtual bool legal(const Schedule &) const = 0; ///< every constraint holds
  virtual Schedule random(Rng &) const = 0;       ///< legal; microseconds
  /// Legal and one move away: one knob changed, and what the constraints then force.
  virtual Schedule neighbour(const Schedule &, Rng &) const = 0;
  /// The sane choice that needs no measuring; legal.
  virtual Schedule defaultSchedule() const = 0;
  /// Number of legal points; an estimate (sampled) where counting them is too dear.
  virtual double size() const = 0;
  /// Whether the knob means anything in this schedule. One that does not stands at its default.
  virtual bool applies(const Schedule &, size_t /*knob*/) const { return true; }
  /// All points, when the space is a list (recorded, enumerated); empty otherwise.
  virtual std::span<const Schedule> points() const { return {}; }
};

/// "tile.i0=32 tile.i1=64 unroll=4": names and option values (labels when categorical) of the knobs
/// that apply.
std::string print(const SearchSpace &, const Schedule &);
/// parse(print(s)) == s. The error names the knob or value that the space does not have.
Result<Schedule> parse(const SearchSpace &, std::string_view);

/// One knob and another option of it: how neighbours are made. Half of a size's moves go one option up
/// or down, since the surface is smooth along sizes. Nullopt when that leaves the knob's options,
/// or when no knob has a choice.
struct KnobMove {
  size_t knob;
  uint16_t option;
};
std::optional<KnobMove> drawMove(std::span<const Knob>, const Schedule &from, Rng &);

struct ScheduleHash {
  size_t operator()(const Schedule &) const;
};

/// The space derived from the workload's iteration space (space/AlgorithmSpace.cpp). `threads` is the
/// number of cores that a kernel may use.
std::unique_ptr<SearchSpace> makeSearchSpace(const Workload &, const Target &, unsigned threads = 1);

} // namespace alt
