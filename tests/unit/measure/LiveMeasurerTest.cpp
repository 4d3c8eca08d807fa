// The real thing: alt-runner, the real lowering, a small matmul.
#include "alt/LiveMeasurer.h"
#include "Kernels.h"
#include "TemporaryFolder.h"
#include "alt/LoadedKernel.h"
#include "alt/Lower.h"
#include "alt/Support.h"
#include "support/Sha256.h"
#include <gmock/gmock.h>
#include <map>

using namespace alt;
using testing::HasSubstr;

namespace {

class Live : public testing::Test {
protected:
  test::TemporaryFolder folder;
  Target target = hostTarget();
  Workload workload = *describeKernel(test::matmul(32, 48, 40, /*epilogue=*/true));
  std::unique_ptr<SearchSpace> space = makeSearchSpace(workload, target);

  MeasureOptions options() {
    MeasureOptions o;
    o.runner = ALT_BIN_DIR "/alt-runner";
    o.objects = folder / "objects";
    return o;
  }
  std::unique_ptr<LiveMeasurer> start(MeasureOptions o) {
    auto runner = Runner::start(target, o);
    EXPECT_TRUE(runner) << runner.error().message;
    auto measurer = LiveMeasurer::start(*runner, workload, *space);
    EXPECT_TRUE(measurer) << measurer.error().message;
    return *std::move(measurer);
  }
};

TEST_F(Live, answersInOrderWithObjectsAndRawSamples) {
  auto measurer = start(options());
  Rng rng(1);
  std::vector<Schedule> schedules = {space->defaultSchedule()};
  for (int i = 0; i < 5; ++i)
    schedules.push_back(space->random(rng));
  size_t heard = 0;
  measurer->onEach([&](const Schedule &, const Measurement &) { ++heard; });
  measurer->announce(std::span(schedules).subspan(2));
  std::vector<Measurement> found = measurer->measure(schedules);
  ASSERT_EQ(found.size(), schedules.size());
  EXPECT_EQ(heard, schedules.size());
  for (const Measurement &m : found) {
    ASSERT_TRUE(m.ok()) << name(m.outcome) << m.detail;
    ASSERT_TRUE(m.artifact);
    EXPECT_EQ(sha256(*readFile(m.artifact->object)), m.artifact->objectHash);
    EXPECT_GE(m.samples.size(), 1u);
    EXPECT_GT(m.spent.build.count(), 0);
    EXPECT_THAT(m.artifact->plan.stages[0].symbol, HasSubstr("k" + workload.id.hex()));
  }
  EXPECT_GE(found[0].samples.size(), 3u);
  EXPECT_NE(found[0].artifact->object, found[1].artifact->object);
}

TEST_F(Live, whatIsAnnouncedIsMeasuredOnceAndAnsweredWhenAskedFor) {
  auto measurer = start(options());
  Rng rng(1);
  std::vector<Schedule> schedules = {space->defaultSchedule()};
  for (int i = 0; i < 5; ++i)
    schedules.push_back(space->random(rng));
  std::map<Schedule, int> heard;
  measurer->onEach([&](const Schedule &schedule, const Measurement &) { ++heard[schedule]; });
  auto now = std::span(schedules).first(3), next = std::span(schedules).subspan(3);
  measurer->announce(schedules);
  EXPECT_EQ(measurer->measure(now).size(), 3u);
  for (const Measurement &m : measurer->measure(next))
    EXPECT_TRUE(m.ok()) << name(m.outcome) << m.detail;
  EXPECT_EQ(heard.size(), schedules.size());
  for (auto &[schedule, times] : heard)
    EXPECT_EQ(times, 1) << print(*space, schedule);
}

TEST_F(Live, duelTimesAllInOneRun) {
  auto measurer = start(options());
  Measurement built = measurer->build(space->defaultSchedule());
  ASSERT_TRUE(built.ok());
  EXPECT_TRUE(built.samples.empty());
  std::vector<Artifact> both = {*built.artifact, *built.artifact};
  std::vector<Measurement> found = measurer->duel(both, 7, Seconds(1e-4));
  ASSERT_EQ(found.size(), 2u);
  for (const Measurement &m : found) {
    ASSERT_TRUE(m.ok()) << m.detail;
    EXPECT_EQ(m.samples.size(), 7u);
  }
}

TEST_F(Live, buildingAgainGivesTheSameObject) {
  auto measurer = start(options());
  Measurement first = measurer->build(space->defaultSchedule());
  ASSERT_TRUE(first.ok());
  std::filesystem::remove(first.artifact->object);
  EXPECT_EQ(measurer->build(space->defaultSchedule()).artifact->objectHash,
            first.artifact->objectHash);
}

TEST_F(Live, aStopRequestReturnsWhatIsDone) {
  auto measurer = start(options());
  std::stop_source stop;
  stop.request_stop();
  Rng rng(1);
  std::vector<Schedule> schedules;
  for (int i = 0; i < 200; ++i)
    schedules.push_back(space->random(rng));
  std::vector<Measurement> found = measurer->measure(schedules, stop.get_token());
  EXPECT_LT(found.size(), schedules.size());
}

TEST_F(Live, threadsGiveTheSameResult) {
  MeasureOptions o = options();
  o.threads = 3; // more than there may be cores: still right
  space = makeSearchSpace(workload, target, o.threads);
  auto measurer = start(o);
  Measurement m = measurer->measure(std::vector<Schedule>{space->defaultSchedule()})[0];
  EXPECT_TRUE(m.ok()) << m.detail;
}

TEST_F(Live, temporaryObjectsGoWithTheRunner) {
  MeasureOptions o = options();
  o.objects.clear();
  auto measurer = start(o);
  Measurement built = measurer->build(space->defaultSchedule());
  ASSERT_TRUE(std::filesystem::exists(built.artifact->object));
  measurer.reset();
  EXPECT_FALSE(std::filesystem::exists(built.artifact->object.parent_path()));
}

TEST_F(Live, aLoadedKernelRunsInProcess) {
  auto measurer = start(options());
  Measurement built = measurer->build(space->defaultSchedule());
  auto kernel = LoadedKernel::load(*built.artifact);
  ASSERT_TRUE(kernel) << kernel.error().message;
  std::vector<float> a(32 * 40, 1), b(40 * 48, 2), bias(48, 3), c(32 * 48);
  void *arguments[] = {a.data(), b.data(), bias.data(), c.data()};
  kernel->bind(arguments);
  kernel->call();
  EXPECT_THAT(c, testing::Each(83.0f));
}

TEST_F(Live, whatCannotStartSaysSo) {
  MeasureOptions o = options();
  o.runner = folder / "nothing";
  auto none = Runner::start(target, o);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("nothing: the measuring program"));

  o = options();
  ASSERT_TRUE(writeFile(folder / "file", ""));
  o.objects = folder / "file/objects";
  auto unwritable = Runner::start(target, o);
  ASSERT_FALSE(unwritable);
  EXPECT_THAT(unwritable.error().message, HasSubstr("cannot write objects"));

  workload.linalg = "nonsense";
  auto runner = Runner::start(target, options());
  auto broken = LiveMeasurer::start(*runner, workload, *space);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("the unscheduled reference cannot be built"));
}

} // namespace
