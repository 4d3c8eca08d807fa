// The search space derived from a workload's iteration space: never from a list of known operators.
#pragma once
#include "alt/SearchSpace.h"
#include "space/LoopNest.h"
#include "space/OperandWalk.h"
#include "space/TileProduct.h"
#include "space/TuneScript.h"

namespace alt {

/// Knobs (only those that leave a choice): vector axis, register tile and cache tile of every
/// parallel axis, block and unroll factor of every reduction axis, loop orders, packed operands,
/// units for threads. Constraints: accumulators fit the vector registers, tiles nest, vectors along
/// the vector axis are whole but at its end, the code stays small enough to compile quickly, also
/// that of ops fused into the register tile.
class LoopSpace : public SearchSpace {
public:
  /// Knobs named in `withheld` are not offered: their loops stay whole. Threads' units that do not
  /// divide their axis are multiples of its `unitSteps`, or any where there are none. With `tiles`
  /// the register tile is one of tile registers: they count instead of accumulators and code, and
  /// there is a knob for the operand whose tiles pass L1 by.
  LoopSpace(const Workload &, const Target &, unsigned threads,
            std::vector<std::string> withheld = {}, const std::vector<int64_t> &unitSteps = {},
            std::optional<TileProduct> tiles = {});

  std::span<const Knob> knobs() const override { return knobList; }
  bool legal(const Schedule &) const override;
  Schedule random(Rng &) const override;
  Schedule neighbour(const Schedule &, Rng &) const override;
  Schedule defaultSchedule() const override { return fallback; }
  double size() const override;

  LoopNest decode(const Schedule &) const;
  /// The same into a nest that exists already: allocates nothing when it held one of this space.
  void decode(const Schedule &, LoopNest &) const;
  /// What `legal` checks, as arithmetic over the knobs of a script in which this space's begin at
  /// `firstKnob`; terms are added to the script (space/LoopConstraints.cpp).
  std::vector<Constraint> constraints(TuneScript &script, size_t firstKnob) const;
  int64_t lanes() const { return singleLanes; } ///< 32-bit elements in a vector
  unsigned threadCount() const { return threads; }
  /// By estimate, of the slowest thread; to rank the algorithms of one kernel.
  double cyclesOf(const Schedule &schedule) const { return estimatedCycles(decode(schedule)); }

private:
  class ConstraintWriter;
  /// Vector operations in the code: the time a build takes grows with it, and no kernel gains
  /// beyond.
  static constexpr int64_t maxCodeSize = 448;
  /// What a knob sets in the LoopNest.
  struct Meaning {
    enum class Field {
      vector,
      reg,
      tile,
      par,
      outerOrder,
      innerOrder,
      reductionOrder,
      pack,
      pad,
      stream
    } field;
    unsigned index = 0; ///< axis or operand
  };
  void addKnob(Meaning, std::string name, std::vector<int64_t> options);
  void addChoice(Meaning, std::string name, std::vector<std::string> labels);
  void addOrder(Meaning::Field, std::string name, const std::vector<unsigned> &axes);
  bool isWithheld(const std::string &name) const;
  std::vector<int64_t> unitSizes(unsigned axis, int64_t step) const;
  std::vector<int64_t> registerSizes(unsigned axis, const Workload &) const;
  std::vector<int64_t> cacheTiles(unsigned axis) const;
  void addReduction(unsigned axis);
  void addStream();
  bool hasVectors(unsigned axis) const;
  bool fitsRegisters(const LoopNest &, int64_t accumulators) const;
  std::vector<unsigned> vectorCandidates() const;
  std::optional<unsigned> sumsInLanes(unsigned alternative) const;
  bool legal(const LoopNest &) const;
  bool fusedOpsFit(const LoopNest &) const;
  bool outgrowsAccumulators(const FusedResult &) const;
  bool packable(const Operand &, const LoopNest &) const;
  bool packableAlong(const Operand &, unsigned axis) const;
  bool transposable(const Operand &, unsigned axis) const;

  // SkippedPadding.cpp
  void findPaddedAxes(std::span<const Operand>);
  bool canSkipPad(const LoopNest &) const;
  void findEdges(LoopNest &) const;
  double usefulTaps(unsigned axis, int64_t start, int64_t size) const;

  // EstimatedCycles.cpp
  double estimatedCycles(const LoopNest &) const;
  double unitCycles(const LoopNest &, std::span<const Share>) const;
  double cyclesOfStep(const LoopNest &, const LoopNest &tile, double steps) const;
  bool crossesLines(const Operand &, const LoopNest &) const;
  double linesFromL2(const LoopNest &tile, double steps) const;
  bool hasOwnPixels(unsigned operand, const LoopNest &) const;
  bool sharesPixels(unsigned operand, const LoopNest &) const;
  bool halvesLines(const LoopNest &) const;
  bool walkStaysInL1(const LoopNest &) const;

  // DefaultSchedule.cpp
  Schedule chooseDefault() const;
  LoopNest defaultNest(unsigned vectorAxis) const;
  std::vector<unsigned> defaultVectorAxes() const;
  void chooseOrders(LoopNest &) const;
  void keepPanelInL1(LoopNest &) const;
  struct Estimated {
    LoopNest nest;
    double cycles;
  };
  Estimated chooseUnits(const LoopNest &) const;
  std::vector<LoopNest> likelySplits(const LoopNest &, const LoopNest &whole) const;
  std::vector<LoopNest> splits(const LoopNest &) const;
  Estimated chooseRegisterTile(LoopNest) const;
  int64_t usesOfEach(const Operand &) const;
  bool transposingPays(const Operand &) const;
  bool comesInBursts(unsigned reduction) const;
  bool interleavingPays(const Operand &, const LoopNest &) const;
  /// The schedule of a nest whose every choice the knobs have.
  Schedule encode(const LoopNest &) const;

  std::vector<Axis> axes;
  std::vector<Operand> operands;
  std::vector<FusedResult> fused;           ///< that may take more vectors than the accumulators do
  std::vector<std::vector<Window>> windows; ///< per operand
  std::optional<TileProduct> tiles;
  int64_t singleLanes, vectorLanes; ///< in a vector: 32-bit elements, accumulators
  int64_t maxAccumulators, l1Bytes, l2Bytes, l3Bytes;
  unsigned threads;
  std::vector<std::string> withheld;
  std::vector<Knob> knobList;
  std::vector<Meaning> meanings;
  /// A window that slides over a padded dimension: output axis, window axis, how many outputs at
  /// either end see padding, and how many taps of the outputs before each do not fall on it.
  struct PaddedAxis {
    unsigned axis, window;
    int64_t atLow, atHigh;
    std::vector<int64_t> usefulTaps;
  };
  std::vector<PaddedAxis> paddedAxes;
  double paddedElements = 0;        ///< that a padded copy has
  std::vector<unsigned> vectorAxes; ///< the vector knob's options
  std::vector<std::vector<unsigned>> outerOrders, innerOrders, reductionOrders;
  Schedule fallback;
};

} // namespace alt
