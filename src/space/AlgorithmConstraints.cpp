// What AlgorithmSpace::legal checks, as arithmetic over the knobs (see LoopConstraints.cpp).
#include "space/AlgorithmSpace.h"

namespace alt {

using Op = Term::Op;

std::vector<Constraint> AlgorithmSpace::constraints(TuneScript &script) const {
  Expressions &e = script.expressions;
  std::vector<Constraint> found;
  auto equals = [&](size_t knob, size_t option) {
    return e.apply(Op::eq, {e.knob(static_cast<unsigned>(knob)),
                            e.constant(script.tunables[knob].values[option])});
  };
  for (size_t i = 0; i < all.size(); ++i) {
    const Algorithm &algorithm = all[i];
    // Knobs of an algorithm not chosen stand at legal defaults: no need to ask which one is.
    for (Constraint &constraint : algorithm.loops.constraints(script, algorithm.firstKnob)) {
      if (!algorithm.direct())
        constraint.reason = algorithm.name + ": " + constraint.reason;
      found.push_back(std::move(constraint));
    }
    if (algorithm.winograd)
      winogradConstraints(algorithm, script, found);
    if (algorithm.im2col)
      im2colConstraints(algorithm, script, found);
    if (all.size() == 1)
      continue;
    std::vector<unsigned> atDefault;
    for (size_t k = 0; k < algorithm.fallback.choice.size(); ++k)
      atDefault.push_back(equals(algorithm.firstKnob + k, algorithm.fallback.choice[k]));
    for (unsigned term : atDefault)
      found.push_back({e.apply(Op::logicalOr, {equals(0, i), term}),
                       algorithm.name + ": not chosen, so at its default"});
  }
  return found;
}

/// level(name, whole): the knob's value; where there is none, that of the whole axis.
static auto levelsOf(const AlgorithmSpace::Algorithm &algorithm, Expressions &e) {
  return [&](std::string_view name, int64_t whole) {
    for (size_t k = 0; k < algorithm.loops.knobs().size(); ++k)
      if (algorithm.loops.knobs()[k].name == name)
        return e.knob(static_cast<unsigned>(algorithm.firstKnob + k));
    return e.constant(whole);
  };
}

/// As Winograd::legal.
void AlgorithmSpace::winogradConstraints(const Algorithm &algorithm, TuneScript &script,
                                         std::vector<Constraint> &found) const {
  Expressions &e = script.expressions;
  const Winograd &winograd = *algorithm.winograd;
  auto level = levelsOf(algorithm, e);
  unsigned zero = e.constant(0), tiles = e.constant(winograd.tiles()),
           columns = e.constant(winograd.columns), rows = e.constant(winograd.rows),
           in = e.constant(winograd.inChannels), out = e.constant(winograd.outChannels);
  unsigned unit = level("par.t", winograd.tiles()), batch = level("tile.t", winograd.tiles()),
           filters = level("tile.f", winograd.outChannels);
  auto divides = [&](unsigned by, unsigned value) {
    return e.apply(Op::eq, {e.apply(Op::mod, {value, by}), zero});
  };
  unsigned rowsOfTiles = divides(columns, unit);
  if (winograd.images > 1)
    rowsOfTiles =
        e.apply(Op::logicalAnd, {rowsOfTiles, divides(e.apply(Op::div, {unit, columns}), rows)});
  found.push_back({e.apply(Op::logicalOr, {e.apply(Op::eq, {unit, tiles}), rowsOfTiles}),
                   algorithm.name + ": a thread's unit is whole rows of tiles"});
  found.push_back({divides(batch, e.apply(Op::mod, {tiles, unit})),
                   algorithm.name + ": a shorter last unit has whole batches"});
  unsigned inLoop = e.apply(Op::lt, {batch, tiles});
  unsigned productsInLoop = e.apply(Op::logicalOr, {inLoop, e.apply(Op::lt, {filters, out})});
  unsigned shared = e.apply(Op::lt, {level("par.f", winograd.outChannels), out});
  unsigned inputsInLoop = e.apply(Op::logicalOr, {inLoop, shared});
  unsigned inputs = e.apply(Op::ite, {inputsInLoop, e.apply(Op::mul, {batch, in}), zero});
  unsigned products = e.apply(Op::ite, {productsInLoop, e.apply(Op::mul, {batch, filters}), zero});
  unsigned kept = e.apply(Op::add, {inputs, products});
  found.push_back({e.apply(Op::le, {kept, e.constant(stackBytes / 4 / winograd.points())}),
                   algorithm.name + ": what a batch keeps inside loops fits the stack"});
}

/// As Im2col::legal.
void AlgorithmSpace::im2colConstraints(const Algorithm &algorithm, TuneScript &script,
                                       std::vector<Constraint> &found) const {
  Expressions &e = script.expressions;
  const Im2col &im2col = *algorithm.im2col;
  auto level = levelsOf(algorithm, e);
  unsigned patches = e.apply(Op::mul, {level("tile.n", im2col.images), level("tile.h", im2col.rows),
                                       level("tile.w", im2col.columns)});
  unsigned taps = e.constant(im2col.taps * bytes(im2col.element)),
           sums = e.constant(im2col.outChannels * bytes(im2col.sum));
  unsigned inBlocks = e.apply(Op::lt, {level("block.k", im2col.taps), e.constant(im2col.taps)});
  unsigned each = e.apply(Op::add, {taps, e.apply(Op::ite, {inBlocks, sums, e.constant(0)})});
  found.push_back({e.apply(Op::le, {e.apply(Op::mul, {patches, each}), e.constant(stackBytes)}),
                   algorithm.name + ": a cache tile's patches fit the stack"});
}

} // namespace alt
