#include "alt/Support.h"
#include "measure/RunnerState.h"
#include <algorithm>
#include <cstdlib>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

namespace alt {

namespace fs = std::filesystem;

static std::vector<int> allowedCores() {
  std::vector<int> cores;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    for (int i = 0; i < CPU_SETSIZE; ++i)
      if (CPU_ISSET(i, &set))
        cores.push_back(i);
  return cores;
}

static Result<void> usableFolder(MeasureOptions &options, std::optional<ScratchFolder> &own) {
  std::error_code code;
  if (options.objects.empty()) {
    auto made = ScratchFolder::make(temporaryPlace(), "alt-measure-");
    if (!made)
      return made.error();
    own.emplace(std::move(*made));
    options.objects = own->path();
    return {};
  }
  options.objects = fs::absolute(options.objects);
  fs::create_directories(options.objects, code);
  if (code || access(options.objects.c_str(), W_OK) != 0)
    return Error{ErrorKind::io, options.objects.string() + ": cannot write objects there" +
                                    (code ? ": " + code.message() : std::string()) + "."};
  return {};
}

Runner::Runner(std::unique_ptr<State> s) : state(std::move(s)) {}
Runner::~Runner() = default;
const MeasureOptions &Runner::options() const { return state->options; }
const Target &Runner::target() const { return state->target; }

Result<std::shared_ptr<Runner>> Runner::start(const Target &target, const MeasureOptions &options) {
  auto state = std::make_unique<State>();
  state->target = target;
  state->options = options;
  state->cores = allowedCores();
  if (state->options.runner.empty())
    state->options.runner = thisProgram().parent_path() / "alt-runner";
  const fs::path &program = state->options.runner;
  if (access(program.c_str(), X_OK) != 0)
    return Error{ErrorKind::io, program.string() +
                                    ": the measuring program alt-runner is not there; "
                                    "it belongs beside alt."};
  if (Result<void> folder = usableFolder(state->options, state->ownObjects); !folder)
    return folder.error();
  // The last cores: the first ones have the interrupts.
  size_t threads = std::max(1u, options.threads);
  if (options.pin && threads <= state->cores.size())
    state->timingCores.assign(state->cores.end() - static_cast<ptrdiff_t>(threads),
                              state->cores.end());
  for (State::Server *server : {&state->build, &state->time})
    if (Result<void> started = state->startServer(*server); !started)
      return started.error();
  return std::make_shared<Runner>(std::move(state));
}

Runner::State::~State() {
  build.process = ServerProcess();
  time.process = ServerProcess();
}

std::vector<Place> Runner::State::buildPlaces() const {
  Place rest, timing;
  timing.yields = !timingCores.empty();
  for (int core : cores)
    if (!timingCores.empty() &&
        std::find(timingCores.begin(), timingCores.end(), core) == timingCores.end())
      rest.cores.push_back(core);
  size_t workers = options.buildWorkers ? options.buildWorkers : std::max<size_t>(1, cores.size());
  std::vector<Place> places(std::min(workers, rest.cores.size()), rest);
  places.resize(workers, timing);
  return places;
}

Result<void> Runner::State::startServer(Server &server) {
  std::vector<std::string> arguments = {server.role};
  if (&server == &build)
    for (const Place &place : buildPlaces())
      arguments.push_back(toText(place));
  Result<ServerProcess> started = ServerProcess::start(options.runner, arguments);
  if (!started)
    return started.error();
  server.process = *std::move(started);
  return {};
}

void Runner::State::describe(const DescribeWorkload &d) {
  if (described.contains(d.workload.id))
    return;
  described[d.workload.id] = d;
  std::string line = toJson(Request(d));
  build.process.send(line); // if the server is dead, its restart tells it
  time.process.send(line);
}

void Runner::State::forget(WorkloadId id) {
  described.erase(id);
  references.erase(id);
  std::string line = toJson(Request(ForgetWorkload{id}));
  build.process.send(line);
  time.process.send(line);
}

uint64_t Runner::State::askServer(Server &server, Request request, Seconds limit, uint64_t number) {
  // The server keeps the limits itself, and on a busy machine gives back up to twenty times as much
  // (ForkedChild::expire); this one is for a server that hangs.
  double ahead = static_cast<double>(server.open.size()) + 1;
  auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                     (20 * limit + Seconds(5)) * ahead + Seconds(10));
  std::string line = toJson(request);
  server.open[number] = {std::move(request), deadline, 0};
  server.process.send(line);
  return number;
}

uint64_t Runner::State::ask(BuildRequest r) {
  r.number = ++last;
  return askServer(build, r, r.limits.wall, r.number);
}
uint64_t Runner::State::ask(TimeRequest r) {
  r.number = ++last;
  return askServer(time, r, r.limits.wall, r.number);
}
uint64_t Runner::State::ask(ReferenceRequest r) {
  r.number = ++last;
  references[r.workload] = r;
  return askServer(time, r, r.limits.wall, r.number);
}

void Runner::State::abandon(uint64_t number) {
  bool open = build.open.contains(number) || time.open.contains(number);
  builds.erase(number);
  times.erase(number);
  if (open)
    abandoned[number] = true;
}

template <class Answer>
static std::optional<Answer> takeFrom(std::map<uint64_t, Answer> &answers, uint64_t number) {
  auto found = answers.find(number);
  if (found == answers.end())
    return std::nullopt;
  Answer answer = std::move(found->second);
  answers.erase(found);
  return answer;
}
std::optional<BuildAnswer> Runner::State::takeBuild(uint64_t number) {
  return takeFrom(builds, number);
}
std::optional<TimeAnswer> Runner::State::takeTime(uint64_t number) {
  return takeFrom(times, number);
}

/// A server answers a heartbeat within microseconds unless it is busy itself (it starts up, or makes a
/// workload's space): then its processor time goes on. One that was stopped does neither.
bool Runner::State::hangs(Server &server) {
  constexpr Seconds patience(5), between(1), longestLook(0.25);
  Pulse &pulse = server.pulse;
  auto now = Clock::now();
  Seconds passed = now - pulse.seen;
  if (!pulse.asked) {
    if (server.open.empty() || passed < between)
      return false;
    server.process.send(heartbeat);
    pulse = {true, now, {}, server.process.processorTime()};
    return false;
  }
  pulse.seen = now;
  if (Seconds cpu = server.process.processorTime(); cpu > pulse.cpu) {
    pulse.cpu = cpu;
    pulse.silent = {};
    return false;
  }
  pulse.silent += std::min(passed, longestLook); // we may have been stopped ourselves, or busy learning
  return pulse.silent > patience;
}

void Runner::State::pump(Seconds patience) {
  auto now = Clock::now();
  for (Server *server : {&build, &time}) {
    bool late = false;
    for (auto &[number, question] : server->open)
      late |= question.deadline < now;
    if (hangs(*server)) {
      server->process.kill(); // it would not take leave
      restart(*server);
    } else if (late || !server->process.alive()) {
      restart(*server);
    }
  }
  pollfd files[] = {{build.process.output(), POLLIN, 0}, {time.process.output(), POLLIN, 0}};
  patience = std::min(patience, Seconds(0.25)); // hearts are listened to
  if (poll(files, 2, static_cast<int>(std::max(0.0, patience.count() * 1000))) <= 0)
    return;
  if (files[0].revents)
    read(build);
  if (files[1].revents)
    read(time);
}

void Runner::State::read(Server &server) {
  std::vector<std::string> lines;
  bool open = server.process.receive(lines);
  for (const std::string &line : lines)
    accept(line, server);
  if (!open)
    restart(server);
}

void Runner::State::accept(const std::string &line, Server &server) {
  server.pulse.silent = {};
  if (line == heartbeat) {
    server.pulse = {.seen = Clock::now()};
    return;
  }
  server.failedStarts = 0;
  uint64_t number = 0;
  if (&server == &build) {
    Result<BuildAnswer> answer = buildAnswerFromJson(line);
    if (!answer)
      return; // its question runs into its deadline
    number = answer->number;
    if (server.open.contains(number) && !abandoned.contains(number))
      builds[number] = *std::move(answer);
  } else {
    Result<TimeAnswer> answer = timeAnswerFromJson(line);
    if (!answer || answer->measurements.empty())
      return;
    number = answer->number;
    if (server.open.contains(number) && !abandoned.contains(number))
      times[number] = *std::move(answer);
  }
  server.open.erase(number);
  abandoned.erase(number);
}

/// The question itself seems to be what kills the server.
void Runner::State::giveUp(uint64_t number, const Request &request, std::string why) {
  if (std::holds_alternative<BuildRequest>(request)) {
    BuildAnswer answer;
    answer.number = number;
    answer.detail = std::move(why);
    builds[number] = answer;
  } else {
    TimeAnswer answer;
    answer.number = number;
    answer.measurements.emplace_back().detail = std::move(why);
    times[number] = answer;
  }
}

void Runner::State::restart(Server &server) {
  server.process = ServerProcess(); // it may take leave: only it knows all that its candidates forked
  server.pulse = {.seen = Clock::now()};
  if (failure)
    return;
  if (++server.failedStarts > 3) {
    failure = Error{ErrorKind::internal, options.runner.string() + " " + server.role +
                                             ": the measuring process dies again and again."};
    return;
  }
  if (Result<void> started = startServer(server); !started) {
    failure = started.error();
    return;
  }
  for (auto &[id, d] : described)
    server.process.send(toJson(Request(d)));
  if (&server == &time)
    for (auto &[id, reference] : references)
      if (!server.open.contains(reference.number))
        server.process.send(toJson(Request(reference))); // its answer is known already
  // Questions are served in order, so only the first ones can be what it died of. (A build that
  // kills its server may have an innocent neighbour; three deaths are no accident.)
  size_t suspects = &server == &build ? buildPlaces().size() : 1;
  for (auto question = server.open.begin(); question != server.open.end();) {
    auto &[number, asked] = *question;
    bool suspect = suspects && suspects--;
    asked.attempts += suspect;
    if (suspect && asked.attempts > (&server == &build ? 2u : 1u)) {
      giveUp(number, asked.request, "the measuring process died of it again and again");
      question = server.open.erase(question);
      continue;
    }
    asked.deadline = Clock::now() + std::chrono::minutes(2);
    server.process.send(toJson(asked.request));
    ++question;
  }
}

} // namespace alt
