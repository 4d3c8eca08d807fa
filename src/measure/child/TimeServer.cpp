#include "measure/child/ForkServer.h"
#include "measure/child/ObjectLoader.h"
#include "measure/child/Servers.h"
#include "measure/child/TimingChild.h"
#include <cstdio>
#include <map>

namespace alt {

namespace {

struct Subject {
  Workload workload;
  std::shared_ptr<DataSet> data; ///< once the reference was asked for
};

TimeAnswer failed(Outcome outcome, std::string detail) {
  TimeAnswer answer;
  answer.measurements.emplace_back();
  answer.measurements.back().outcome = outcome;
  answer.measurements.back().detail = std::move(detail);
  return answer;
}

std::string finish(const ChildEnd &end, uint64_t number, Seconds limit) {
  TimeAnswer answer;
  if (end.timedOut)
    answer =
        failed(Outcome::runTimedOut, "not done within " + std::to_string(limit.count()) + " s");
  else if (std::optional<Measurement> words = lastWords(end.answer))
    answer.measurements = {*words};
  else if (!end.answered())
    answer = failed(end.ranOutOfMemory() ? Outcome::outOfMemory : Outcome::crashed, end.describe());
  else if (Result<TimeAnswer> given = timeAnswerFromJson(end.answer))
    answer = *given;
  else
    answer = failed(Outcome::crashed, given.error().message);
  answer.number = number;
  // What the child could not account for (its start, its end) belongs to the check.
  PhaseTimes &spent = answer.measurements.back().spent;
  (end.answered() ? spent.check : spent.run) += end.wall - spent.total();
  return toJson(answer);
}

Job answerAtOnce(TimeAnswer answer, uint64_t number) {
  return {{},
          [] { return std::string(); },
          [answer, number](const ChildEnd &) mutable {
            answer.number = number;
            return toJson(answer);
          }};
}

} // namespace

int serveTimings() {
  std::map<WorkloadId, Subject> known;
  return serveForks({Place()}, [&](std::string_view line) -> std::optional<Job> {
    Result<Request> request = requestFromJson(line);
    if (!request) {
      std::fprintf(stderr, "alt-runner: %s\n", request.error().message.c_str());
      return std::nullopt;
    }
    if (auto *describe = std::get_if<DescribeWorkload>(&*request)) {
      known[describe->workload.id].workload = std::move(describe->workload);
    } else if (auto *forget = std::get_if<ForgetWorkload>(&*request)) {
      known.erase(forget->workload);
    } else if (auto *reference = std::get_if<ReferenceRequest>(&*request)) {
      Subject &subject = known[reference->workload];
      subject.data = std::make_shared<DataSet>(subject.workload.arguments,
                                               subject.workload.id.value, reference->positive);
      std::shared_ptr<DataSet> data = subject.data; // jobs may outlive what is known
      if (!data->complete())
        return answerAtOnce(failed(Outcome::outOfMemory, "no memory for inputs and outputs"),
                            reference->number);
      // Linked once here too, so that every child finds the linker warm; nothing is run.
      (void)LoadedObject::load(reference->artifact, {reference->artifact.plan.stages[0].symbol});
      return Job{reference->limits,
                 [data, r = *reference] { return toJson(runReference(r, *data)); },
                 [data, r = *reference](const ChildEnd &end) {
                   data->freeze();
                   return finish(end, r.number, r.limits.wall);
                 }};
    } else if (auto *timing = std::get_if<TimeRequest>(&*request)) {
      std::shared_ptr<DataSet> data = known[timing->workload].data;
      if (!data)
        return answerAtOnce(failed(Outcome::crashed, "no reference to compare with"),
                            timing->number);
      return Job{
          timing->limits, [data, t = *timing] { return toJson(runCandidates(t, *data)); },
          [t = *timing](const ChildEnd &end) { return finish(end, t.number, t.limits.wall); }};
    }
    return std::nullopt;
  });
}

} // namespace alt
