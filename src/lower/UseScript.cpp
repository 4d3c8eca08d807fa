// A user's script becomes a workload's search space, when it fits.
#include "alt/Lower.h"
#include "alt/Support.h"
#include "lower/Context.h"
#include "lower/ExpandSchedule.h"
#include "lower/FirstError.h"
#include "lower/Interpret.h"
#include "lower/Prepare.h"
#include "lower/ReadScript.h"
#include "mlir/Dialect/Linalg/TransformOps/LinalgTransformOps.h"
#include "llvm/Support/raw_ostream.h"

namespace alt {

using namespace mlir;

/// Without comments and places: what records are kept under survives reformatting.
static std::string canonicalText(ModuleOp script) {
  std::string text;
  llvm::raw_string_ostream(text) << script;
  return text;
}

static Error unmatchedError(transform::MatchOp match) {
  std::string wanted;
  if (auto names = match.getOps())
    for (Attribute name : *names)
      wanted += (wanted.empty() ? "'" : " or '") + cast<StringAttr>(name).str() + "'";
  return {ErrorKind::invalidInput,
          place(match.getLoc()) + (wanted.empty()
                                       ? "no operation of the kernel has these attributes here."
                                       : "the kernel has no " + wanted + " here.")};
}

/// The default point, tried on the kernel: a script for another kernel would do nothing, silently.
static Result<void> tryDefault(ModuleOp script, const Workload &workload) {
  transform::ScheduleOp ours = findScheduleOp(script);
  FirstError errors(script.getContext());
  OwningOpRef<ModuleOp> kernel =
      prepareKernel(workload.linalg, /*asWritten=*/!ours, *script.getContext());
  if (!kernel)
    return errors.error(ErrorKind::internal, "The kernel does not parse.");
  if (ours && failed(expandSchedule(ours, workload, hostTarget(), *kernel)))
    return errors.error(ErrorKind::invalidInput, "The script's default cannot be applied.");
  if (!ours)
    if (Operation *match = findUnmatched(script, *kernel))
      return unmatchedError(cast<transform::MatchOp>(match));
  return {};
}

Result<void> useScript(Workload &workload, std::string_view script, const std::string &file) {
  std::unique_ptr<MLIRContext> context = makeKernelContext();
  Result<OpenScript> open = readScript(script, file, *context);
  if (!open)
    return open.error();
  Result<std::unique_ptr<TuneScriptSpace>> space = searchSpace(*open);
  if (!space)
    return space.error();
  WorkloadId id = workloadId(workload.linalg + canonicalText(*open->module));
  closeScript(*open, **space, (*space)->defaultSchedule());
  if (Result<void> fits = tryDefault(*open->module, workload); !fits)
    return fits;
  workload.script = script;
  workload.id = id;
  return {};
}

Result<std::optional<WorkloadId>> kernelOfScript(std::string_view script, const std::string &file) {
  std::unique_ptr<MLIRContext> context = makeKernelContext();
  Result<OpenScript> open = readScript(script, file, *context);
  if (!open)
    return open.error();
  std::optional<WorkloadId> id;
  if (transform::ScheduleOp ours = findScheduleOp(*open->module)) {
    id.emplace();
    if (ours.getKernel().getAsInteger(16, id->value))
      return Error{ErrorKind::invalidInput,
                   place(ours.getLoc()) + "'" + ours.getKernel().str() + "' is no kernel's id."};
  }
  return id;
}

std::unique_ptr<SearchSpace> spaceOf(const Workload &workload, const Target &target,
                                     unsigned threads) {
  if (workload.script.empty())
    return makeSearchSpace(workload, target, threads);
  std::unique_ptr<MLIRContext> context = makeKernelContext();
  Result<OpenScript> open = readScript(workload.script, userScript.str(), *context);
  assert(open && "useScript has read it");
  Result<std::unique_ptr<TuneScriptSpace>> space = searchSpace(*open);
  assert(space && "useScript has found a choice");
  return *std::move(space);
}

} // namespace alt
