#include "alt/ProgressDisplay.h"
#include <gtest/gtest.h>

using namespace alt;

static Progress sample() {
  Progress p;
  p.kernel = 2;
  p.kernels = 17;
  p.name = "conv_3x3";
  p.trials = 41;
  p.trialLimit = 200;
  p.outcomes[static_cast<unsigned>(Outcome::ok)] = 38;
  p.outcomes[static_cast<unsigned>(Outcome::compileTimedOut)] = 3;
  p.best = 0.00123;
  p.gflops = 151.24;
  p.speedup = 2.5;
  p.left = Seconds(71.2);
  return p;
}

TEST(ProgressLine, SaysAllThatIsKnown) {
  EXPECT_EQ(progressLine(sample()),
            "kernel 3/17  conv_3x3  41/200 trials  ok 38, compile_timed_out 3  best 1.23 ms (151.2 "
            "GFLOP/s)  speed-up 2.50x  72s left");
}

TEST(ProgressLine, LeavesOutWhatIsNot) {
  Progress p;
  p.name = "matmul";
  EXPECT_EQ(progressLine(p), "matmul  0 trials  none");
}

TEST(ProgressLine, FitsTheTerminal) { EXPECT_EQ(progressLine(sample(), 12), "kernel 3/17 "); }

namespace {
struct Display : testing::Test {
  std::string out;
  Seconds now{0};
  Progress progress;
  ProgressDisplay::Options options{Seconds(0.1), Seconds(5), 40};
  void tick(ProgressDisplay &display, double to) {
    now = Seconds(to);
    ++progress.trials;
    display.update(progress);
  }
};
} // namespace

TEST_F(Display, RepaintsOneLineOnATerminal) {
  progress.name = "m";
  Log terminal([this](std::string_view text) { out += text; }, LogLevel::info, true);
  ProgressDisplay display(terminal, [this] { return now; }, options);
  tick(display, 1);
  tick(display, 1.05); // too soon
  tick(display, 1.2);
  display.finish();
  EXPECT_EQ(out, "\r\x1b[Km  1 trials  none\r\x1b[Km  3 trials  none\r\x1b[K");
}

TEST_F(Display, PrintsALineNowAndThenElsewhere) {
  progress.name = "m";
  Log file([this](std::string_view text) { out += text; }, LogLevel::info, false);
  ProgressDisplay display(file, [this] { return now; }, options);
  for (double t : {0., 1., 4.9, 5., 9., 10.5})
    tick(display, t);
  display.finish();
  EXPECT_EQ(out, "m  1 trials  none\nm  4 trials  none\nm  6 trials  none\n");
}

TEST_F(Display, QuietIsQuiet) {
  Log quiet([this](std::string_view text) { out += text; }, LogLevel::warn, true);
  ProgressDisplay display(quiet, [this] { return now; }, options);
  tick(display, 1);
  display.finish();
  EXPECT_EQ(out, "");
}
