// The way from a workload and a schedule to an object file: the steps, in order.
#include "alt/Lower.h"
#include "lower/Context.h"
#include "lower/ExpandSchedule.h"
#include "lower/Interpret.h"
#include "lower/OperandLayouts.h"
#include "lower/Pipeline.h"
#include "lower/Prepare.h"
#include "lower/ReadScript.h"
#include "lower/Reference.h"
#include "lower/ScheduleScript.h"
#include "lower/Stages.h"
#include "lower/isa/TileProducts.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

namespace alt {

using namespace mlir;

namespace {

/// One a thread: its multithreading is off, so that no two threads may share one.
mlir::MLIRContext &threadContext() {
  static thread_local std::unique_ptr<MLIRContext> context = makeKernelContext();
  return *context;
}

/// The kernel as its schedule finds it, and the schedule as a script; no script for plain loops.
struct Prepared {
  OwningOpRef<ModuleOp> kernel, script;
  std::vector<OperandLayout> layouts;
};

/// A failure has a diagnostic.
FailureOr<Prepared> prepare(const LowerRequest &request, const Target &target) {
  MLIRContext &context = threadContext();
  const Workload &workload = request.workload;
  Prepared prepared;
  if (!request.schedule || workload.script.empty()) {
    prepared.kernel = prepareKernel(workload.linalg, /*asWritten=*/false, context);
    if (!prepared.kernel)
      return failure();
    if (!request.schedule)
      return prepared;
    if (auto scheduled = ScheduledKernel::of(request, *prepared.kernel)) {
      prepared.layouts = operandLayouts(*scheduled, target);
      prepared.script = parseSourceString<ModuleOp>(scheduleScript(*scheduled, target), &context);
      if (!prepared.script)
        return failure();
    }
    return prepared;
  }
  Result<OpenScript> open = readScript(workload.script, userScript.str(), context);
  const auto *space = dynamic_cast<const TuneScriptSpace *>(request.space);
  assert(open && space && "a workload's script was read when the workload got it");
  closeScript(*open, *space, *request.schedule);
  transform::ScheduleOp ours = findScheduleOp(*open->module);
  prepared.kernel = prepareKernel(workload.linalg, /*asWritten=*/!ours, context);
  if (!prepared.kernel)
    return failure();
  if (ours) {
    auto layouts = expandSchedule(ours, workload, target, *prepared.kernel);
    if (failed(layouts))
      return failure();
    prepared.layouts = std::move(*layouts);
  }
  prepared.script = std::move(open->module);
  return prepared;
}

} // namespace

std::variant<KernelPlan, LowerFailure> lowerToObject(const LowerRequest &request,
                                                     const Target &target,
                                                     const std::filesystem::path &object) {
  DiagnosticCollector diagnostics(threadContext());
  auto failed = [&](bool refused, const char *step) {
    std::string why = diagnostics.first();
    return LowerFailure{refused, std::string(step) + (why.empty() ? "" : ": " + why)};
  };
  auto emit = [&](ModuleOp module, const KernelPlan &plan,
                  bool allPasses) -> std::variant<KernelPlan, LowerFailure> {
    if (mlir::failed(lowerToLlvmDialect(module)))
      return failed(false, "lower");
    if (mlir::failed(emitObject(module, target, object.string(), allPasses)))
      return failed(false, "compile");
    return plan;
  };

  if (request.reference) {
    OwningOpRef<ModuleOp> module = parseKernel(request.workload.linalg, threadContext());
    if (!module || !kernelFunction(*module))
      return failed(false, "parse");
    FailureOr<KernelPlan> plan = bufferizeReference(*module, request.symbolPrefix);
    if (mlir::failed(plan))
      return failed(false, "bufferize");
    return emit(*module, *plan, /*allPasses=*/true);
  }

  FailureOr<Prepared> prepared = prepare(request, target);
  if (mlir::failed(prepared))
    return failed(request.schedule, request.schedule ? "schedule" : "parse");
  auto &[module, script, layouts] = *prepared;
  bool plain = !script; // nothing to schedule: left to LLVM
  if (script && mlir::failed(interpret(*script, *module)))
    return failed(true, "schedule");
  if (mlir::failed(bufferizeKernel(*module)))
    return failed(true, "bufferize");
  FailureOr<KernelPlan> plan = outlineStages(*module, request.symbolPrefix);
  if (mlir::failed(plan))
    return failed(true, "stages");
  if (mlir::failed(emitTileProducts(*module, emulatesTiles(target))))
    return failed(true, "tiles");
  return emit(*module, *plan, plain || request.allPasses);
}

Result<std::vector<OperandLayout>> layoutsOf(const LowerRequest &request, const Target &target) {
  DiagnosticCollector diagnostics(threadContext());
  FailureOr<Prepared> prepared = prepare(request, target);
  if (failed(prepared))
    return Error{ErrorKind::internal, "The schedule cannot be read: " + diagnostics.first() + "."};
  return std::move(prepared->layouts);
}

Result<std::string> printSchedule(const LowerRequest &request, const Target &target) {
  DiagnosticCollector diagnostics(threadContext());
  FailureOr<Prepared> prepared = prepare(request, target);
  if (failed(prepared))
    return Error{ErrorKind::internal,
                 "The schedule cannot be printed: " + diagnostics.first() + "."};
  auto &[module, script, layouts] = *prepared;
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "// " << request.workload.name << "\n";
  if (!script) { // plain loops: the kernel alone
    out << "// no schedule: plain loops\n" << *module << "\n";
    return text;
  }
  out << "// " << print(*request.space, *request.schedule) << "\n";
  for (const OperandLayout &layout : layouts)
    out << "// " << print(layout) << "\n";
  // One module: the interpreter finds the named sequence, the rest is the payload.
  Block *body = module->getBody();
  for (Operation &op : llvm::make_early_inc_range(*script->getBody()))
    op.moveBefore(body, body->end());
  (*module)->setAttr("transform.with_named_sequence", UnitAttr::get(&threadContext()));
  module->print(out);
  out << "\n";
  return text;
}

} // namespace alt
