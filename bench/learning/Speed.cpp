// How long alt thinks: candidates scored a second, and one refit with its selection, against the
// number of trials told; then the memory over ten thousand trials. Usage: learner-speed SPACE
// Records of alt are of a kernel: then its whole space, which is not listed, is searched with invented
// times. Of any other recorded space the listed points are.
#include "alt/Records.h"
#include "alt/Replay.h"
#include "sample/Alt.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>

using namespace alt;

/// Processor time: other work on the core does not count.
static double now() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

static double residentMegabytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0, resident = 0;
  statm >> size >> resident;
  return resident * 4096 / 1e6;
}

static void scoring(const RecordedSpace &recorded) {
  auto points = recorded.space->points();
  auto features = makeKnobFeatures(*recorded.space);
  Matrix rows(points.size(), features->names().size());
  for (size_t i = 0; i < points.size(); ++i)
    features->extract(points[i], rows.row(i));
  Matrix told(rows.columns);
  std::vector<float> labels;
  Rng rng(1);
  for (int i = 0; i < 400; ++i) {
    size_t at = rng() % points.size();
    std::ranges::copy(rows.row(at), told.addRow().begin());
    double seconds = recorded.measurements[at].seconds().count();
    labels.push_back(float(recorded.bestSeconds() / seconds));
  }
  Committee committee = Committee::fit(told, labels, {}, rng);
  Columns columns(rows);
  double quickest = 1e9;
  for (int repeat = 0; repeat < 9; ++repeat) {
    double began = now();
    committee.predict(columns);
    quickest = std::min(quickest, now() - began);
  }
  std::printf("scoring, 8 models: %.0f candidates/s\n", double(points.size()) / quickest);
}

/// Invented times: the slower the farther from one schedule; a tenth of a second to build each.
class Invented final : public Measurer {
public:
  explicit Invented(const SearchSpace &space) : distances(space), best(anySchedule(space)) {}
  std::vector<Measurement> measure(std::span<const Schedule> schedules, std::stop_token) override {
    std::vector<Measurement> answers;
    for (const Schedule &schedule : schedules) {
      Measurement &answer = answers.emplace_back();
      answer.spent.build = Seconds(0.1);
      if (schedule.choice[0] == best.choice[0] && schedule.choice[1] != best.choice[1])
        continue; // crashed
      answer.outcome = Outcome::ok;
      answer.samples = {Seconds(1e-3 * std::exp(4 * distances.distance(schedule, best)))};
    }
    return answers;
  }

private:
  static Schedule anySchedule(const SearchSpace &space) {
    Rng rng(2);
    return space.random(rng);
  }
  Novelty distances;
  Schedule best;
};

static void thinking(const SearchSpace &space, const FeatureExtractor &features,
                     Measurer &measurer) {
  auto sampler = makeAltSampler({space, features}, {});
  Rng rng(1);
  std::vector<double> took;
  for (size_t told = 0; told < 10000;) {
    double began = now();
    std::vector<Schedule> batch = sampler->ask(sampler->preferredBatch(), rng);
    took.push_back(1e3 * (now() - began));
    if (batch.empty())
      break;
    std::vector<Measurement> answers = measurer.measure(batch, {});
    std::vector<Observation> observations;
    for (size_t i = 0; i < batch.size(); ++i)
      observations.push_back({batch[i], answers[i]});
    sampler->tell(observations);
    size_t before = told;
    told += batch.size();
    for (size_t mark : {40, 100, 400, 1000, 3000, 10000})
      if (before < mark && told >= mark) {
        std::vector<double> last(took.end() - ptrdiff_t(std::min<size_t>(9, took.size())),
                                 took.end());
        std::ranges::sort(last);
        std::printf("%6zu trials: refit and selection %.1f ms (median of 9), %.0f MB resident\n",
                    mark, last[last.size() / 2], residentMegabytes());
        std::fflush(stdout);
      }
  }
}

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: learner-speed SPACE\n");
    return 2;
  }
  if (auto records = readRecords(argv[1]); records && !records->tasks.empty()) {
    const RecordedTask &task = records->tasks.front();
    auto space = makeSearchSpace(task.workload, task.target, task.threads);
    auto features = makeFeatures(task.workload, *space, task.target);
    std::printf("%s, %.2g points\n", task.workload.name.c_str(), space->size());
    Invented measurer(*space);
    thinking(*space, *features, measurer);
    return 0;
  }
  auto spaces = readRecordedSpaces(argv[1]);
  if (!spaces) {
    std::fprintf(stderr, "error: %s\n", spaces.error().message.c_str());
    return 1;
  }
  std::printf("%s, %zu points\n", spaces->front().name.c_str(),
              spaces->front().space->points().size());
  scoring(spaces->front());
  auto features = makeKnobFeatures(*spaces->front().space);
  ReplayMeasurer measurer(spaces->front());
  thinking(*spaces->front().space, *features, measurer);
}
