#include "lower/ReadScript.h"
#include "lower/FirstError.h"
#include "lower/SmtTerms.h"
#include "lower/TuneOptions.h"
#include "mlir/Dialect/Linalg/TransformOps/LinalgTransformOps.h"
#include "mlir/Dialect/SMT/IR/SMTOps.h"
#include "mlir/Dialect/Transform/IR/TransformOps.h"
#include "mlir/Dialect/Transform/SMTExtension/SMTExtensionOps.h"
#include "mlir/Dialect/Transform/TuneExtension/TuneExtensionOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

namespace alt {

using namespace mlir;
using transform::smt::ConstrainParamsOp;
using transform::tune::AlternativesOp;
using transform::tune::KnobOp;
using Op = Term::Op;

static Error wrong(Operation *op, const std::string &what,
                   ErrorKind kind = ErrorKind::invalidInput) {
  return {kind, place(op->getLoc()) + what};
}

namespace {

class ScriptReader {
public:
  ScriptReader(OpenScript &open) : open(open), script(open.description) {}

  Result<void> read() {
    if (Result<void> done = readRegions(*open.module, always()); !done)
      return done;
    // What stands in an alternative that is not taken has no effect: one point, not many.
    for (size_t k = 0; k < script.tunables.size(); ++k) {
      unsigned first = static_cast<unsigned>(script.tunables[k].preferred[0]);
      unsigned rests =
          apply(Op::eq, {expressions().knob(k), constant(script.tunables[k].values[first])});
      unsigned used = apply(Op::logicalOr, usedWhen[k]);
      script.constraints.push_back({apply(Op::logicalOr, {used, rests}), ""});
    }
    std::erase_if(script.constraints, [&](const Constraint &c) { return holdsAlways(c.term); });
    return {};
  }

private:
  Expressions &expressions() { return script.expressions; }
  unsigned constant(int64_t value) { return expressions().constant(value); }
  unsigned always() { return constant(1); }
  unsigned apply(Op op, std::vector<unsigned> of) { return expressions().apply(op, std::move(of)); }

  bool holdsAlways(unsigned term) {
    std::vector<Expressions::Value> open(script.tunables.size()), values;
    expressions().evaluate(open, values);
    return values[term].value_or(0) != 0;
  }

  /// `when`: the term that tells whether these ops run.
  Result<void> readRegions(Operation *op, unsigned when) {
    for (Region &region : op->getRegions())
      for (Operation &inner : region.getOps())
        if (Result<void> done = readOp(inner, when); !done)
          return done;
    return {};
  }

  Result<void> readOp(Operation &op, unsigned when) {
    if (auto knob = dyn_cast<KnobOp>(op))
      return readKnob(knob, when);
    if (auto alternatives = dyn_cast<AlternativesOp>(op))
      return readAlternatives(alternatives, when);
    if (auto constraint = dyn_cast<ConstrainParamsOp>(op))
      return readConstraint(constraint, when);
    if (auto tiling = dyn_cast<transform::TileUsingForOp>(op))
      for (Value size : tiling.getDynamicSizes())
        if (isa<transform::AnyParamType>(size.getType()) && !open.termOf.contains(size))
          return wrong(&op, "a tile size that does not follow from knobs must be of type "
                            "!transform.param<i64>: MLIR 22 crashes on another.");
    if (auto param = dyn_cast<transform::ParamConstantOp>(op))
      if (auto value = integerValue(param.getValue()))
        open.termOf[param->getResult(0)] = constant(*value);
    return readRegions(&op, when);
  }

  Result<void> readKnob(KnobOp knob, unsigned when) {
    if (auto selected = knob.getSelected()) {
      if (auto value = integerValue(*selected))
        open.termOf[knob.getResult()] = constant(*value);
      return {};
    }
    Result<Tunable> tunable = tunableOf(knob);
    if (!tunable)
      return tunable.error();
    bool isSeen = tunable->knob.kind == Knob::Kind::categorical ||
                  llvm::all_of(optionsOf(knob), integerValue);
    Result<unsigned> number = add(std::move(*tunable), knob, when);
    if (!number)
      return number.error();
    if (isSeen)
      open.termOf[knob.getResult()] = expressions().knob(*number);
    return {};
  }

  /// The same name twice is the same choice.
  Result<unsigned> add(Tunable tunable, Operation *op, unsigned when) {
    const std::string &name = tunable.knob.name;
    if (name.empty() || name.find_first_of(" \t\n=") != std::string::npos)
      return wrong(op,
                   "'" + name + "' cannot name a choice: a name without spaces and '=' is needed.");
    for (size_t k = 0; k < script.tunables.size(); ++k) {
      const Tunable &other = script.tunables[k];
      if (other.knob.name != name)
        continue;
      if (other.knob.options != tunable.knob.options || other.knob.labels != tunable.knob.labels ||
          other.preferred != tunable.preferred)
        return wrong(op, "'" + name +
                             "' is chosen elsewhere in the script among other options; "
                             "give one of the two another name.");
      usedWhen[k].push_back(when);
      return static_cast<unsigned>(k);
    }
    script.tunables.push_back(std::move(tunable));
    usedWhen.push_back({when});
    return static_cast<unsigned>(script.tunables.size() - 1);
  }

  Result<void> readAlternatives(AlternativesOp op, unsigned when) {
    unsigned choice;
    if (auto fixed = op.getSelectedRegionAttr()) {
      choice = constant(fixed->getSExtValue());
    } else if (Value param = op.getSelectedRegionParam()) {
      auto term = open.termOf.find(param);
      if (term == open.termOf.end())
        return wrong(op, "the selected region must follow from knobs and constants.");
      choice = term->second;
    } else {
      Result<unsigned> number = add(tunableOf(op), op, when);
      if (!number)
        return number.error();
      choice = expressions().knob(*number);
    }
    for (auto [r, region] : llvm::enumerate(op.getAlternatives())) {
      unsigned taken = apply(Op::eq, {choice, constant(static_cast<int64_t>(r))});
      unsigned runs = apply(Op::logicalAnd, {when, taken});
      for (Operation &inner : region.getOps())
        if (Result<void> done = readOp(inner, runs); !done)
          return done;
    }
    for (OpResult result : op->getResults())
      readResult(op, result, choice);
    return {};
  }

  /// What an alternative yields follows from the knobs when it does in each region.
  void readResult(AlternativesOp op, OpResult result, unsigned choice) {
    std::optional<unsigned> value;
    for (auto [r, region] : llvm::enumerate(op.getAlternatives())) {
      auto term =
          open.termOf.find(region.front().getTerminator()->getOperand(result.getResultNumber()));
      if (term == open.termOf.end())
        return;
      value = value ? apply(Op::ite, {apply(Op::eq, {choice, constant(static_cast<int64_t>(r))}),
                                      term->second, *value})
                    : term->second;
    }
    if (value)
      open.termOf[result] = *value;
  }

  Result<void> readConstraint(ConstrainParamsOp op, unsigned when) {
    llvm::DenseMap<Value, unsigned> terms;
    for (auto [param, argument] : llvm::zip(op.getParams(), op.getBody().getArguments())) {
      auto term = open.termOf.find(param);
      if (term == open.termOf.end())
        return wrong(op, "a constraint may only be about knobs of integers or names and what is "
                         "computed from them; operand " +
                             std::to_string(argument.getArgNumber()) + " is something else.");
      terms[argument] = term->second;
    }
    for (Operation &inner : op.getBody().front().without_terminator()) {
      if (auto assertion = dyn_cast<mlir::smt::AssertOp>(inner)) {
        unsigned holds = apply(Op::implies, {when, terms.lookup(assertion.getInput())});
        script.constraints.push_back({holds, ""});
        open.assertions.push_back({holds, inner.getLoc()});
      } else if (auto term = smtTerm(inner, terms, expressions())) {
        terms[inner.getResult(0)] = *term;
      } else {
        return wrong(&inner,
                     "'" + inner.getName().getStringRef().str() +
                         "' is not supported in a constraint: " + smtSupported() + " are.",
                     ErrorKind::unsupported);
      }
    }
    Operation *yield = op.getBody().front().getTerminator();
    for (auto [yielded, result] : llvm::zip(yield->getOperands(), op.getResults()))
      open.termOf[result] = terms.lookup(yielded);
    return {};
  }

  OpenScript &open;
  TuneScript &script;
  std::vector<std::vector<unsigned>> usedWhen; ///< by tunable: when each of its ops runs
};

} // namespace

static bool hasEntry(ModuleOp module) {
  return llvm::any_of(
      module.getOps<transform::NamedSequenceOp>(), [](transform::NamedSequenceOp s) {
        return s.getSymName() == transform::TransformDialect::kTransformEntryPointSymbolName;
      });
}

Result<OpenScript> readScript(std::string_view text, const std::string &file,
                              MLIRContext &context) {
  FirstError errors(&context);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBufferCopy(StringRef(text.data(), text.size()), file), {});
  OpenScript open;
  open.file = file;
  open.module = parseSourceFile<ModuleOp>(sources, &context);
  if (!open.module)
    return errors.error(ErrorKind::invalidInput, file + ": not a valid transform script.");
  if (!hasEntry(*open.module))
    return Error{
        ErrorKind::invalidInput,
        file + ": the script has no transform.named_sequence @__transform_main to begin with."};
  if (Result<void> done = ScriptReader(open).read(); !done)
    return done.error();
  if (open.description.tunables.empty())
    return Error{ErrorKind::invalidInput,
                 file + ": the script leaves nothing to tune: it has no transform.tune.knob and no "
                        "transform.tune.alternatives without a selection."};
  return open;
}

Result<std::unique_ptr<TuneScriptSpace>> searchSpace(const OpenScript &open) {
  if (auto space = TuneScriptSpace::make(open.description))
    return space;
  // Which one is it? The first that leaves nothing beside those before it.
  TuneScript some = open.description;
  some.constraints.clear();
  for (auto [constraint, location] : open.assertions) {
    some.constraints.push_back({constraint, ""});
    if (!TuneScriptSpace::make(some))
      return Error{ErrorKind::invalidInput,
                   place(location) + "with this constraint no choice of the knobs is left."};
  }
  return Error{ErrorKind::invalidInput,
               open.file + ": no choice of the knobs satisfies all constraints."};
}

/// MLIR 22's structured ops take no parameter of type any_param for a number (tile_using_for
/// crashes): they get what they read as typed constants.
static void typeParameters(OpenScript &open, ArrayRef<Expressions::Value> terms) {
  OpBuilder builder(open.module->getContext());
  auto number = transform::ParamType::get(builder.getContext(), builder.getI64Type());
  open.module->walk([&](Operation *op) {
    if (!op->getName().getStringRef().starts_with("transform.structured."))
      return;
    builder.setInsertionPoint(op);
    for (OpOperand &operand : op->getOpOperands()) {
      auto term = open.termOf.find(operand.get());
      auto knob = operand.get().getDefiningOp<KnobOp>();
      bool named = knob && !integerValue(*knob.getSelected());
      if (term != open.termOf.end() && !named &&
          isa<transform::AnyParamType>(operand.get().getType()))
        operand.set(transform::ParamConstantOp::create(
            builder, op->getLoc(), number,
            builder.getI64IntegerAttr(terms[term->second].value_or(0))));
    }
  });
}

void closeScript(OpenScript &open, const TuneScriptSpace &space, const Schedule &schedule) {
  std::vector<Expressions::Value> terms = space.evaluate(schedule);
  auto chosen = [&](StringRef name) {
    const auto &tunables = space.description().tunables;
    for (size_t k = 0; k < tunables.size(); ++k)
      if (tunables[k].knob.name == name)
        return schedule.choice[k];
    llvm_unreachable("every open choice of a script is a knob of its space");
  };
  OpBuilder builder(open.module->getContext());
  SmallVector<ConstrainParamsOp> constraints;
  open.module->walk([&](Operation *op) {
    if (auto knob = dyn_cast<KnobOp>(op)) {
      if (!knob.getSelected())
        knob.setSelectedAttr(selection(knob, chosen(knob.getName())));
    } else if (auto alternatives = dyn_cast<AlternativesOp>(op)) {
      if (!alternatives.getSelectedRegionAttr() && !alternatives.getSelectedRegionParam())
        alternatives.setSelectedRegionAttrAttr(
            builder.getIndexAttr(chosen(alternatives.getName())));
    } else if (auto constraint = dyn_cast<ConstrainParamsOp>(op)) {
      constraints.push_back(constraint);
    }
  });
  typeParameters(open, terms);
  for (ConstrainParamsOp constraint : constraints) {
    builder.setInsertionPoint(constraint);
    for (OpResult result : constraint->getResults()) {
      auto typed = dyn_cast<transform::ParamType>(result.getType());
      Type integer = typed ? typed.getType() : builder.getI64Type();
      // In an alternative that is not taken a value may be undefined; nobody will see it.
      int64_t value = terms[open.termOf.lookup(result)].value_or(0);
      result.replaceAllUsesWith(transform::ParamConstantOp::create(
          builder, constraint.getLoc(), result.getType(), builder.getIntegerAttr(integer, value)));
    }
    constraint.erase();
  }
}

} // namespace alt
