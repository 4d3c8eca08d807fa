#include "support/ScratchFolder.h"
#include "TemporaryFolder.h"
#include "alt/Support.h"
#include <csignal>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace alt;
namespace fs = std::filesystem;

namespace {

TEST(ScratchFolder, goesWithItsOwner) {
  test::TemporaryFolder place;
  fs::path path;
  {
    auto made = ScratchFolder::make(place.path(), "alt-x-");
    ASSERT_TRUE(made) << made.error().message;
    ScratchFolder folder = std::move(*made);
    path = folder.path();
    ASSERT_TRUE(writeFile(path / "object.o", "bytes"));
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(ScratchFolder, whatADeadOwnerLeftIsClearedAtOnceAndNothingElse) {
  test::TemporaryFolder place;
  fs::create_directories(place / "alt-x-stranger"); // another length: not one of ours
  fs::create_directories(place / "alt-y-abcdef");
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  pid_t child = fork();
  if (child == 0) {
    auto made = ScratchFolder::make(place.path(), "alt-x-");
    if (made && writeFile(made->path() / "object.o", "bytes") && write(ready[1], "!", 1) == 1)
      pause();
    _exit(1);
  }
  char byte;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  auto folders = [&] { return std::distance(fs::directory_iterator(place.path()), {}); };
  EXPECT_EQ(folders(), 3);
  clearDeadFolders(place.path(), "alt-x-");
  EXPECT_EQ(folders(), 3); // its owner lives
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(folders(), 3);
  auto next = ScratchFolder::make(place.path(), "alt-x-");
  EXPECT_EQ(folders(), 3); // the dead one's went, the new one came
  EXPECT_TRUE(fs::exists(next->path()));
  EXPECT_TRUE(fs::exists(place / "alt-x-stranger"));
  EXPECT_TRUE(fs::exists(place / "alt-y-abcdef"));
}

TEST(ScratchFolder, aPlaceThatCannotHoldOneIsNamed) {
  auto made = ScratchFolder::make("/proc/none", "alt-x-");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message.find("/proc/none: no folder can be made there"), 0u);
}

TEST(ScratchFolder, anEmptyTmpdirIsNone) {
  setenv("TMPDIR", "", 1);
  EXPECT_EQ(temporaryPlace(), "/tmp");
  setenv("TMPDIR", "/var/tmp", 1);
  EXPECT_EQ(temporaryPlace(), "/var/tmp");
  unsetenv("TMPDIR");
  EXPECT_EQ(temporaryPlace(), "/tmp");
}

} // namespace
