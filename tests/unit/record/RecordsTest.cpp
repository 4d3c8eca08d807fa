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
  EXPECT_FALSE(out.measurement.artifact); // its object went with the session
  EXPECT_THAT(text(), HasSubstr("\"object_hash\":\"0123456789abcdef\""));
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

// Whoever passes a records file on could name any object there.
TEST_F(Records, anObjectThatAFileNamesIsNeverTaken) {
  append({sample()});
  ASSERT_TRUE(writeFile(folder / "evil.o", "bytes"));
  std::string whole = text();
  whole.insert(whole.rfind('}'), ",\"object\":\"" + (folder / "evil.o").string() +
                                     "\",\"object_hash\":\"" + hex16(fnv1a("bytes")) +
                                     "\",\"plan\":{\"scratch\":[],\"stages\":[]}");
  damage(whole);
  auto read = readRecords(file);
  ASSERT_EQ(read->records.size(), 1u);
  EXPECT_FALSE(read->records[0].measurement.artifact);
  Resumable found = selectRecords(*read, sample().workload, sample().target, space);
  EXPECT_FALSE(found.observations.at(0).measurement.artifact);
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
  append({elsewhere, sample(), stranger, other, sample("tile=32 order=ij"), sample()});

  Resumable found = selectRecords(*readRecords(file), sample().workload, sample().target, space);
  ASSERT_EQ(found.observations.size(), 2u);
  EXPECT_EQ(print(space, found.observations[0].schedule), sample().schedule);
  EXPECT_THAT(found.warnings,
              ElementsAre(HasSubstr("another target (aarch64"), HasSubstr("no knob 'unroll'")));
}

/// Records that others tamper with while a writer has them open.
class Sabotage : public Records {
protected:
  std::vector<std::string> told;
  std::unique_ptr<RecordWriter> writer;
  std::string before;

  void begin() {
    append({sample()}); // an earlier session
    writer = *RecordWriter::open(file, describeSession(),
                                 [this](const std::string &what) { told.push_back(what); });
    ASSERT_TRUE(writer->append(sample("tile=8 order=ij")));
    before = text();
  }
  /// What is written next goes into a file beside, with all that was there.
  void expectRescue(const char *happened) {
    ASSERT_TRUE(writer->append(sample("tile=32 order=ij")));
    ASSERT_TRUE(writer->append(sample("tile=32 order=ji")));
    EXPECT_THAT(told, ElementsAre(HasSubstr("records.jsonl " + std::string(happened) +
                                            " while alt was appending to it")));
    std::string rescued = *readFile(file.string() + ".rescued");
    EXPECT_TRUE(rescued.starts_with(before));
    EXPECT_EQ(readRecords(file.string() + ".rescued")->records.size(), 4u);
  }
};

TEST_F(Sabotage, deleted) {
  begin();
  std::filesystem::remove(file);
  expectRescue("was deleted");
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Sabotage, cutShort) {
  begin();
  std::filesystem::resize_file(file, 10);
  expectRescue("was cut short");
}

TEST_F(Sabotage, replacedByAnotherFile) {
  begin();
  ASSERT_TRUE(writeFile(file, before + before)); // a rename
  expectRescue("was replaced by another file");
  EXPECT_EQ(text(), before + before);
}

TEST_F(Sabotage, replacedByAFolder) {
  begin();
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  expectRescue("was replaced by a folder");
}

TEST_F(Sabotage, deletedWithItsFolder) {
  std::filesystem::create_directory(folder / "out");
  file = folder / "out/records.jsonl";
  begin();
  std::filesystem::remove_all(folder / "out");
  expectRescue("was deleted");
}

TEST_F(Sabotage, isNoticedAtTheEnd) {
  begin();
  std::filesystem::remove(file);
  ASSERT_TRUE(writer->verify());
  EXPECT_EQ(told.size(), 1u);
  EXPECT_EQ(*readFile(file.string() + ".rescued"), before);
}

TEST_F(Sabotage, aSecondRescueKeepsTheFirst) {
  begin();
  ASSERT_TRUE(writeFile(file.string() + ".rescued", "somebody's"));
  std::filesystem::remove(file);
  ASSERT_TRUE(writer->verify());
  EXPECT_EQ(*readFile(file.string() + ".rescued"), "somebody's");
  EXPECT_EQ(*readFile(file.string() + ".rescued2"), before);
}

TEST_F(Sabotage, withNoRoomBesideIsAnError) {
  begin();
  std::filesystem::remove(file);
  TightDisk disk(20);
  auto failed = writer->append(sample());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::io);
}

TEST_F(Records, aSessionThatMeasuredNothingMayTakeItsFileBack) {
  {
    auto writer = *RecordWriter::open(file);
    writer->discardUnlessMeasured();
  }
  EXPECT_FALSE(std::filesystem::exists(file));
  append({sample()});
  std::string before = text();
  (*RecordWriter::open(file))->discardUnlessMeasured(); // it holds an earlier session's
  EXPECT_TRUE(text().starts_with(before));
  std::filesystem::remove(file);
  auto writer = *RecordWriter::open(file);
  ASSERT_TRUE(writer->append(sample()));
  writer->discardUnlessMeasured();
  EXPECT_EQ(readRecords(file)->records.size(), 1u);
}

TEST_F(Records, areKeptInAPlainFileOnly) {
  auto full = RecordWriter::open("/dev/full");
  ASSERT_FALSE(full);
  EXPECT_THAT(full.error().message, HasSubstr("a plain file, which this is not"));
}

} // namespace
