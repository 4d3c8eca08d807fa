#include "alt/Support.h"
#include "measure/child/ForkServer.h"
#include "measure/child/Servers.h"
#include "support/Sha256.h"
#include <cstdio>
#include <map>

namespace alt {

namespace fs = std::filesystem;

namespace {

struct Described {
  DescribeWorkload text;
  std::unique_ptr<SearchSpace> space;
};

BuildAnswer failed(Outcome outcome, std::string detail) {
  BuildAnswer answer;
  answer.outcome = outcome;
  answer.detail = std::move(detail);
  return answer;
}

/// In the child: writes the object beside its place and renames it, so that an object that is there
/// is whole.
BuildAnswer build(const BuildParts &parts, const Described &described, const BuildRequest &request,
                  const fs::path &part) {
  const auto &[workload, target, threads] = described.text;
  LowerRequest lowering{.workload = workload};
  lowering.symbolPrefix = "k" + workload.id.hex();
  lowering.reference = request.schedule.empty();
  Schedule parsed;
  if (!request.schedule.empty()) {
    Result<Schedule> schedule = parse(*described.space, request.schedule);
    if (!schedule)
      return failed(Outcome::scheduleRefused, schedule.error().message);
    parsed = *schedule;
    lowering.space = described.space.get();
    lowering.schedule = &parsed;
  }
  auto lowered = parts.lower(lowering, target, part);
  if (auto *failure = std::get_if<LowerFailure>(&lowered))
    return failed(failure->refused ? Outcome::scheduleRefused : Outcome::compileFailed,
                  failure->detail);
  Result<std::string> bytes = readFile(part);
  if (!bytes)
    return failed(Outcome::compileFailed, bytes.error().message);
  std::error_code code;
  fs::rename(part, request.object, code);
  if (code)
    return failed(Outcome::compileFailed, request.object.string() + ": " + code.message() + ".");
  BuildAnswer answer;
  answer.outcome = Outcome::ok;
  answer.artifact = {request.object, sha256(*bytes), std::get<KernelPlan>(lowered)};
  return answer;
}

BuildAnswer judge(const ChildEnd &end, const ChildLimits &limits) {
  if (end.timedOut)
    return failed(Outcome::compileTimedOut,
                  "not built within " + std::to_string(limits.wall.count()) + " s");
  if (end.answered()) {
    Result<BuildAnswer> answer = buildAnswerFromJson(end.answer);
    return answer ? *answer : failed(Outcome::compileFailed, answer.error().message);
  }
  if (end.ranOutOfMemory())
    return failed(Outcome::outOfMemory, "the compiler needs more memory than is allowed");
  return failed(Outcome::compileFailed, "the compiler crashed: " + end.describe());
}

} // namespace

int serveBuilds(const BuildParts &parts, const std::vector<Place> &places) {
  parts.warmUp();
  std::map<WorkloadId, std::shared_ptr<Described>> known;
  return serveForks(places, [&](std::string_view line) -> std::optional<Job> {
    Result<Request> request = requestFromJson(line);
    if (!request) {
      std::fprintf(stderr, "alt-runner: %s\n", request.error().message.c_str());
      return std::nullopt;
    }
    if (auto *describe = std::get_if<DescribeWorkload>(&*request)) {
      auto described = std::make_shared<Described>(Described{std::move(*describe), nullptr});
      const auto &[workload, target, threads] = described->text;
      described->space = parts.makeSpace(workload, target, threads);
      known[workload.id] = std::move(described);
    } else if (auto *forget = std::get_if<ForgetWorkload>(&*request)) {
      known.erase(forget->workload);
    } else if (auto *wanted = std::get_if<BuildRequest>(&*request)) {
      std::shared_ptr<Described> described = known[wanted->workload];
      fs::path part = wanted->object;
      part += ".part" + std::to_string(wanted->number);
      auto work = [&parts, described, request = *wanted, part] {
        return toJson(described ? build(parts, *described, request, part)
                                : failed(Outcome::compileFailed, "unknown workload"));
      };
      auto finish = [request = *wanted, part](const ChildEnd &end) {
        BuildAnswer answer = judge(end, request.limits);
        answer.number = request.number;
        answer.spent = end.timedOut ? end.wall : end.cpu;
        std::error_code ignored;
        fs::remove(part, ignored); // of one that was killed or refused
        return toJson(answer);
      };
      return Job{wanted->limits, work, finish};
    }
    return std::nullopt;
  });
}

int runnerMain(int argc, char **argv, const BuildParts &parts) {
  std::string_view role = argc > 1 ? argv[1] : "";
  if (role == "time")
    return serveTimings();
  std::vector<Place> places;
  for (int i = 2; i < argc; ++i)
    places.push_back(placeFromText(argv[i]));
  if (role == "build" && !places.empty())
    return serveBuilds(parts, places);
  std::fprintf(stderr, "alt-runner is started by alt, as 'build PLACE...' or 'time'; it builds and "
                       "times kernels in children that may die.\n");
  return 2;
}

} // namespace alt
