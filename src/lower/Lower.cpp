// The way from a workload and a schedule to an object file: the steps, in order.
#include "alt/Lower.h"
#include "lower/Context.h"
#include "lower/Pipeline.h"
#include "lower/Prepare.h"
#include "lower/ScheduleScript.h"
#include "lower/Stages.h"
#include "mlir/Dialect/Transform/Transforms/TransformInterpreterUtils.h"
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

/// The kernel as the schedule finds it, and the schedule's script; or the diagnostic.
OwningOpRef<ModuleOp> preparedKernel(const LowerRequest &request) {
  OwningOpRef<ModuleOp> module = parseKernel(request.workload.linalg, threadContext());
  if (!module || !kernelFunction(*module))
    return {};
  func::FuncOp function = kernelFunction(*module);
  generalizeKernel(function);
  toDestinationStyle(function);
  return module;
}

LogicalResult applySchedule(ModuleOp kernel, const std::string &script) {
  OwningOpRef<ModuleOp> transforms = parseSourceString<ModuleOp>(script, kernel.getContext());
  if (!transforms)
    return failure();
  auto entry = transform::detail::findTransformEntryPoint(transforms->getOperation(), {});
  if (!entry)
    return failure();
  return transform::applyTransformNamedSequence(kernel, entry, *transforms,
                                                transform::TransformOptions());
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
    std::string script = scheduleScript(request, *module, target);
    reference = script.empty(); // nothing to schedule: plain loops, left to LLVM
    if (!reference && mlir::failed(applySchedule(*module, script)))
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
  std::string script = scheduleScript(request, *module, target);
  OwningOpRef<ModuleOp> transforms = parseSourceString<ModuleOp>(script, &threadContext());
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
