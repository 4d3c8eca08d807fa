#include "alt/Report.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace alt;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

static KernelReport kernel(const char *name, double untuned, double tuned) {
  KernelReport k;
  k.name = name;
  k.flops = 2'000'000;
  k.defaultSeconds = untuned;
  k.bestSeconds = tuned;
  k.defaultSchedule = "tile=1";
  k.bestSchedule = "tile=32";
  k.isDefault = false;
  k.trials = 10;
  k.outcomes[0] = 8;
  k.outcomes[static_cast<unsigned>(Outcome::crashed)] = 2;
  k.failures["SIGSEGV <now>"] = 2;
  k.spent.build = Seconds(3);
  k.learningSeconds = 0.5;
  k.curve = {{1, 0.1, untuned}, {7, 0.9, tuned}};
  return k;
}

static TuneReport report(std::vector<KernelReport> kernels) {
  TuneReport r;
  r.title = "model & <co>";
  r.wallSeconds = 4;
  r.kernels = std::move(kernels);
  return r;
}

TEST(Report, OneRunCountsEachKernelAsOftenAsItIsCalled) {
  auto twice = kernel("conv", 4e-3, 1e-3);
  twice.uses = 2;
  auto r = report({twice, kernel("fc", 1e-3, 1e-3)});
  EXPECT_DOUBLE_EQ(r.untunedSeconds(), 9e-3);
  EXPECT_DOUBLE_EQ(r.tunedSeconds(), 3e-3);
}

TEST(Report, KernelsWithoutATimeAreLeftOutOfBothSums) {
  auto r = report({kernel("conv", 4e-3, 1e-3), kernel("late", notMeasured, 1e-3)});
  EXPECT_DOUBLE_EQ(r.tunedSeconds(), 1e-3);
}

TEST(Report, TuneJsonHasWhatMachinesRelyOn) {
  auto r = report({kernel("conv", 4e-3, 1e-3)});
  r.kernels[0].resumed = 2;
  json j = json::parse(toJson(r, true));
  EXPECT_DOUBLE_EQ(j["best_seconds"], 1e-3);
  EXPECT_DOUBLE_EQ(j["default_seconds"], 4e-3);
  EXPECT_DOUBLE_EQ(j["gflops"], 2.0);
  EXPECT_EQ(j["trials"], 10);
  EXPECT_EQ(j["outcomes"]["crashed"], 2);
  EXPECT_DOUBLE_EQ(j["wall_seconds"], 4);
  EXPECT_DOUBLE_EQ(j["learning_seconds"], 0.5);
  EXPECT_DOUBLE_EQ(j["trials_per_second"], 2.0) << "this session's own trials only";
  EXPECT_EQ(j["best_schedule"], "tile=32");
}

TEST(Report, LayoutsAreToldToMachinesAndWhatIsCopiedToPeople) {
  auto conv = kernel("conv", 4e-3, 1e-3);
  OperandLayout weight{"in1", 1, ElementType::f32, {"f/32", "c", "f%32"}, {2, 8, 32},
                       OperandLayout::Made::ahead};
  OperandLayout result{"out", 2, ElementType::f32, {"n", "f"}, {4, 64}};
  result.isOutput = true;
  conv.layouts = {weight, result};
  json j = json::parse(toJson(report({conv}), true))["layouts"];
  ASSERT_EQ(j.size(), 2u);
  EXPECT_EQ(j[0]["made"], "ahead");
  EXPECT_EQ(j[0]["order"], (json{"f/32", "c", "f%32"}));
  EXPECT_EQ(j[0]["copied_bytes"], 2 * 8 * 32 * 4);
  EXPECT_EQ(j[1]["made"], "in_place");
  EXPECT_EQ(j[1]["copied_bytes"], 0);
  std::string html = toHtml(report({conv}));
  EXPECT_THAT(html, HasSubstr("in1 2x8x32xf32 = f/32 c f%32, copied ahead of time"));
  EXPECT_THAT(html, Not(HasSubstr("written in place")));
}

TEST(Report, TuneJsonOfSeveralKernelsHasTheSums) {
  json j = json::parse(toJson(report({kernel("a", 4e-3, 1e-3), kernel("b", 2e-3, 1e-3)}), true));
  EXPECT_DOUBLE_EQ(j["best_seconds"], 2e-3);
  EXPECT_DOUBLE_EQ(j["default_seconds"], 6e-3);
  EXPECT_DOUBLE_EQ(j["gflops"], 2.0);
  EXPECT_EQ(j["best_schedule"], "a: tile=32\nb: tile=32");
  EXPECT_EQ(j["trials"], 20);
}

TEST(Report, CompileJsonListsTheKernels) {
  json j = json::parse(toJson(report({kernel("a", 4e-3, 1e-3), kernel("b", notMeasured, notMeasured)}), false));
  ASSERT_EQ(j["kernels"].size(), 2u);
  EXPECT_EQ(j["kernels"][0]["name"], "a");
  EXPECT_EQ(j["kernels"][0]["count"], 1);
  EXPECT_TRUE(j["kernels"][1]["best_seconds"].is_null()) << "not measured is null, not a number";
  EXPECT_DOUBLE_EQ(j["untuned_seconds"], 4e-3);
  EXPECT_DOUBLE_EQ(j["tuned_seconds"], 1e-3);
}

TEST(Report, ConsoleShowsBestBesideDefault) {
  EXPECT_THAT(toConsole(report({kernel("conv", 4e-3, 1e-3)})),
              HasSubstr("conv: 4.00x as fast as the default\n"
                        "            time  GFLOP/s  schedule\n"
                        "default  4.00 ms      0.5  tile=1\n"
                        "best     1.00 ms      2.0  tile=32\n"
                        "10 trials: ok 8, crashed 2\n"));
}

TEST(Report, HtmlOpensWithoutANetwork) {
  auto one = toHtml(report({kernel("conv", 4e-3, 1e-3)}));
  auto many = toHtml(report({kernel("conv", 4e-3, 1e-3), kernel("fc", 2e-3, 1e-3)}));
  for (const std::string &html : {one, many}) {
    EXPECT_THAT(html, Not(HasSubstr("http")));
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, Not(HasSubstr("src=")));
    EXPECT_THAT(html, HasSubstr("<polyline"));
  }
}

TEST(Report, HtmlEscapesNames) {
  auto html = toHtml(report({kernel("conv", 4e-3, 1e-3)}));
  EXPECT_THAT(html, HasSubstr("model &amp; &lt;co&gt;"));
  EXPECT_THAT(html, HasSubstr("SIGSEGV &lt;now&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<co>")));
}

TEST(Report, HtmlOfNothingMeasuredStands) {
  TuneReport r;
  r.title = "untuned";
  r.kernels.emplace_back().name = "conv";
  EXPECT_THAT(toHtml(r), HasSubstr("</html>"));
}

TEST(PrintSeconds, HasThreeDigits) {
  EXPECT_EQ(printSeconds(1.5), "1.50 s");
  EXPECT_EQ(printSeconds(0.0123), "12.3 ms");
  EXPECT_EQ(printSeconds(845e-6), "845 us");
  EXPECT_EQ(printSeconds(12e-9), "12.0 ns");
  EXPECT_EQ(printSeconds(notMeasured), "-");
}
