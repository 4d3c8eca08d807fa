// Every way that we know for a candidate to misbehave, each followed by a good one that must not
// notice.
#include "TemporaryFolder.h"
#include "alt/LiveMeasurer.h"
#include "faults/FaultySpace.h"
#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <set>
#include <unistd.h>

using namespace alt;
using testing::ContainsRegex;
using testing::HasSubstr;

namespace {

/// Processes of this test: all that descend from it.
std::set<int> descendants(int parent) {
  std::set<int> found;
  for (const auto &task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(parent) + "/task")) {
    std::ifstream children(task.path() / "children");
    for (int pid; children >> pid;) {
      found.insert(pid);
      std::error_code gone;
      if (std::filesystem::exists("/proc/" + std::to_string(pid), gone))
        found.merge(descendants(pid));
    }
  }
  return found;
}

class Faults : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder = std::make_unique<test::TemporaryFolder>();
    MeasureOptions o;
    o.runner = ALT_BIN_DIR "/faulty-runner";
    o.objects = folder->path();
    o.buildLimit = o.runLimit = Seconds(3); // on a busy machine a second is not enough
    o.memoryLimit = 48 << 20; // touching more takes seconds on some virtual machines
    o.samples = 3;
    auto runner = Runner::start(Target(), o);
    ASSERT_TRUE(runner) << runner.error().message;
    auto started = LiveMeasurer::start(*runner, test::faultyWorkload(), space);
    ASSERT_TRUE(started) << started.error().message;
    measurer = *std::move(started);
  }
  static void TearDownTestSuite() {
    measurer.reset();
    EXPECT_TRUE(descendants(getpid()).empty());
    folder.reset();
  }

  static Measurement measure(const std::string &fault, unsigned copy = 1) {
    Result<Schedule> schedule = parse(space, "fault=" + fault + " copy=" + std::to_string(copy));
    return measurer->measure(std::vector<Schedule>{*schedule})[0];
  }

  static inline const test::TinySpace space = test::faultySpace(64);
  static inline std::unique_ptr<test::TemporaryFolder> folder;
  static inline std::unique_ptr<LiveMeasurer> measurer;
};

class EachFault : public Faults, public testing::WithParamInterface<test::Fault> {};

TEST_P(EachFault, isNamedAndLeavesNothing) {
  Measurement bad = measure(GetParam().name);
  EXPECT_EQ(name(bad.outcome), GetParam().outcome) << bad.detail;
  EXPECT_EQ(bad.samples.empty(), !bad.ok());
  EXPECT_EQ(bad.artifact.has_value(), bad.ok());
  if (!bad.ok()) {
    EXPECT_NE(bad.detail, "");
  }
  EXPECT_LE(descendants(getpid()).size(), 2u); // the two servers
  for (const auto &file : std::filesystem::directory_iterator(folder->path()))
    EXPECT_EQ(file.path().extension(), ".o");

  static unsigned copies;
  Measurement good = measure("none", ++copies);
  EXPECT_TRUE(good.ok()) << good.detail;
  EXPECT_EQ(good.samples.size(), 3u);
}

INSTANTIATE_TEST_SUITE_P(All, EachFault, testing::ValuesIn(test::faults),
                         [](const auto &info) { return std::string(info.param.name); });

TEST_F(Faults, detailsSayWhatHappened) {
  EXPECT_THAT(measure("segv").detail, "SIGSEGV");
  EXPECT_THAT(measure("ill").detail, HasSubstr("SIGILL"));
  EXPECT_THAT(measure("exits").detail, HasSubstr("exited with code 0 without an answer"));
  EXPECT_THAT(measure("overrun").detail, HasSubstr("past the end of output 0"));
  EXPECT_THAT(measure("writes_input").detail, HasSubstr("wrote to its input: argument 0"));
  EXPECT_THAT(measure("unwritten").detail, ContainsRegex("element \\[.*\\] was not written"));
  EXPECT_THAT(measure("stateful").detail, HasSubstr("after several calls"));
  EXPECT_THAT(measure("huge_scratch").detail, HasSubstr("68719476736 bytes"));
  EXPECT_THAT(measure("compile_crash").detail, HasSubstr("the compiler crashed: SIG"));
  EXPECT_THAT(measure("refused").detail, HasSubstr("vector sizes"));
  EXPECT_THAT(measure("loop").detail, HasSubstr("not done within 3"));
}

// Bad ones among good ones in one batch: builds and runs overlap, answers stay in order.
TEST_F(Faults, aMixedBatch) {
  std::vector<Schedule> batch;
  std::vector<std::string_view> expected;
  for (uint16_t i = 0; i < std::size(test::faults); ++i)
    for (uint16_t fault : {i, uint16_t(0)}) {
      batch.push_back({{fault, static_cast<uint16_t>(30 + i)}});
      expected.push_back(test::faults[fault].outcome);
    }
  std::vector<Measurement> found = measurer->measure(batch);
  ASSERT_EQ(found.size(), batch.size());
  for (size_t i = 0; i < batch.size(); ++i)
    EXPECT_EQ(name(found[i].outcome), expected[i]) << print(space, batch[i]) << found[i].detail;
  EXPECT_FALSE(measurer->failure());
}

TEST_F(Faults, aDuelWithACrasherFailsAndTheNextIsRight) {
  Measurement good = measure("none", 63);
  Measurement bad = measurer->build(*parse(space, "fault=segv copy=63"));
  Measurement wrong = measurer->build(*parse(space, "fault=wrong copy=63"));
  auto crashed = measurer->duel(std::vector<Artifact>{*good.artifact, *bad.artifact}, 3);
  EXPECT_EQ(crashed[0].outcome, Outcome::crashed);
  auto found = measurer->duel(std::vector<Artifact>{*good.artifact, *wrong.artifact}, 3);
  EXPECT_TRUE(found[0].ok());
  EXPECT_EQ(found[1].outcome, Outcome::wrongResult);
}

/// Of this test's own, with limits that would take an hour.
class PatientRunner : public testing::Test {
protected:
  test::TemporaryFolder folder;
  test::TinySpace space = test::faultySpace(64);

  std::unique_ptr<LiveMeasurer> start() {
    MeasureOptions o;
    o.runner = ALT_BIN_DIR "/faulty-runner";
    o.objects = folder / "objects";
    o.buildLimit = o.runLimit = Seconds(3600);
    auto runner = Runner::start(Target(), o);
    EXPECT_TRUE(runner) << runner.error().message;
    return LiveMeasurer::prepare(*runner, test::faultyWorkload(), space);
  }
};

// The kernel's killer hits whom it likes.
TEST_F(PatientRunner, aReferenceThatIsKilledOnceIsBuiltAndRunOnceMore) {
  for (const char *mark : {"ALT_TEST_KILL_ONCE", "ALT_TEST_KILL_BUILD_ONCE"}) {
    std::filesystem::path file = folder.write("mark", "");
    setenv(mark, file.c_str(), 1);
    auto measurer = start();
    EXPECT_TRUE(measurer->measure(std::vector<Schedule>{space.defaultSchedule()}).at(0).ok());
    EXPECT_FALSE(std::filesystem::exists(file));
    unsetenv(mark);
  }
}

// Its deadline would be a day away.
TEST_F(PatientRunner, aServerThatIsStoppedIsReplaced) {
  auto measurer = start();
  auto ask = [&](unsigned copy) {
    return measurer->measure(
        std::vector<Schedule>{*parse(space, "fault=none copy=" + std::to_string(copy))});
  };
  EXPECT_TRUE(ask(1).at(0).ok());
  for (unsigned round = 2; round < 4; ++round) {
    std::set<int> servers = descendants(getpid());
    EXPECT_EQ(servers.size(), 2u);
    for (int server : servers)
      kill(server, SIGSTOP);
    EXPECT_TRUE(ask(round).at(0).ok());
    for (int server : servers)
      EXPECT_NE(kill(server, 0), 0); // gone, not left behind
  }
  EXPECT_FALSE(measurer->failure());
}

} // namespace
