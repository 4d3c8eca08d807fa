// Records of two matmuls whose times are made up: the prior must put a third one's schedules in
// order.
#include "alt/Prior.h"
#include "Workloads.h"
#include "TemporaryFolder.h"
#include "alt/Features.h"
#include "alt/Sampler.h"
#include "alt/Support.h"
#include "model/Prior.h"
#include <gmock/gmock.h>

using namespace alt;
using testing::HasSubstr;

namespace {

Target machine() {
  Target target;
  target.triple = "x86_64";
  target.cpu = "test";
  target.vectorBits = 512;
  target.vectorRegisters = 32;
  return target;
}

RecordedTask matmul(int64_t m, int64_t n, int64_t k) {
  RecordedTask task{test::matmulWorkload(m, n, k), machine(), 1};
  task.workload.id =
      workloadId(std::to_string(m) + "," + std::to_string(n) + "," + std::to_string(k));
  return task;
}

/// Faster the more accumulators a schedule has; half of it is a matter of the kernel.
double madeUpSeconds(const SearchSpace &space, const FeatureExtractor &features,
                     const Schedule &schedule) {
  std::vector<float> row(features.names().size());
  features.extract(schedule, row);
  auto column = [&](std::string_view name) {
    return row[size_t(std::ranges::find(features.names(), name) - features.names().begin())];
  };
  return 1e-3 * std::exp2(column("kernel.flops") - 20 - column("accumulators"));
}

class Priors : public testing::Test {
protected:
  test::TemporaryFolder folder;

  std::filesystem::path measured(const std::string &name, const RecordedTask &task,
                                 bool say = true) {
    auto space = makeSearchSpace(task.workload, task.target, task.threads);
    auto features = makeLoopFeatures(task.workload, *space, task.target);
    auto writer = RecordWriter::open(folder / name);
    if (say)
      EXPECT_TRUE((*writer)->append(task));
    Rng rng(7);
    for (int i = 0; i < 120; ++i) {
      Schedule schedule = space->random(rng);
      Record record;
      record.workload = task.workload.id;
      record.target = task.target.key();
      record.schedule = print(*space, schedule);
      record.measurement.outcome = Outcome::ok;
      record.measurement.samples = {Seconds(madeUpSeconds(*space, *features, schedule))};
      EXPECT_TRUE((*writer)->append(record));
    }
    return folder / name;
  }

  std::vector<std::filesystem::path> two() {
    return {measured("a.jsonl", matmul(128, 256, 64)), measured("b.jsonl", matmul(96, 512, 200))};
  }
};

TEST_F(Priors, orderAKernelThatTheyDoNotKnow) {
  auto trained = trainPrior(two(), 1, true);
  ASSERT_TRUE(trained) << trained.error().message;
  EXPECT_EQ(trained->prior->kernels(), 2u);
  EXPECT_EQ(describe(trained->prior.get()), "2 kernels, " + std::to_string(trained->prior->rows()) +
                                                " schedules, features " +
                                                std::string(loopFeaturesVersion));
  ASSERT_EQ(trained->leftOut.size(), 2u);
  for (const LeftOut &kernel : trained->leftOut)
    EXPECT_GT(kernel.spearman, 0.8) << kernel.kernel;
}

TEST_F(Priors, letTheFirstBatchBeGood) {
  auto trained = trainPrior(two(), 1, false);
  RecordedTask task = matmul(200, 320, 100);
  auto space = makeSearchSpace(task.workload, task.target, 1);
  auto features = makeLoopFeatures(task.workload, *space, task.target);
  auto median = [&](const char *tuner, const Prior *prior) {
    Rng rng(3);
    auto sampler = makeSampler(tuner, {*space, *features, prior});
    std::vector<double> seconds;
    for (const Schedule &schedule : (*sampler)->ask(16, rng))
      seconds.push_back(madeUpSeconds(*space, *features, schedule));
    EXPECT_EQ(seconds.size(), 16u);
    std::ranges::sort(seconds);
    return seconds[8];
  };
  double cold = median("alt:analytic=false", nullptr), warm = median("alt", trained->prior.get());
  EXPECT_LT(warm, 0.7 * cold);
  EXPECT_EQ(median("alt:prior=false:analytic=false", trained->prior.get()), cold);
}

TEST_F(Priors, comeBackFromAFile) {
  auto trained = trainPrior(two(), 1, false);
  ASSERT_TRUE(writeFile(folder / "prior.json", toJson(*trained->prior)));
  auto read = loadPrior((folder / "prior.json").string());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(toJson(**read), toJson(*trained->prior));
  auto straight = loadPrior((folder / "a.jsonl").string() + "," + (folder / "b.jsonl").string());
  ASSERT_TRUE(straight) << straight.error().message;
  EXPECT_EQ(toJson(**straight), toJson(*trained->prior));
}

TEST_F(Priors, ofOtherFeaturesAreRefused) {
  auto trained = trainPrior(two(), 1, false);
  std::string text = toJson(*trained->prior);
  text.replace(text.find(loopFeaturesVersion), loopFeaturesVersion.size(), "loops-0");
  auto read = priorFromJson(text, "old.json");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message,
            "old.json: The prior was made for features loops-0 and this alt has " +
                std::string(loopFeaturesVersion) +
                "; make it again from its records with `alt train-prior`.");
}

TEST_F(Priors, damagedOnesAreRefused) {
  auto trained = trainPrior(two(), 1, false);
  std::string text = toJson(*trained->prior);
  for (size_t cut : {1ul, 40ul, text.size() / 2})
    EXPECT_THAT(priorFromJson(text.substr(0, cut), "p").error().message,
                HasSubstr("p: Not a prior"));
  std::string wild = text;
  wild.replace(wild.find("\"columns\":") + 10, 2, "1"); // fewer columns than the trees ask for
  EXPECT_FALSE(priorFromJson(wild, "p"));
}

TEST_F(Priors, needRecordsThatSayOfWhat) {
  measured("silent.jsonl", matmul(64, 64, 64), false);
  auto read = loadPrior((folder / "silent.jsonl").string());
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("silent.jsonl: These records do not say"));
  EXPECT_FALSE(loadPrior((folder / "none.jsonl").string()));
  EXPECT_FALSE(loadPrior(""));
  EXPECT_EQ(*loadPrior("none"), nullptr);
}

// Whoever changes the features makes it again: bench/learning/make-prior.sh.
TEST(ShippedPrior, isOfTodaysFeatures) {
  auto shipped = loadPrior("shipped");
  ASSERT_TRUE(shipped) << shipped.error().message;
  RecordedTask task = matmul(64, 64, 64);
  auto space = makeSearchSpace(task.workload, task.target, 1);
  EXPECT_EQ((*shipped)->columns(),
            makeLoopFeatures(task.workload, *space, task.target)->names().size());
  EXPECT_GE((*shipped)->kernels(), 20u);
}

} // namespace
