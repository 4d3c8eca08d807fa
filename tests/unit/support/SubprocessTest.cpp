#include "support/Subprocess.h"
#include "TemporaryFolder.h"
#include "alt/Support.h"
#include <csignal>
#include <cstring>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace alt;

namespace {

bool runs(pid_t pid) { return kill(pid, 0) == 0; }

/// Of a process that is being killed.
bool endsSoon(pid_t pid) {
  for (int i = 0; i < 3000 && runs(pid); ++i)
    usleep(10'000);
  return !runs(pid);
}

TEST(RunChild, tellsWhatItSaidAndHowItEnded) {
  auto child = runChild({"sh", "-c", "echo out; echo err >&2; exit 3"});
  ASSERT_TRUE(child) << child.error().message;
  EXPECT_EQ(child->out, "out\n");
  EXPECT_EQ(child->err, "err\n");
  EXPECT_EQ(WEXITSTATUS(child->status), 3);
  EXPECT_FALSE(child->succeeded());
  auto killed = runChild({"sh", "-c", "kill -SEGV $$"});
  EXPECT_EQ(killed->signalName(), strsignal(SIGSEGV));
  EXPECT_TRUE(runChild({"true"})->succeeded());
  EXPECT_FALSE(runChild({"/no/such/program"}));
}

TEST(RunChild, readsMoreThanAPipeHolds) {
  auto child = runChild({"sh", "-c", "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2"});
  EXPECT_EQ(child->out.size(), 1000000u);
  EXPECT_EQ(child->err.size(), 1000000u);
}

TEST(RunChild, runsWhereItIsTold) {
  test::TemporaryFolder folder;
  ChildOptions options;
  options.folder = folder.path();
  EXPECT_EQ(runChild({"pwd"}, options)->out, folder.path().string() + "\n");
}

TEST(RunChild, readsNothingOfOurs) { EXPECT_EQ(runChild({"cat"})->out, ""); }

TEST(RunChild, whatItLeavesBehindEndsWithIt) {
  auto child = runChild({"sh", "-c", "setsid sleep 1000 > /dev/null 2>&1 & echo $!"});
  EXPECT_FALSE(runs(std::stoi(child->out)));
  auto held = runChild({"sh", "-c", "setsid sleep 1000 & echo $!"}); // it has the pipes, too
  EXPECT_FALSE(runs(std::stoi(held->out)));
}

TEST(RunChild, atItsLimitAllOfItEnds) {
  ChildOptions options;
  options.limit = std::chrono::milliseconds(300);
  auto child = runChild({"sh", "-c", "sleep 1000 & echo $!; wait"}, options);
  EXPECT_TRUE(child->timedOut);
  EXPECT_FALSE(child->succeeded());
  EXPECT_FALSE(runs(std::stoi(child->out)));
}

TEST(RunChild, aKilledCallerTakesAllOfItAlong) {
  test::TemporaryFolder folder;
  std::string file = folder / "pid";
  pid_t caller = fork();
  if (caller == 0) {
    (void)runChild({"sh", "-c", "(sh -c 'echo $$ > " + file + ".part; mv " + file + ".part " + file +
                                    "; while :; do :; done')"});
    _exit(0);
  }
  while (!std::filesystem::exists(file))
    usleep(10'000);
  kill(caller, SIGKILL);
  waitpid(caller, nullptr, 0);
  EXPECT_TRUE(endsSoon(std::stoi(*readFile(file))));
}

TEST(RunChild, memoryIsLimited) {
  ChildOptions options;
  options.memory = 64 << 20;
  std::string takes = "head -c 200000000 /dev/zero | tail -c 190000000 > /dev/null"; // tail keeps it
  EXPECT_FALSE(runChild({"sh", "-c", takes}, options)->succeeded());
  EXPECT_TRUE(runChild({"sh", "-c", takes})->succeeded());
}

// Or the death of our children would tell nothing.
TEST(RunChild, anIgnoredSigchldIsNoMatter) {
  auto before = std::signal(SIGCHLD, SIG_IGN);
  EXPECT_TRUE(runChild({"true"})->succeeded());
  EXPECT_EQ(WEXITSTATUS(runChild({"false"})->status), 1);
  std::signal(SIGCHLD, before);
}

} // namespace
