// kill -9 of the tuner at random moments: what was answered is recorded, nothing runs on, and the
// same command completes the search.
#include "TemporaryFolder.h"
#include "alt/Records.h"
#include "alt/Support.h"
#include "faults/FaultySpace.h"
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <gmock/gmock.h>
#include <random>
#include <set>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace alt;

namespace {

class Kill : public testing::Test {
protected:
  test::TemporaryFolder folder;
  std::string records = folder / "records.jsonl", objects = folder / "objects",
              output = folder / "output";

  pid_t start(unsigned trials) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0666);
    std::string program = ALT_BIN_DIR "/faulty-tuner", count = std::to_string(trials);
    // The folder's name in the environment marks the children.
    std::string mark = "ALT_TEST_MARK=" + folder.path().string();
    char *arguments[] = {program.data(), records.data(), objects.data(), count.data(), nullptr};
    char *environment[] = {mark.data(), nullptr};
    pid_t pid = -1;
    EXPECT_EQ(posix_spawn(&pid, program.c_str(), &files, nullptr, arguments, environment), 0);
    posix_spawn_file_actions_destroy(&files);
    return pid;
  }

  unsigned markedProcesses() {
    unsigned count = 0;
    for (const auto &entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream file(entry.path() / "environ");
      std::stringstream environment;
      environment << file.rdbuf();
      count +=
          environment.str().find("ALT_TEST_MARK=" + folder.path().string()) != std::string::npos;
    }
    return count;
  }

  std::vector<std::string> answered() {
    std::vector<std::string> lines;
    std::ifstream file(output);
    for (std::string line; std::getline(file, line) && !file.eof();)
      if (line.starts_with("fault="))
        lines.push_back(line);
    return lines;
  }
};

TEST_F(Kill, losesNothingAndTheSameCommandGoesOn) {
  constexpr unsigned trials = 120;
  std::mt19937 random(7);
  for (int kill = 0; kill < 5; ++kill) {
    pid_t tuner = start(trials);
    usleep(50'000 + random() % 500'000);
    ::kill(tuner, SIGKILL);
    waitpid(tuner, nullptr, 0);
    for (int i = 0; i < 3000 && markedProcesses(); ++i) // at most half a minute of a busy machine
      usleep(10'000);
    EXPECT_EQ(markedProcesses(), 0u);
    auto found = readRecords(records);
    if (!found)
      continue; // killed before it made the file
    std::set<std::string> recorded;
    for (const Record &record : found->records)
      EXPECT_TRUE(recorded.insert(record.schedule).second) << record.schedule << " measured twice";
    for (const std::string &line : answered())
      EXPECT_TRUE(recorded.contains(line)) << line;
  }
  pid_t tuner = start(trials);
  int status = 0;
  waitpid(tuner, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(*readFile(output), testing::HasSubstr("done 120 trials"));
  auto found = readRecords(records);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->warnings.empty());
  EXPECT_EQ(found->records.size(), trials);
  std::map<std::string, std::string> expected;
  for (const test::Fault &fault : test::faults)
    expected[std::string("fault=") + fault.name] = fault.outcome;
  std::set<std::string> kinds;
  for (const Record &record : found->records) {
    std::string fault = record.schedule.substr(0, record.schedule.find(' '));
    std::string outcome(name(record.measurement.outcome));
    kinds.insert(outcome);
    // What a busy machine does not finish in time is said to be late, and rightly so.
    if (!outcome.ends_with("_timed_out")) {
      EXPECT_EQ(outcome, expected[fault]) << record.schedule << ": " << record.measurement.detail;
    }
  }
  EXPECT_EQ(kinds.size(), outcomeCount); // a random search of 120 meets every kind
  for (const auto &file : std::filesystem::directory_iterator(objects))
    EXPECT_EQ(file.path().extension(), ".o") << file.path();
}

} // namespace
