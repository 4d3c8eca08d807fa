// What LoopSpace::legal checks, as arithmetic over the knobs: for people, and for scripts that a
// space is printed as. `legal` stays beside it for its speed; a test holds the two together.
#include "space/LoopSpace.h"

namespace alt {

using Op = Term::Op;

class LoopSpace::ConstraintWriter {
public:
  ConstraintWriter(const LoopSpace &space, TuneScript &script, size_t firstKnob)
      : space(space), script(script), firstKnob(firstKnob), e(script.expressions),
        one(e.constant(1)), zero(e.constant(0)), packed(space.operands.size(), zero) {
    if (space.tiles)
      packed[space.tiles->along] = one;
    for (const Axis &axis : space.axes) {
      unsigned extent = e.constant(axis.extent);
      levels.push_back({extent, extent, extent, one});
    }
    for (size_t k = 0; k < space.meanings.size(); ++k)
      readKnob(k);
  }

  std::vector<Constraint> write() {
    for (unsigned a = 0; a < levels.size(); ++a)
      if (space.axes[a].extent > 1)
        nest(a);
    if (space.tiles)
      tileRegisters(*space.tiles);
    else
      registers();
    for (unsigned o = 0; o < packed.size(); ++o)
      if (packed[o] != zero)
        panels(o);
    if (padKnob)
      skippedPadding();
    if (!space.tiles)
      codeSize();
    for (const FusedResult &result : space.fused)
      fusedOp(result);
    if (space.threads > 1)
      units();
    return std::move(found);
  }

private:
  /// The quantities of a LoopNest::Level as terms.
  struct Level {
    unsigned extent, par, tile, reg;
  };

  void readKnob(size_t k) {
    using Field = Meaning::Field;
    unsigned knob = e.knob(static_cast<unsigned>(firstKnob + k)), index = space.meanings[k].index;
    Field field = space.meanings[k].field;
    if (field == Field::vector)
      vectorKnob = k;
    if (field == Field::pad)
      padKnob = k;
    if (field == Field::reg)
      levels[index].reg = knob;
    if (field == Field::tile)
      levels[index].tile = knob;
    if (field == Field::par)
      levels[index].par = knob;
    if (field == Field::pack)
      packed[index] = knob;
  }

  unsigned mod(unsigned a, unsigned b) { return e.apply(Op::mod, {a, b}); }
  unsigned equal(unsigned a, unsigned b) { return e.apply(Op::eq, {a, b}); }
  unsigned atMost(unsigned a, unsigned b) { return e.apply(Op::le, {a, b}); }
  unsigned atMost(unsigned a, int64_t b) { return atMost(a, e.constant(b)); }
  unsigned sum(std::vector<unsigned> of) { return e.apply(Op::add, std::move(of)); }
  unsigned implies(unsigned a, unsigned b) { return e.apply(Op::implies, {a, b}); }
  unsigned choose(unsigned c, unsigned a, unsigned b) { return e.apply(Op::ite, {c, a, b}); }
  unsigned join(Op op, std::vector<unsigned> of) {
    return of.size() == 1 ? of.front() : e.apply(op, std::move(of));
  }
  unsigned product(std::vector<unsigned> of) { return of.empty() ? one : join(Op::mul, of); }
  unsigned any(std::vector<unsigned> of) { return join(Op::logicalOr, std::move(of)); }
  unsigned all(std::vector<unsigned> of) { return join(Op::logicalAnd, std::move(of)); }
  void must(unsigned term, std::string reason) { found.push_back({term, std::move(reason)}); }

  /// Whether a categorical knob takes an option, which is seen as its number in the script.
  unsigned takes(size_t k, size_t option) {
    return equal(e.knob(static_cast<unsigned>(firstKnob + k)),
                 e.constant(script.tunables[firstKnob + k].values[option]));
  }
  std::optional<unsigned> isVector(unsigned axis) {
    for (size_t o = 0; o < space.vectorAxes.size(); ++o)
      if (space.vectorAxes[o] == axis)
        return takes(*vectorKnob, o);
    return std::nullopt;
  }
  /// One value when vectors run along the axis, else the other.
  unsigned alongVectors(unsigned axis, unsigned yes, unsigned no) {
    std::optional<unsigned> vector = isVector(axis);
    return !vector ? no : space.vectorAxes.size() == 1 ? yes : choose(*vector, yes, no);
  }
  unsigned vectors(unsigned elements) { return vectors(elements, space.vectorLanes); }
  unsigned vectors(unsigned elements, int64_t lanes) {
    return e.apply(Op::div, {sum({elements, e.constant(lanes - 1)}), e.constant(lanes)});
  }
  bool isParallel(unsigned a) const { return space.axes[a].kind == AxisKind::parallel; }

  void nest(unsigned a) {
    const std::string &name = space.axes[a].name;
    const Level &level = levels[a];
    must(atMost(level.reg, level.tile),
         name + (isParallel(a) ? ": a register tile lies in a cache tile"
                               : ": what is unrolled lies in a block"));
    if (!isParallel(a))
      return;
    if (space.threads > 1) {
      must(equal(mod(level.par, level.tile), zero),
           name + ": a thread's unit has whole cache tiles");
      must(any({equal(level.tile, level.par), equal(mod(lastUnit(level), level.tile), zero)}),
           name + ": a shorter last unit has whole cache tiles, or all units are one");
    }
    if (std::optional<unsigned> vector = isVector(a)) {
      unsigned lanes = e.constant(space.vectorLanes);
      must(implies(*vector,
                   any({equal(mod(level.reg, lanes), zero), equal(level.reg, level.extent)})),
           name + ": a register tile has whole vectors");
      must(implies(*vector, startsAtPanels(level.tile, level)),
           name + ": a cache tile has whole register tiles");
    }
  }

  unsigned sub(unsigned a, unsigned b) { return e.apply(Op::sub, {a, b}); }
  /// Of what `whole` leaves over beyond whole `part`s, or a whole part.
  unsigned lastOf(unsigned whole, unsigned part) { return sum({mod(sub(whole, one), part), one}); }
  unsigned lastUnit(const Level &level) {
    return level.par == level.extent ? level.extent : lastOf(level.extent, level.par);
  }
  unsigned least(unsigned a, unsigned b) { return choose(atMost(a, b), a, b); }

  unsigned startsAtPanels(unsigned size, const Level &level) {
    return any({equal(mod(size, level.reg), zero), equal(size, level.extent)});
  }

  void registers() {
    std::vector<unsigned> accumulators;
    for (unsigned a = 0; a < levels.size(); ++a)
      if (space.axes[a].extent > 1 && isParallel(a))
        accumulators.push_back(alongVectors(a, vectors(levels[a].reg), levels[a].reg));
    must(atMost(product(accumulators), space.maxAccumulators),
         "the accumulators fit the vector registers");
  }

  /// As TileProduct::fits.
  void tileRegisters(const TileProduct &product) {
    std::vector<unsigned> rowsOf;
    for (unsigned a = 0; a < levels.size(); ++a)
      if (space.axes[a].extent > 1 && isParallel(a) && a != product.columns)
        rowsOf.push_back(a == product.rows ? vectors(levels[a].reg, product.registers().rows)
                                           : levels[a].reg);
    unsigned rows = this->product(std::move(rowsOf)),
             columns = vectors(levels[product.columns].reg);
    must(atMost(sum({e.apply(Op::mul, {rows, columns}), least(rows, columns)}),
                product.registers().count - 2),
         "the sums and the factors fit the tile registers");
  }

  void panels(unsigned o) {
    std::vector<unsigned> ways; ///< a vector axis, and tiles that start at whole panels
    for (unsigned a : space.vectorAxes)
      if (space.transposable(space.operands[o], a)) {
        ways.push_back(*isVector(a));
      } else if (space.packableAlong(space.operands[o], a)) {
        std::vector<unsigned> needs{*isVector(a), startsAtPanels(levels[a].tile, levels[a])};
        if (levels[a].par != levels[a].extent)
          needs.push_back(startsAtPanels(levels[a].par, levels[a]));
        ways.push_back(all(std::move(needs)));
      }
    if (ways.empty())
      must(equal(packed[o], zero), space.operands[o].name + ": cannot be packed");
    else
      must(implies(equal(packed[o], one), any(std::move(ways))),
           space.operands[o].name + ": packed in panels that tiles start at");
  }

  void skippedPadding() {
    std::vector<unsigned> wide; ///< 1 where a register tile holds several outputs
    for (const PaddedAxis &padded : space.paddedAxes) {
      const Level &axis = levels[padded.axis], &window = levels[padded.window];
      auto whenSkipped = [&](unsigned term, const char *reason) {
        must(implies(takes(*padKnob, 1), term),
             "padding skipped: " + space.axes[padded.axis].name + reason);
      };
      for (unsigned a : space.vectorAxes)
        if (a == padded.axis || a == padded.window)
          whenSkipped(e.apply(Op::logicalNot, {*isVector(a)}),
                      " and the window have no vectors along them");
      whenSkipped(equal(window.tile, window.extent), "'s window is whole");
      unsigned single = equal(axis.reg, one), last = lastOf(lastUnit(axis), axis.reg);
      unsigned known = all({equal(axis.tile, axis.par), equal(window.reg, window.extent),
                            atMost(e.constant(padded.atLow), axis.reg),
                            atMost(e.constant(padded.atHigh), last)});
      whenSkipped(any({single, known}),
                  " goes one by one, or its end tiles hold all that meets padding");
      wide.push_back(choose(single, zero, one));
    }
    if (wide.size() > 1)
      must(implies(takes(*padKnob, 1), atMost(sum(std::move(wide)), one)),
           "padding skipped: one axis at most has tiles of several outputs");
  }

  /// As alt::codeSize.
  void codeSize() {
    std::vector<unsigned> sizes;
    for (unsigned a = 0; a < levels.size(); ++a)
      if (space.axes[a].extent > 1)
        sizes.push_back(isParallel(a) ? codeAlong(a)
                                      : sum({levels[a].reg, mod(levels[a].tile, levels[a].reg)}));
    must(atMost(product(std::move(sizes)), maxCodeSize), "the code stays small");
  }

  /// Of all kinds of units: one where they divide the axis, and where its ends are not apart.
  unsigned codeAlong(unsigned a) {
    const Level &level = levels[a];
    if (level.par == level.extent)
      return codeOfUnit(a, level.par, true, true);
    unsigned last = lastUnit(level), even = equal(last, level.par);
    unsigned size = sum({codeOfUnit(a, level.par, false, false),
                         choose(even, zero, codeOfUnit(a, last, false, false))});
    if (std::optional<unsigned> edge = isEdge(a)) {
      unsigned beforeLast = sub(level.extent, last), two = sum({level.par, level.par});
      unsigned between =
          choose(e.apply(Op::lt, {beforeLast, two}), zero, codeOfUnit(a, level.par, false, false));
      unsigned apart =
          sum({codeOfUnit(a, level.par, true, false), between, codeOfUnit(a, last, false, true)});
      unsigned whole = codeOfUnit(a, level.par, true, true);
      size = choose(*edge, choose(equal(beforeLast, zero), whole, apart), size);
    }
    return size;
  }

  std::optional<unsigned> isEdge(unsigned a) {
    for (const PaddedAxis &padded : space.paddedAxes)
      if (padded.axis == a)
        return e.apply(Op::logicalAnd, {takes(*padKnob, 1), e.apply(Op::gt, {levels[a].reg, one})});
    return std::nullopt;
  }

  /// Whole register tiles of a unit and what is cut short; those at the ends of the axis by
  /// themselves.
  unsigned codeOfUnit(unsigned a, unsigned unit, bool first, bool final) {
    const Level &level = levels[a];
    unsigned tile = unit == level.par ? level.tile : least(level.tile, unit);
    unsigned reg = unit == level.par ? level.reg : least(level.reg, tile);
    unsigned rest = mod(tile, reg);
    unsigned size = alongVectors(a, sum({vectors(reg), vectors(rest)}), sum({reg, rest}));
    std::optional<unsigned> edge = first || final ? isEdge(a) : std::nullopt;
    if (!edge)
      return size;
    unsigned tiles = sum({reg, choose(equal(rest, zero), final ? reg : zero, rest)});
    if (first)
      tiles = sum({tiles, reg});
    return choose(*edge, least(tile, tiles), size);
  }

  /// As alt::fusedVectors.
  void fusedOp(const FusedResult &result) {
    int64_t lanes = result.wide ? space.singleLanes / 2 : space.singleLanes;
    unsigned elements = one, count = one;
    for (unsigned a : result.axes) {
      unsigned reg = levels[a].reg;
      count = choose(equal(reg, one), count, product({elements, vectors(reg, lanes)}));
      elements = product({elements, reg});
    }
    std::vector<unsigned> fits{atMost(count, maxFusedVectors)}; // or the reduction goes in blocks
    for (unsigned a = 0; a < levels.size(); ++a)
      if (!isParallel(a) && space.axes[a].extent > 1)
        fits.push_back(e.apply(Op::lt, {levels[a].tile, levels[a].extent}));
    must(any(std::move(fits)), "an op fused into the register tile has few vectors of results");
  }

  void units() {
    std::vector<unsigned> counts;
    for (unsigned a = 0; a < levels.size(); ++a)
      if (space.axes[a].extent > 1 && isParallel(a))
        counts.push_back(
            e.apply(Op::div, {sum({levels[a].extent, sub(levels[a].par, one)}), levels[a].par}));
    must(atMost(product(std::move(counts)), 64 * static_cast<int64_t>(space.threads)),
         "not too many units for the threads");
  }

  const LoopSpace &space;
  TuneScript &script;
  size_t firstKnob;
  Expressions &e;
  unsigned one, zero;
  std::vector<Level> levels;
  std::vector<unsigned> packed; ///< per operand
  std::optional<size_t> vectorKnob, padKnob;
  std::vector<Constraint> found;
};

std::vector<Constraint> LoopSpace::constraints(TuneScript &script, size_t firstKnob) const {
  return ConstraintWriter(*this, script, firstKnob).write();
}

} // namespace alt
