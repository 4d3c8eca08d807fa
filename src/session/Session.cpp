// The whole of a tuning session, stage by stage.
#include "alt/Session.h"
#include "alt/Lower.h"
#include "alt/Sampler.h"
#include "alt/TaskScheduler.h"
#include "session/DefaultObject.h"
#include "session/KernelSearch.h"
#include <algorithm>
#include <cmath>

namespace alt {

void bind(OptionTable &b, SessionOptions &o) {
  MeasureOptions &m = o.measure;
  b("trials", &o.trials,
    "measurements in all, resumed ones included; 0: 200 for one kernel, 64 for each of many");
  b("budget", &o.budget,
    "wall clock for tuning, like 90s or 5m (reading the model and checking the library come on "
    "top); 0: no limit");
  b("until", &o.until,
    "converged: a kernel's search ends when little gain is expected; trials: not before the "
    "limits; "
    "empty: converged inside a budget");
  b("tuner", &o.tuner, "who chooses what to measure");
  b("prior", &o.prior,
    "start from other kernels' records: shipped, none, a file of `alt train-prior`, or records "
    "files, comma-separated");
  b("seed", &o.seed, "the same seed, space and measurements give the same proposals");
  b("lag", &o.lag,
    "trials of a batch that are measured while the next one is chosen, of a kernel tuned alone");
  b("threads", &m.threads, "cores that a kernel may use");
  b("duel-rounds", &o.duelRounds,
    "samples of winner, runner-up and default at the end; more tells closer rivals apart");
  b("build-workers", &m.buildWorkers, "candidates built at once; 0: as many as cores");
  b("build-limit", &m.buildLimit, "wall clock of one build; raising it lets slower compiles pass");
  b("run-limit", &m.runLimit, "wall clock of one candidate's check and timing");
  b("memory-limit", &m.memoryLimit, "address space that a candidate may add, in bytes");
  b("sample-time", &m.sampleTime, "a sample lasts at least so long; longer is steadier and slower");
  b("samples", &m.samples, "at most so many samples of a candidate");
  b("sampling-time", &m.samplingTime, "no more samples once they took so long together");
  b("hopeless-factor", &m.hopelessFactor,
    "first calls so many times slower than the best get one sample");
  b("pin", &m.pin, "one-threaded kernels are timed on a core of their own");
}

bool untilConverged(const SessionOptions &options) {
  return options.until.empty() ? options.budget.count() > 0 : options.until == "converged";
}

static KernelReport describe(const SessionKernel &kernel) {
  KernelReport report;
  report.name = kernel.workload.name;
  report.id = kernel.workload.id.hex();
  report.anchor = name(kernel.workload.anchor);
  report.uses = kernel.uses;
  report.flops = kernel.workload.flops;
  return report;
}

namespace {
/// One session under way.
class SessionRun {
public:
  SessionRun(std::span<const SessionKernel> kernels, const Target &target,
             const SessionOptions &options, SessionObserver &observer, std::stop_token user)
      : kernels(kernels), target(target), options(options), observer(observer), user(user),
        onUserStop(user, [this] { ending.request_stop(); }), searches(kernels.size()) {
    size_t worthwhile = std::count_if(kernels.begin(), kernels.end(),
                                      [](const SessionKernel &kernel) { return kernel.uses > 0; });
    limit = options.trials ? options.trials
                           : static_cast<unsigned>(worthwhile > 1 ? 64 * worthwhile : 200);
  }

  Result<SessionResult> run(const std::filesystem::path &records) {
    auto done = runStages(records);
    if (!done && writer)
      writer->discardUnlessMeasured();
    return done;
  }

private:
  Result<SessionResult> runStages(const std::filesystem::path &records) {
    auto tuner = findSampler(options.tuner);
    if (!tuner)
      return tuner.error();
    auto loaded = loadPrior(options.prior);
    if (!loaded)
      return loaded.error();
    prior = std::move(*loaded);
    for (const SessionKernel &kernel : kernels)
      result.report.kernels.push_back(describe(kernel));
    if (auto done = openRecords(records); !done)
      return done.error();
    auto runner = Runner::start(target, options.measure);
    if (!runner)
      return runner.error();
    result.runner = *runner;
    SessionContext context = makeContext();

    startSearches(context, **tuner);
    if (auto done = searchWhereItPays(); !done)
      return done.error();
    if (auto done = compareBest(); !done)
      return done.error();
    if (auto done = collectObjects(); !done)
      return done.error();
    if (writer)
      if (auto whole = writer->verify(); !whole)
        return whole.error();
    explain();
    return std::move(result);
  }

  Seconds elapsed() const { return std::chrono::steady_clock::now() - begin; }
  bool outOfTime() const { return options.budget.count() > 0 && elapsed() >= searchDeadline(); }
  /// The comparison at the end is part of the budget, too, and so are the objects that are built
  /// when all is chosen: plain loops of every kernel, or the default of one that was not reached.
  Seconds searchDeadline() const {
    auto contested = std::count_if(result.report.kernels.begin(), result.report.kernels.end(),
                                   [](const KernelReport &kernel) { return kernel.trials > 1; });
    Seconds duels(0.25 * static_cast<double>(contested));
    unsigned trials = result.report.trials() - result.report.resumed();
    Seconds objects{};
    if (trials)
      objects = result.report.spent().build / trials * static_cast<double>(kernels.size());
    return options.budget - std::min(duels, options.budget * 0.2) -
           std::min(objects, options.budget * 0.3);
  }
  unsigned trialsLeft() const {
    unsigned done = result.report.trials();
    return done < limit ? limit - done : 0;
  }

  Result<void> openRecords(const std::filesystem::path &path) {
    if (path.empty())
      return {};
    if (std::filesystem::exists(path)) {
      auto read = readRecords(path);
      if (!read)
        return read.error();
      for (const std::string &warning : read->warnings)
        observer.onWarning(warning);
      earlier = std::move(*read);
    }
    RecordHeader header = describeSession();
    OptionTable table;
    SessionOptions echo = options;
    bind(table, echo);
    for (const OptionTable::Entry &entry : table.entries())
      header.options[entry.name] = OptionTable::print(entry);
    result.report.options = header.options;
    auto opened = RecordWriter::open(path, header, [this](const std::string &what) {
      observer.onWarning(what);
      result.report.notes.push_back(what);
    });
    if (!opened)
      return opened.error();
    writer = std::move(*opened);
    return {};
  }

  SessionContext makeContext() {
    SessionContext context{target,
                           options,
                           result.runner,
                           writer.get(),
                           earlier ? &*earlier : nullptr,
                           prior.get(),
                           largestFirst().size() == 1 ? options.lag : 0,
                           [this] { return elapsed(); },
                           {},
                           {}};
    context.onTrial = [this](const KernelReport &report, const SearchSpace &space,
                             const Observation &observation) {
      observer.onTrial(report, space, observation);
      observer.onProgress(progress(report));
      if (outOfTime())
        ending.request_stop();
    };
    context.onWarning = [this](const std::string &warning) { observer.onWarning(warning); };
    return context;
  }

  /// Kernels that are worth a search, those with the most operations in a run first: a budget that
  /// ends early then ends among the small ones.
  std::vector<size_t> largestFirst() const {
    std::vector<size_t> order;
    for (size_t k = 0; k < kernels.size(); ++k)
      if (kernels[k].uses > 0 && kernels[k].workload.tunable())
        order.push_back(k);
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return kernels[a].uses * kernels[a].workload.flops >
             kernels[b].uses * kernels[b].workload.flops;
    });
    return order;
  }

  void startSearches(const SessionContext &context, const SamplerInfo &tuner) {
    for (size_t k : largestFirst()) {
      if (ending.stop_requested() || outOfTime())
        return;
      searches[k] =
          KernelSearch::start(context, kernels[k], tuner, limit, result.report.kernels[k]);
    }
  }

  Result<void> searchWhereItPays() {
    std::vector<TuningTask> tasks;
    for (size_t k : largestFirst())
      if (searches[k])
        tasks.push_back({&searches[k]->theSearch(), double(kernels[k].uses), 0});
    ScheduleOptions share;
    share.trials = limit;
    if (options.budget.count() > 0)
      share.budget = std::max(searchDeadline() - elapsed(), Seconds(1e-6));
    std::string reason = TaskScheduler(std::move(tasks), share).run(ending.get_token());
    if (reason == "interrupted" && !user.stop_requested())
      reason = "budget"; // we stopped the batch in hand ourselves
    for (size_t k = 0; k < kernels.size(); ++k) {
      KernelReport &report = result.report.kernels[k];
      report.stopReason = report.trials ? reason : "not tuned";
      if (!searches[k])
        continue;
      if (auto broken = searches[k]->failure())
        return *broken;
      const Search &search = searches[k]->theSearch();
      report.learningSeconds = search.result().learning.count();
      if (search.converged()) {
        report.stopReason = "converged";
        report.expectedLeft = search.result().expectedLeft;
      }
    }
    return {};
  }

  Result<void> compareBest() {
    for (auto &search : searches) {
      if (!search)
        continue;
      if (user.stop_requested()) // who asked to stop waits for nothing more
        search->settle();
      else if (auto done = search->duel(options.duelRounds); !done)
        return done.error();
    }
    return {};
  }

  Result<void> collectObjects() {
    result.artifacts.resize(kernels.size());
    result.schedules.resize(kernels.size());
    result.untuned.resize(kernels.size());
    return onAllCores(kernels.size(), target.cores, [this](size_t k) -> Result<void> {
      if (user.stop_requested())
        return {};
      return searches[k] && searches[k]->artifact() ? takeWinner(k) : takeDefault(k);
    });
  }

  Result<void> takeWinner(size_t k) {
    result.artifacts[k] = *searches[k]->artifact();
    result.schedules[k] = searches[k]->schedule();
    auto layouts = searches[k]->layouts();
    if (!layouts)
      return layouts.error();
    result.report.kernels[k].layouts = std::move(*layouts);
    if (searches[k]->untuned()) {
      result.untuned[k] = *searches[k]->untuned();
      return {};
    }
    auto loops = build(k, /*plain=*/true);
    if (!loops)
      return loops.error();
    result.untuned[k] = std::move(loops->artifact);
    return {};
  }

  /// Of kernels that were not reached, or of which no schedule works.
  Result<void> takeDefault(size_t k) {
    KernelReport &report = result.report.kernels[k];
    auto built = build(k, /*plain=*/report.trials > 0);
    if (!built)
      return built.error();
    result.artifacts[k] = result.untuned[k] = built->artifact;
    result.schedules[k] = built->schedule;
    report.plain = !built->schedule;
    report.bestSchedule = built->printed;
    report.layouts = std::move(built->layouts);
    return {};
  }

  Result<DefaultObject> build(size_t k, bool plain) const {
    return buildDefault(kernels[k].workload, target, options.measure.threads,
                        result.runner->options().objects, plain);
  }

  void noteConverged() {
    size_t converged = 0;
    double left = 0;
    for (const KernelReport &kernel : result.report.kernels)
      if (kernel.stopReason == "converged") {
        ++converged;
        left = std::max(left, kernel.expectedLeft);
      }
    if (converged == 0)
      return;
    size_t all = result.report.kernels.size();
    result.report.notes.push_back(
        (all == 1 ? "The search" : "The searches of " + std::to_string(converged) + " kernels") +
        " converged: more trials would save at most " +
        std::to_string(int(std::lround(100 * left))) +
        " % of the time, by a rule of thumb; --until trials goes on.");
  }

  /// "0 valid of 40" with no reason is what users of tuners complain about most.
  void explain() {
    TuneReport &report = result.report;
    report.interrupted = user.stop_requested(); // at the latest: objects may be missing then
    report.tuner = options.tuner;
    report.threads = options.measure.threads;
    report.seed = options.seed;
    report.trialLimit = limit;
    report.budgetSeconds = options.budget.count();
    report.target = target.key();
    report.cpu = target.cpu;
    report.wallSeconds = elapsed().count();
    noteConverged();
    for (const KernelReport &kernel : report.kernels) {
      if (kernel.trials == 0 || kernel.outcomes[0] > 0)
        continue;
      auto commonest = std::max_element(kernel.failures.begin(), kernel.failures.end(),
                                        [](auto &a, auto &b) { return a.second < b.second; });
      report.notes.push_back("None of the " + std::to_string(kernel.trials) + " trials of " +
                             kernel.name + " worked, most often because: " + commonest->first);
    }
  }

  Progress progress(const KernelReport &current) const {
    const TuneReport &report = result.report;
    Progress p;
    p.kernel = static_cast<size_t>(&current - report.kernels.data());
    p.kernels = report.kernels.size();
    p.name = current.name;
    p.trials = report.trials();
    p.trialLimit = limit;
    p.outcomes = report.outcomes();
    p.best = current.bestSeconds;
    p.gflops = current.gflops(current.bestSeconds);
    p.speedup = report.untunedSeconds() / report.tunedSeconds();
    if (unsigned own = p.trials - report.resumed(); own > 0)
      p.left = elapsed() / own * trialsLeft();
    if (options.budget.count() > 0)
      p.left = std::min(p.left.value_or(options.budget), options.budget - elapsed());
    return p;
  }

  std::span<const SessionKernel> kernels;
  const Target &target;
  const SessionOptions &options;
  SessionObserver &observer;
  std::stop_token user;
  std::stop_source ending;
  std::stop_callback<std::function<void()>> onUserStop;
  std::vector<std::unique_ptr<KernelSearch>> searches;
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  unsigned limit = 0;
  std::shared_ptr<const Prior> prior;
  std::optional<RecordFile> earlier;
  std::unique_ptr<RecordWriter> writer;
  SessionResult result;
};
} // namespace

Result<SessionResult> runSession(std::span<const SessionKernel> kernels, const Target &target,
                                 const SessionOptions &options,
                                 const std::filesystem::path &records, SessionObserver &observer,
                                 std::stop_token stop) {
  return SessionRun(kernels, target, options, observer, stop).run(records);
}

} // namespace alt
