#include "alt/Options.h"
#include "alt/Support.h"
#include <gtest/gtest.h>

using namespace alt;

namespace {
struct BoostingOptions {
  unsigned trees = 40;
  double rate = 0.3;
  bool exact = false;
  std::string loss = "rank";
  std::chrono::duration<double> limit{10};
};
void bind(OptionTable &b, BoostingOptions &o) {
  b("trees", &o.trees, "boosted trees");
  b("rate", &o.rate, "learning rate");
  b("exact", &o.exact, "exact splits");
  b("loss", &o.loss, "what is minimised");
  b("limit", &o.limit, "wall clock");
}
struct Options : testing::Test {
  BoostingOptions options;
  OptionTable table;
  Options() { bind(table, options); }
  std::string config(std::string_view text) {
    auto path = testing::TempDir() + "options.conf";
    EXPECT_TRUE(writeFile(path, text));
    return path;
  }
};
} // namespace

TEST_F(Options, AreSetFromText) {
  ASSERT_TRUE(table.set("trees", "7"));
  ASSERT_TRUE(table.set("exact", "true"));
  ASSERT_TRUE(table.set("limit", "1500ms"));
  EXPECT_EQ(options.trees, 7u);
  EXPECT_TRUE(options.exact);
  EXPECT_DOUBLE_EQ(options.limit.count(), 1.5);
}

TEST_F(Options, PrintAsTheyAreRead) {
  std::vector<std::string> texts;
  for (const auto &entry : table.entries())
    texts.push_back(OptionTable::print(entry));
  EXPECT_EQ(texts, (std::vector<std::string>{"40", "0.3", "false", "rank", "10s"}));
  for (const auto &entry : table.entries())
    EXPECT_TRUE(table.set(entry.name, OptionTable::print(entry)));
}

TEST_F(Options, RefusalSaysWhatWouldBeRight) {
  EXPECT_EQ(table.set("trees", "many").error().message, "trees must be a whole number, not 'many'.");
  EXPECT_EQ(table.set("trees", "-1").error().message, "trees must be a whole number, not '-1'.");
  EXPECT_EQ(table.set("rate", "nan").error().message, "rate must be a number, not 'nan'.");
  EXPECT_EQ(table.set("limit", "-5s").error().message,
            "limit must be a length of time that is not negative, like 90s, 5m or 1h, not '-5s'.");
}

TEST_F(Options, UnknownNameSuggestsTheNearest) {
  EXPECT_EQ(table.set("tres", "1").error().message,
            "There is no option 'tres'; did you mean 'trees'?");
  EXPECT_EQ(table.set("zebrafish", "1").error().message,
            "There is no option 'zebrafish'; `alt options` lists them.");
}

TEST_F(Options, FlagsComeBeforeTheFile) {
  ASSERT_TRUE(table.set("trees", "7"));
  ASSERT_TRUE(table.readConfig(config("# mine\ntrees = 9\nloss=squares # why not\n\n")));
  EXPECT_EQ(options.trees, 7u);
  EXPECT_EQ(options.loss, "squares");
}

TEST_F(Options, FileErrorsNameTheLine) {
  auto path = config("trees = 9\nlos = x\n");
  EXPECT_EQ(table.readConfig(path).error().message,
            path + ":2: There is no option 'los'; did you mean 'loss'?");
  path = config("trees 9\n");
  EXPECT_EQ(table.readConfig(path).error().message,
            path + ":1: 'trees 9' is not of the form name = value.");
}

TEST(Duration, HasUnits) {
  for (auto [text, seconds] : {std::pair{"90s", 90.}, {"2m", 120.}, {"1.5h", 5400.}, {"250ms", .25}, {"3", 3.}}) {
    auto parsed = parseDuration(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_DOUBLE_EQ(parsed->count(), seconds) << text;
  }
  for (const char *text : {"", "s", "5 fortnights", "inf", "-3s", "1e999"})
    EXPECT_FALSE(parseDuration(text)) << text;
}

TEST(Duration, PrintsShortly) {
  using S = std::chrono::duration<double>;
  EXPECT_EQ(printDuration(S(0.25)), "0.25s");
  EXPECT_EQ(printDuration(S(42)), "42s");
  EXPECT_EQ(printDuration(S(125)), "2m05s");
  EXPECT_EQ(printDuration(S(7260)), "2h01m");
}
