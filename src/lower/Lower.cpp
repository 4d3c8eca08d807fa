// The way from a workload and a schedule to an object file: the steps, in order.
#include "alt/Lower.h"
#include "lower/Context.h"
#include "lower/Interpret.h"
#include "lower/Pipeline.h"
#include "lower/Prepare.h"
#include "lower/ReadScript.h"
#include "lower/ScheduleScript.h"
#include "lower/Stages.h"
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

/// The kernel as the schedule finds it; or the diagnostic.
OwningOpRef<ModuleOp> preparedKernel(const LowerRequest &request) {
  bool asWritten = request.schedule && !request.workload.script.empty();
  return prepareKernel(request.workload.linalg, asWritten, threadContext());
}

/// The schedule's script for a prepared kernel; null when there is nothing to schedule, or a
/// diagnostic.
OwningOpRef<ModuleOp> schedulingScript(const LowerRequest &request, ModuleOp kernel,
                                       const Target &target) {
  if (request.workload.script.empty()) {
    std::string script = scheduleScript(request, kernel, target);
    return script.empty() ? OwningOpRef<ModuleOp>()
                          : parseSourceString<ModuleOp>(script, kernel.getContext());
  }
  Result<OpenScript> open = readScript(request.workload.script, userScript.str(), threadContext());
  const auto *space = dynamic_cast<const TuneScriptSpace *>(request.space);
  assert(open && space && "a workload's script was read when the workload got it");
  closeScript(*open, *space, *request.schedule);
  return std::move(open->module);
}

} // namespace

std::variant<KernelPlan, LowerFailure> lowerToObject(const LowerRequest &request,
                                                     const Target &target,
                                                     const std::filesystem::path &object) {
  DiagnosticCollector diagnostics(threadContext());
  bool reference = !request.schedule;
  auto failed = [&](bool refused, const char *step) {
    std::string why = diagnostics.first();
    return LowerFailure{refused, std::string(step) + (why.empty() ? "" : ": " + why)};
  };

  OwningOpRef<ModuleOp> module = preparedKernel(request);
  if (!module)
    return failed(false, "parse");
  if (!reference) {
    OwningOpRef<ModuleOp> script = schedulingScript(request, *module, target);
    reference = !script; // nothing to schedule: plain loops, left to LLVM
    if (script ? mlir::failed(interpret(*script, *module)) : !diagnostics.first().empty())
      return failed(true, "schedule");
  }
  if (mlir::failed(bufferizeKernel(*module)))
    return failed(true, "bufferize");
  FailureOr<KernelPlan> plan = outlineStages(*module, request.symbolPrefix);
  if (mlir::failed(plan))
    return failed(true, "stages");
  if (mlir::failed(lowerToLlvmDialect(*module)))
    return failed(false, "lower");
  if (mlir::failed(emitObject(*module, target, object.string(), reference)))
    return failed(false, "compile");
  return *plan;
}

Result<std::string> printSchedule(const LowerRequest &request, const Target &target) {
  DiagnosticCollector diagnostics(threadContext());
  OwningOpRef<ModuleOp> module = preparedKernel(request);
  if (!module)
    return Error{ErrorKind::internal, "The kernel does not parse: " + diagnostics.first() + "."};
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "// " << request.workload.name << "\n";
  if (!request.schedule) { // plain loops: the kernel alone
    out << "// no schedule: plain loops\n" << *module << "\n";
    return text;
  }
  out << "// " << print(*request.space, *request.schedule) << "\n";
  OwningOpRef<ModuleOp> transforms = schedulingScript(request, *module, target);
  if (!transforms)
    return Error{ErrorKind::internal, "The schedule does not parse: " + diagnostics.first() + "."};
  // One module: the interpreter finds the named sequence, the rest is the payload.
  Block *body = module->getBody();
  for (Operation &op : llvm::make_early_inc_range(*transforms->getBody()))
    op.moveBefore(body, body->end());
  (*module)->setAttr("transform.with_named_sequence", UnitAttr::get(&threadContext()));
  module->print(out);
  out << "\n";
  return text;
}

} // namespace alt
