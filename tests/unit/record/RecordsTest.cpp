#include "alt/Records.h"
#include "TemporaryFolder.h"
#include "TinySpace.h"
#include "alt/Support.h"
#include <csignal>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <zlib.h>

using namespace alt;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

const test::TinySpace space({{"tile", Knob::Kind::ordinal, {8, 16, 32}, {}},
                             {"order", Knob::Kind::categorical, {0, 1}, {"ij", "ji"}}});

Record sample(std::string schedule = "tile=16 order=ji") {
  Record r;
  r.workload = {0xfeedbeef};
  r.workloadName = "matmul";
  r.target = "x86_64 znver4 512";
  r.schedule = std::move(schedule);
  r.measurement.outcome = Outcome::ok;
  r.measurement.samples = {Seconds(0.1 + 0.2), Seconds(1e-9 / 3)};
  r.measurement.spent.build = Seconds(0.0625);
  r.tuner = "alt";
  r.seed = UINT64_MAX;
  r.when = 1.5e9;
  return r;
}

class Records : public testing::Test {
protected:
  test::TemporaryFolder folder;
  std::filesystem::path file = folder / "records.jsonl";

  void append(const std::vector<Record> &records) {
    auto writer = RecordWriter::open(file);
    ASSERT_TRUE(writer) << writer.error().message;
    for (const Record &r : records)
      ASSERT_TRUE((*writer)->append(r));
  }
  void damage(std::string_view text) { ASSERT_TRUE(writeFile(file, text)); }
  std::string text() { return *readFile(file); }
};

TEST_F(Records, comeBackAsTheyWere) {
  Record in = sample();
  in.measurement.artifact = Artifact{folder / "objects/a.o", "0123456789abcdef", {}};
  in.measurement.artifact->plan.stages = {
      {"k_s0", {{BufferRef::Kind::argument, 1}, {BufferRef::Kind::scratch, 0}}, 7, true}};
  Record failed = sample("tile=8 order=ij");
  failed.measurement.outcome = Outcome::crashed;
  failed.measurement.samples.clear();
  failed.measurement.detail = "SIGSEGV \"quoted\"\nsecond line \xff";
  append({in, failed});

  auto read = readRecords(file);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->warnings.empty());
  ASSERT_EQ(read->sessions.size(), 1u);
  EXPECT_THAT(read->sessions[0].tool, HasSubstr("alt "));
  EXPECT_THAT(read->sessions[0].compiler, HasSubstr("LLVM 22"));
  ASSERT_EQ(read->records.size(), 2u);
  const Record &out = read->records[0];
  EXPECT_EQ(out.workload, in.workload);
  EXPECT_EQ(out.schedule, in.schedule);
  EXPECT_EQ(out.target, in.target);
  EXPECT_EQ(out.seed, in.seed);
  EXPECT_EQ(out.measurement.samples, in.measurement.samples); // to the last bit
  EXPECT_EQ(out.measurement.spent.build, in.measurement.spent.build);
  ASSERT_TRUE(out.measurement.artifact);
  EXPECT_EQ(out.measurement.artifact->object, in.measurement.artifact->object);
  EXPECT_EQ(out.measurement.artifact->plan, in.measurement.artifact->plan);
  EXPECT_EQ(read->records[1].measurement.outcome, Outcome::crashed);
  EXPECT_THAT(read->records[1].measurement.detail, HasSubstr("SIGSEGV \"quoted\"\nsecond"));
}

TEST_F(Records, sayWhatWasMeasured) {
  RecordedTask task;
  task.workload.id = {0xfeedbeef};
  task.workload.name = "matmul";
  task.workload.axes = {{"i0", 64, AxisKind::parallel}};
  task.workload.linalg = "module {}";
  task.target = {"x86_64", "znver4", "+avx", 512, 32, 2, 1, 2, 3};
  task.threads = 2;
  ASSERT_TRUE((*RecordWriter::open(file))->append(task));
  append({sample()});
  auto read = readRecords(file);
  EXPECT_TRUE(read->warnings.empty());
  const RecordedTask *found = read->taskOf({0xfeedbeef}, task.target.key());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->workload.axes[0].extent, 64);
  EXPECT_EQ(found->workload.linalg, "");
  EXPECT_EQ(found->target.l3Bytes, 3);
  EXPECT_EQ(found->threads, 2u);
  EXPECT_FALSE(read->taskOf({1}, task.target.key()));
}

TEST_F(Records, mayBeGzipped) {
  append({sample()});
  gzFile packed = gzopen((folder / "records.jsonl.gz").c_str(), "wb");
  ASSERT_GT(gzputs(packed, text().c_str()), 0);
  gzclose(packed);
  auto read = readRecords(folder / "records.jsonl.gz");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->records.size(), 1u);
}

TEST_F(Records, objectsMoveWithTheirFolder) {
  Record in = sample();
  in.measurement.artifact = Artifact{folder / "objects/a.o", "", {}};
  append({in});
  EXPECT_THAT(text(), HasSubstr("\"object\":\"objects/a.o\""));
}

TEST_F(Records, aSecondSessionAppends) {
  append({sample()});
  std::string before = text();
  append({sample()});
  EXPECT_TRUE(text().starts_with(before));
  auto read = readRecords(file);
  EXPECT_EQ(read->sessions.size(), 2u);
  EXPECT_EQ(read->records.size(), 2u);
}

// kill -9 while a line is being written, at every byte of it.
TEST_F(Records, aLineCutAnywhereLosesOnlyItself) {
  append({sample(), sample("tile=8 order=ij")});
  std::string whole = text();
  size_t lastLine = whole.rfind('\n', whole.size() - 2) + 1;
  for (size_t cut = lastLine + 1; cut < whole.size() - 1; ++cut) {
    damage(whole.substr(0, cut));
    auto read = readRecords(file);
    ASSERT_TRUE(read);
    ASSERT_EQ(read->records.size(), 1u) << cut;
    ASSERT_THAT(read->warnings,
                ElementsAre(HasSubstr("records.jsonl:3: The last line is cut off")));
    append({sample("tile=32 order=ij")});
    auto healed = readRecords(file);
    ASSERT_EQ(healed->records.size(), 2u) << cut;
    ASSERT_TRUE(healed->warnings.empty());
  }
  damage(whole.substr(0, whole.size() - 1)); // only the newline is missing: nothing is lost
  append({});
  EXPECT_EQ(readRecords(file)->records.size(), 2u);
}

TEST_F(Records, aHeaderCutAnywhereIsAnEmptyFile) {
  append({});
  std::string whole = text();
  for (size_t cut = 0; cut < whole.size(); cut += 7) {
    damage(whole.substr(0, cut));
    auto read = readRecords(file);
    ASSERT_TRUE(read) << cut << read.error().message;
    append({sample()});
    ASSERT_EQ(readRecords(file)->records.size(), 1u) << cut;
  }
}

TEST_F(Records, aForeignFileIsRefusedAndLeftAlone) {
  for (const char *foreign : {"shopping list\n- milk\n", "{\"schema\":1}\n", "[1,2]",
                              "\x7f"
                              "ELF"}) {
    damage(foreign);
    auto read = readRecords(file);
    ASSERT_FALSE(read) << foreign;
    EXPECT_THAT(read.error().message, HasSubstr("records.jsonl:1: Not a records file"));
    auto writer = RecordWriter::open(file);
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().message, read.error().message);
    EXPECT_EQ(text(), foreign);
  }
}

TEST_F(Records, aMissingFileIsAnError) {
  EXPECT_THAT(readRecords(folder / "none").error().message, HasSubstr("No such file"));
  EXPECT_EQ(RecordWriter::open(folder / "no/folder").error().kind, ErrorKind::io);
}

TEST_F(Records, unknownFieldsAreTolerated) {
  append({sample()});
  std::string whole = text();
  whole.insert(whole.rfind('}'), ",\"colour\":\"blue\"");
  damage(whole);
  append({});
  EXPECT_THAT(text(), HasSubstr("\"colour\":\"blue\""));
  EXPECT_EQ(readRecords(file)->records.size(), 1u);
}

TEST_F(Records, aNewerSchemaIsKeptAndNotUsed) {
  append({sample()});
  damage(text() + "{\"alt_records\":99}\n{\"whatever\":1}\n");
  append({sample("tile=8 order=ij")});
  auto read = readRecords(file);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->records.size(), 2u);
  EXPECT_THAT(read->warnings, ElementsAre(HasSubstr(":3: Records of schema 99 are kept")));
  EXPECT_THAT(text(), HasSubstr("{\"whatever\":1}"));
}

TEST_F(Records, aDamagedLineCostsOnlyItself) {
  append({sample()});
  damage(text() + "{\"workload\":\"zz\",\"target\":1}\n");
  append({sample("tile=8 order=ij")});
  auto read = readRecords(file);
  EXPECT_EQ(read->records.size(), 2u);
  EXPECT_THAT(read->warnings, ElementsAre(HasSubstr(":3: This line is no record")));
}

TEST_F(Records, twoWritersAreRefused) {
  auto first = RecordWriter::open(file);
  ASSERT_TRUE(first);
  auto second = RecordWriter::open(file);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("another alt is appending"));
  first->reset();
  EXPECT_TRUE(RecordWriter::open(file));
}

// A full disk, played by the file size limit.
/// A disk with room for files of so many bytes.
class TightDisk {
public:
  explicit TightDisk(rlim_t bytes) : handler(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old);
    rlimit tight = {bytes, old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
  }
  ~TightDisk() {
    setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, handler);
  }

private:
  rlimit old;
  void (*handler)(int);
};

TEST_F(Records, aFullDiskIsAnErrorAndLeavesWholeLines) {
  auto writer = RecordWriter::open(file);
  ASSERT_TRUE((*writer)->append(sample()));
  std::string before = text();
  {
    TightDisk disk(before.size() + 20);
    auto failed = (*writer)->append(sample());
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().message, HasSubstr("cannot append a record"));
  }
  EXPECT_EQ(text(), before);
  EXPECT_TRUE((*writer)->append(sample()));
}

TEST_F(Records, aFileThatCannotBeBegunIsNotLeft) {
  TightDisk disk(20);
  auto writer = RecordWriter::open(file);
  ASSERT_FALSE(writer);
  EXPECT_THAT(writer.error().message, HasSubstr("cannot append a record"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Records, resumeTakesWhatFits) {
  Record elsewhere = sample(), stranger = sample("tile=16 order=ji unroll=4"), other = sample();
  elsewhere.target = "aarch64 generic 128";
  other.workload = {1};
  Record gone = sample("tile=32 order=ij");
  gone.measurement.artifact = Artifact{folder / "gone.o", "0", {}};
  Record kept = sample("tile=8 order=ij");
  ASSERT_TRUE(writeFile(folder / "kept.o", "object"));
  kept.measurement.artifact = Artifact{folder / "kept.o", hex16(fnv1a("object")), {}};
  append({elsewhere, sample(), stranger, other, gone, kept, sample()});

  Resumable found = selectRecords(*readRecords(file), sample().workload, sample().target, space);
  ASSERT_EQ(found.observations.size(), 3u);
  EXPECT_EQ(print(space, found.observations[0].schedule), sample().schedule);
  EXPECT_FALSE(found.observations[1].measurement.artifact);
  EXPECT_TRUE(found.observations[2].measurement.artifact);
  EXPECT_THAT(found.warnings,
              ElementsAre(HasSubstr("another target (aarch64"), HasSubstr("no knob 'unroll'")));
}

} // namespace
