#include "lower/ExpandSchedule.h"
#include "lower/OperandLayouts.h"
#include "lower/ScheduleScript.h"
#include "lower/TuneOptions.h"
#include "mlir/Dialect/Transform/IR/TransformOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Parser/Parser.h"

namespace alt {

using namespace mlir;

transform::ScheduleOp findScheduleOp(ModuleOp script) {
  transform::ScheduleOp found;
  script.walk([&](transform::ScheduleOp op) { found = op; });
  return found;
}

static Attribute valueOf(Value param) {
  if (auto knob = param.getDefiningOp<transform::tune::KnobOp>())
    return knob.getSelectedAttr();
  if (auto constant = param.getDefiningOp<transform::ParamConstantOp>())
    return constant.getValue();
  return {};
}

/// "reg.i0=8 tile.i0=64": what the parameters say.
static FailureOr<std::string> scheduleText(transform::ScheduleOp op) {
  std::string text;
  for (auto [name, param] :
       llvm::zip(op.getKnobs().getAsValueRange<StringAttr>(), op.getParams())) {
    Attribute value = valueOf(param);
    if (!value)
      return op.emitError("knob '") << name << "' must be a tune.knob or a constant";
    text += name.str() + "=" + optionText(value) + " ";
  }
  return text;
}

FailureOr<std::vector<OperandLayout>> expandSchedule(transform::ScheduleOp op,
                                                     const Workload &workload, const Target &target,
                                                     ModuleOp kernel) {
  FailureOr<std::string> text = scheduleText(op);
  if (failed(text))
    return failure();
  std::unique_ptr<SearchSpace> space =
      makeSearchSpace(workload, target, static_cast<unsigned>(op.getThreads()));
  Result<Schedule> schedule = parse(*space, *text);
  if (!schedule)
    return op.emitError(schedule.error().message);
  if (!space->legal(*schedule))
    return op.emitError("the generated space forbids this point");
  std::vector<OperandLayout> layouts;
  if (auto scheduled = ScheduledKernel::of({workload, space.get(), &*schedule}, kernel)) {
    layouts = operandLayouts(*scheduled, target);
    OwningOpRef<ModuleOp> module =
        parseSourceString<ModuleOp>(scheduleScript(*scheduled, target), op.getContext());
    assert(module && "what we write parses");
    auto sequence = *module->getOps<transform::NamedSequenceOp>().begin();
    OpBuilder builder(op);
    IRMapping mapping;
    mapping.map(sequence.getBody().getArgument(0), op.getTarget());
    for (Operation &inner : sequence.getBody().front().without_terminator())
      builder.clone(inner, mapping);
  }
  op.erase();
  return layouts;
}

} // namespace alt
