// faulty-tuner RECORDS OBJECTS TRIALS: tunes the space of faults with records and resume, and
// prints a line a trial once it is recorded: what a test that kills it may rely on.
#include "FaultySpace.h"
#include "alt/LiveMeasurer.h"
#include "alt/Tuner.h"
#include <cstdio>
#include <cstdlib>

using namespace alt;

template <class T> static T orDie(Result<T> result) {
  if (result)
    return *std::move(result);
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

int main(int argc, char **argv) {
  test::TinySpace space = test::faultySpace(64);
  Workload workload = test::faultyWorkload();
  Target target;
  std::string targetKey = "test";
  MeasureOptions options;
  options.runner = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "faulty-runner";
  options.objects = argv[2];
  options.buildLimit = options.runLimit = Seconds(2);
  options.memoryLimit = 48 << 20;

  auto writer = orDie(RecordWriter::open(argv[1]));
  Resumable earlier = selectRecords(orDie(readRecords(argv[1])), workload.id, targetKey, space);
  auto runner = orDie(Runner::start(target, options));
  auto measurer = orDie(LiveMeasurer::start(runner, workload, space));
  measurer->onEach([&](const Schedule &schedule, const Measurement &measurement) {
    Record record{workload.id, workload.name, targetKey, print(space, schedule),
                  measurement, "random",      1,         0};
    if (auto written = writer->append(record); !written) {
      std::fprintf(stderr, "%s\n", written.error().message.c_str());
      std::exit(1);
    }
    std::printf("%s\n", record.schedule.c_str());
    std::fflush(stdout);
  });
  auto features = makeKnobFeatures(space);
  auto sampler = orDie(findSampler("random"))->make({space, *features});
  TuneOptions tuning;
  tuning.trials = static_cast<unsigned>(std::atoi(argv[3]));
  Search search({space, *sampler, *measurer}, tuning);
  search.resume(earlier.observations);
  TuneResult result = search.run();
  std::printf("done %u %s\n", result.trials, result.stopReason.c_str());
}
