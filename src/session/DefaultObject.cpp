#include "session/DefaultObject.h"
#include "alt/Lower.h"
#include "alt/Session.h"
#include "alt/Support.h"
#include "space/AlgorithmSpace.h"
#include "support/Sha256.h"
#include <atomic>
#include <thread>

namespace alt {

std::vector<Schedule> standIns(const SearchSpace &space) {
  std::vector<Schedule> found;
  if (const auto *derived = dynamic_cast<const AlgorithmSpace *>(&space))
    for (size_t i = 0; i < derived->algorithms().size(); ++i)
      found.push_back(derived->defaultOf(i));
  constexpr int drawn = 4;
  Rng rng(1);
  for (int i = 0; i < drawn; ++i)
    found.push_back(space.random(rng));
  std::erase(found, space.defaultSchedule());
  return found;
}

std::string insteadOfDefault(const std::string &kernel, const std::string &reason,
                             const std::string &schedule) {
  return "The default schedule of " + kernel + " does not work (" +
         reason.substr(0, reason.find('\n')) + "); instead it has " +
         (schedule.empty() ? "plain loops." : schedule + ".");
}

Result<DefaultObject> buildDefault(const Workload &workload, const Target &target, unsigned threads,
                                   const std::filesystem::path &folder, bool plain) {
  DefaultObject built;
  LowerRequest request{workload};
  request.symbolPrefix = "kernel_" + workload.id.hex();
  std::unique_ptr<SearchSpace> space;
  std::filesystem::path object = folder / (request.symbolPrefix + "_default.o");
  auto lower = [&](std::optional<Schedule> schedule) {
    built.schedule = std::move(schedule);
    request.schedule = built.schedule ? &*built.schedule : nullptr;
    request.space = built.schedule ? space.get() : nullptr;
    return lowerToObject(request, target, object);
  };
  if (!plain && workload.tunable())
    space = spaceOf(workload, target, threads);
  auto lowered = lower(space ? std::optional(space->defaultSchedule()) : std::nullopt);
  auto refused = [&] { return std::get_if<LowerFailure>(&lowered); };
  if (space && refused()) {
    std::string reason = refused()->detail;
    for (Schedule &other : standIns(*space))
      if (refused())
        lowered = lower(std::move(other));
    if (refused())
      lowered = lower(std::nullopt);
    built.note = insteadOfDefault(workload.name, reason,
                                  built.schedule ? print(*space, *built.schedule) : "");
  }
  if (refused())
    return Error{ErrorKind::internal,
                 "Kernel " + workload.name + " cannot be compiled: " + refused()->detail};
  auto bytes = readFile(object);
  if (!bytes)
    return bytes.error();
  built.artifact = {object, sha256(*bytes), std::get<KernelPlan>(std::move(lowered))};
  if (built.schedule) {
    built.printed = print(*space, *built.schedule);
    auto layouts = layoutsOf(request, target);
    if (!layouts)
      return layouts.error();
    built.layouts = std::move(*layouts);
  }
  return built;
}

Result<void> onAllCores(size_t count, unsigned cores,
                        const std::function<Result<void>(size_t)> &work) {
  std::vector<std::optional<Error>> errors(count);
  std::atomic<size_t> next = 0;
  auto take = [&] {
    for (size_t k; (k = next++) < count;)
      if (auto done = work(k); !done)
        errors[k] = done.error();
  };
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 1; i < std::max(1u, cores); ++i)
      workers.emplace_back(take);
    take();
  }
  for (const std::optional<Error> &error : errors)
    if (error)
      return *error;
  return {};
}

Result<SessionResult> buildDefaults(std::span<const SessionKernel> kernels, const Target &target,
                                    unsigned threads, const std::filesystem::path &folder) {
  SessionResult result;
  result.artifacts.resize(kernels.size());
  result.schedules.resize(kernels.size());
  result.report.kernels.resize(kernels.size());
  std::vector<std::string> notes(kernels.size());
  auto build = [&](size_t k) -> Result<void> {
    const Workload &workload = kernels[k].workload;
    KernelReport &report = result.report.kernels[k];
    report.name = workload.name;
    report.id = workload.id.hex();
    report.anchor = name(workload.anchor);
    report.uses = kernels[k].uses;
    report.flops = workload.flops;
    report.stopReason = "untuned";
    auto built = buildDefault(workload, target, threads, folder);
    if (!built)
      return built.error();
    result.artifacts[k] = std::move(built->artifact);
    result.schedules[k] = built->schedule;
    report.plain = !built->schedule;
    report.defaultSchedule = report.bestSchedule = built->printed;
    report.layouts = std::move(built->layouts);
    notes[k] = std::move(built->note);
    return {};
  };
  if (auto done = onAllCores(kernels.size(), target.cores, build); !done)
    return done.error();
  for (std::string &note : notes)
    if (!note.empty())
      result.report.notes.push_back(std::move(note));
  result.report.threads = threads;
  result.report.target = target.key();
  result.report.cpu = target.cpu;
  return result;
}

} // namespace alt
