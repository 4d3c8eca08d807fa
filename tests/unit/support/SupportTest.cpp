#include "alt/Log.h"
#include "alt/Support.h"
#include "alt/Table.h"
#include <gtest/gtest.h>

using namespace alt;

TEST(Nearest, SuggestsTypingMistakesOnly) {
  std::vector<std::string> names = {"alt", "autotvm", "genetic", "random"};
  EXPECT_EQ(nearest("autotmv", names), "autotvm");
  EXPECT_EQ(nearest("ramdom", names), "random");
  EXPECT_EQ(nearest("simulated-annealing", names), "");
}

TEST(WriteFile, LeavesNothingWhenItFails) {
  std::string folder = testing::TempDir() + "nowhere";
  auto done = writeFile(folder + "/file", "text");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, folder + "/file: cannot write: No such file or directory.");
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(Log, SentencesGoAboveTheStatusLine) {
  std::string out;
  Log log([&](std::string_view text) { out += text; }, LogLevel::info, true);
  log.status("1 of 9");
  log.warn("Odd.");
  log.debug("not shown");
  log.status("");
  EXPECT_EQ(out, "\r\x1b[K1 of 9" "\r\x1b[Kwarning: Odd.\n1 of 9" "\r\x1b[K");
}

TEST(Log, NoStatusLineOffTheTerminal) {
  std::string out;
  Log log([&](std::string_view text) { out += text; }, LogLevel::warn, false);
  log.status("1 of 9");
  log.info("not shown");
  log.error("Broken.");
  EXPECT_EQ(out, "error: Broken.\n");
}

TEST(Table, AlignsItsColumns) {
  Table table({"kernel", "time"}, {Table::left, Table::right});
  table.add({"conv", "9 ms"});
  table.add({"a", "12 ms"});
  EXPECT_EQ(table.print(), "kernel   time\n"
                           "conv     9 ms\n"
                           "a       12 ms\n");
}
