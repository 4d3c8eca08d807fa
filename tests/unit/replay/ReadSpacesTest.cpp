#include "Workloads.h"
#include "alt/Records.h"
#include "alt/Replay.h"
#include "alt/Support.h"
#include <gmock/gmock.h>
#include <unistd.h>
#include <zlib.h>

using namespace alt;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {
class ReadSpaces : public testing::Test {
protected:
  fs::path folder = fs::temp_directory_path() / ("alt_replay_" + std::to_string(getpid()));
  void SetUp() override { fs::create_directories(folder); }
  void TearDown() override { fs::remove_all(folder); }

  fs::path write(const std::string &name, std::string_view text) {
    EXPECT_TRUE(writeFile(folder / name, text));
    return folder / name;
  }
  std::string refusal(const std::string &name, std::string_view text) {
    auto spaces = readRecordedSpaces(write(name, text));
    EXPECT_FALSE(spaces);
    return spaces ? "" : spaces.error().message.substr(folder.string().size() + 1);
  }
  RecordedSpace one(const fs::path &path) {
    auto spaces = readRecordedSpaces(path);
    EXPECT_TRUE(spaces) << spaces.error().message;
    EXPECT_EQ(spaces->size(), 1u);
    return std::move(spaces->front());
  }
};

constexpr std::string_view csv = "tile,order,one,status,time_ms,compile_ms,bench_ms\n"
                                 "1,\"(0, 1)\",7,ok,5.0,100,20\n"
                                 "8,\"(1, 0)\",7,ok,2.5,,\n"
                                 "16,\"(0, 1)\",7,compile,,300,0\n";
constexpr std::string_view cache = R"({"device_name": "X", "tune_params_keys": ["bx", "pad"],
 "tune_params": {"bx": [16, 32], "pad": [0, 1]}, "cache": {
 "16,0": {"bx": 16, "pad": 0, "time": 4.0, "compile_time": 900, "benchmark_time": 100},
 "32,0": {"bx": 32, "pad": 0, "time": "RuntimeFailedConfig", "compile_time": 500},
 "32,1": {"bx": 32, "pad": 1, "time": 2.0, "compile_time": 900, "benchmark_time": 60}}})";
constexpr std::string_view t4 = R"({"schema_version": "1.0.0", "results": [
 {"configuration": {"bx": 16}, "invalidity": "correct", "times": {"compilation_time": 700, "runtimes": [1, 2]},
  "measurements": [{"name": "time", "value": 1.5, "unit": "ms"}]},
 {"configuration": {"bx": 32}, "invalidity": "timeout", "times": {"compilation_time": 700}, "measurements": []}]})";
constexpr std::string_view autotvm =
    R"({"input": ["llvm", "dense", [["TENSOR", [1, 512], "float32"]], {}], "config": {"index": 1, "entity": [["tile_x", "sp", [-1, 8]], ["unroll", "ot", 16]]}, "result": [[0.002, 0.003], 0, 1.5, 1.0], "version": 0.2}
{"input": ["llvm", "dense", [["TENSOR", [1, 512], "float32"]], {}], "config": {"index": 2, "entity": [["tile_x", "sp", [-1, 16]], ["unroll", "ot", 0]]}, "result": [[1000000000.0], 6, 10.0, 2.0], "version": 0.2}
{"input": ["llvm", "conv", [["TENSOR", [1, 64], "float32"]], {}], "config": {"index": 2, "entity": [["tile_x", "sp", [-1, 16]]]}, "result": [[0.5], 0, 3.0, 2.0], "version": 0.2}
)";
constexpr std::string_view ansor =
    R"({"i": [["[\"abc\", 1]", "llvm"], [[], [["SP", 2, 0, 512, [8, 1], 1], ["PR", 1, 0, "auto_unroll_max_step$16"]]]], "r": [[0.004], 0, 2.0, 1.0], "v": "v0.6"}
{"i": [["[\"abc\", 1]", "llvm"], [[], [["SP", 2, 0, 512, [16, 2], 1], ["PR", 1, 0, "auto_unroll_max_step$64"]]]], "r": [[0.001], 0, 2.0, 1.0], "v": "v0.6"}
)";
} // namespace

TEST_F(ReadSpaces, ourCsv) {
  RecordedSpace space = one(write("conv-x.csv", csv));
  EXPECT_EQ(space.name, "conv-x");
  ASSERT_EQ(space.space->knobs().size(), 2u); // a knob of one value is no knob
  EXPECT_EQ(space.space->knobs()[0].kind, Knob::Kind::ordinal);
  EXPECT_THAT(space.space->knobs()[1].labels, ElementsAre("(0, 1)", "(1, 0)"));
  EXPECT_DOUBLE_EQ(space.bestSeconds(), 2.5e-3);
  EXPECT_DOUBLE_EQ(space.measurements[0].spent.total().count(), 0.12);
  EXPECT_DOUBLE_EQ(space.measurements[1].spent.total().count(), 1.025); // not known: assumed
  EXPECT_EQ(space.measurements[2].outcome, Outcome::compileFailed);
  EXPECT_DOUBLE_EQ(space.measurements[2].spent.total().count(), 0.3);
}

TEST_F(ReadSpaces, gzipped) {
  gzFile file = gzopen((folder / "a.csv.gz").c_str(), "wb");
  gzwrite(file, csv.data(), unsigned(csv.size()));
  gzclose(file);
  EXPECT_EQ(one(folder / "a.csv.gz").measurements.size(), 3u);
  auto bytes = readFile(folder / "a.csv.gz");
  EXPECT_THAT(refusal("b.csv.gz", bytes->substr(0, bytes->size() - 12)), HasSubstr("cut off"));
}

TEST_F(ReadSpaces, kernelTunersCache) {
  RecordedSpace space = one(write("c.json", cache));
  EXPECT_EQ(space.space->points().size(), 3u);
  EXPECT_FALSE(space.space->legal({{0, 1}})); // not listed: does not exist
  EXPECT_EQ(space.measurements[1].outcome, Outcome::crashed);
  EXPECT_DOUBLE_EQ(space.measurements[0].spent.build.count(), 0.9);
  EXPECT_DOUBLE_EQ(space.bestSeconds(), 2e-3);
}

TEST_F(ReadSpaces, t4Results) {
  RecordedSpace space = one(write("t4.json", t4));
  EXPECT_DOUBLE_EQ(space.bestSeconds(), 1.5e-3);
  EXPECT_DOUBLE_EQ(space.measurements[0].spent.run.count(), 3e-3);
  EXPECT_EQ(space.measurements[1].outcome, Outcome::runTimedOut);
}

TEST_F(ReadSpaces, autotvmsLogHasASpaceForEachTask) {
  auto spaces = readRecordedSpaces(write("tvm.log", autotvm));
  ASSERT_TRUE(spaces) << spaces.error().message;
  ASSERT_EQ(spaces->size(), 2u);
  const RecordedSpace &dense = spaces->front();
  EXPECT_EQ(dense.name, "tvm#1");
  EXPECT_EQ(print(*dense.space, dense.space->points()[0]), "tile_x.1=8 unroll=16");
  EXPECT_EQ(dense.measurements[1].outcome, Outcome::compileTimedOut);
  EXPECT_DOUBLE_EQ(dense.measurements[1].spent.total().count(), 10.0);
}

TEST_F(ReadSpaces, ansorsLog) {
  RecordedSpace space = one(write("ansor.json", ansor));
  EXPECT_DOUBLE_EQ(space.bestSeconds(), 1e-3);
  EXPECT_EQ(space.space->knobs()[0].name, "step0.0");
}

TEST_F(ReadSpaces, ourOwnRecords) {
  {
    auto writer = RecordWriter::open(folder / "r.jsonl");
    ASSERT_TRUE(writer) << writer.error().message;
    Record record;
    record.workload = {42};
    record.workloadName = "matmul";
    record.target = "x86";
    record.schedule = "tile=8 order=ijk";
    record.measurement.outcome = Outcome::ok;
    record.measurement.samples = {Seconds(2e-3)};
    record.measurement.spent.build = Seconds(0.1);
    ASSERT_TRUE((*writer)->append(record));
    record.schedule = "tile=16 order=kij";
    record.measurement = {};
    record.measurement.outcome = Outcome::wrongResult;
    ASSERT_TRUE((*writer)->append(record));
  }
  RecordedSpace space = one(folder / "r.jsonl");
  EXPECT_EQ(print(*space.space, space.space->points()[0]), "tile=8 order=ijk");
  EXPECT_EQ(space.measurements[1].outcome, Outcome::wrongResult);
}

TEST_F(ReadSpaces, ourOwnRecordsHaveTheFeaturesOfTheirKernel) {
  RecordedTask task{test::matmulWorkload(128, 256, 64), {}, 1};
  task.workload.id = {42};
  task.target.vectorBits = 512;
  auto space = makeSearchSpace(task.workload, task.target, 1);
  auto features = makeLoopFeatures(task.workload, *space, task.target);
  std::vector<Schedule> schedules;
  {
    auto writer = RecordWriter::open(folder / "r.jsonl");
    ASSERT_TRUE((*writer)->append(task));
    Rng rng(1);
    for (int i = 0; i < 20; ++i) {
      schedules.push_back(space->random(rng));
      Record record;
      record.workload = task.workload.id;
      record.target = task.target.key();
      record.schedule = print(*space, schedules.back());
      ASSERT_TRUE((*writer)->append(record));
    }
  }
  RecordedSpace recorded = one(folder / "r.jsonl");
  EXPECT_EQ(recorded.features->version(), loopFeaturesVersion);
  auto points = recorded.space->points();
  ASSERT_EQ(points.size(), schedules.size());
  std::vector<float> here(features->names().size()), there(here.size());
  for (size_t i = 0; i < points.size(); ++i) {
    features->extract(schedules[i], here);
    recorded.features->extract(points[i], there);
    EXPECT_EQ(here, there) << i;
  }
}

TEST_F(ReadSpaces, refusalsSayWhere) {
  EXPECT_THAT(refusal("x.csv", "a,status,time_ms\n1,ok,2\n2,ok\n"),
              HasSubstr("x.csv:3: The row has 2 cells, the header 3"));
  EXPECT_THAT(refusal("x.csv", "a,status,time_ms\n1,ok,\n"), HasSubstr("x.csv:2: "));
  EXPECT_THAT(refusal("x.csv", "a,status,time_ms\n"), HasSubstr("no rows"));
  EXPECT_THAT(refusal("x.json", cache.substr(0, 300)), HasSubstr("cut off"));
  EXPECT_THAT(refusal("x.json", R"({"results": [{"configuration": {"bx": 1},
                "measurements": [{"name": "score", "value": 0.5}]}]})"),
              HasSubstr("measures no 'time' (but 'score')"));
  EXPECT_THAT(refusal("x.log", std::string(autotvm) + "{\"input\": [\"ll"), HasSubstr("x.log:4: "));
  EXPECT_THAT(refusal("x.txt", "hello\nworld\n"), HasSubstr("x.txt:1: Not a recorded space"));
  EXPECT_THAT(refusal("x.txt", ""), HasSubstr("Not a recorded space"));
  auto missing = readRecordedSpaces(folder / "none.csv");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::io);
}
