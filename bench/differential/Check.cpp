#include "Check.h"
#include "RunProgram.h"
#include "alt/LoadedKernel.h"
#include "alt/Lower.h"
#include "alt/Program.h"
#include "alt/Support.h"
#include "measure/child/ForkedChild.h"
#include <cstring>
#include <filesystem>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace alt::differential {

namespace fs = std::filesystem;

const char *name(Pair::Verdict verdict) {
  static const char *const names[] = {"untried", "right",   "refused", "failed",
                                      "wrong",   "crashed", "hung"};
  return names[static_cast<size_t>(verdict)];
}

namespace {

constexpr size_t mostPairs = 64;

/// What the child writes where the parent sees it, also when the child dies: plain bytes.
struct Slot {
  Pair::Verdict verdict;
  unsigned threads;
  bool special;
  size_t kernel;
  char schedule[1000], detail[300];
};
struct Board {
  char unusable[300];
  size_t kernels;
  char texts[8][16000]; ///< of the kernels
  size_t current;       ///< the slot in work
  Slot slots[mostPairs];
};

void put(char *to, size_t size, const std::string &text) {
  std::strncpy(to, text.c_str(), size - 1);
}

/// In the child: everything about one program.
class Checker {
public:
  Checker(const std::string &text, uint64_t seed, const fs::path &folder, Board &board)
      : text(text), seed(seed), folder(folder), board(board) {}

  void run(size_t from, size_t count) {
    if (!load())
      return;
    for (size_t i = from; i < count && (i <= program.kernels.size() || anyTunable()); ++i) {
      Slot &slot = board.slots[i];
      board.current = i;
      slot.verdict = Pair::Verdict::crashed; // until it is known
      slot.special = special;
      std::string detail;
      Pair::Verdict verdict = i == 0 ? checkWhole(detail) : checkKernel(i, slot, detail);
      put(slot.detail, sizeof slot.detail, detail);
      slot.verdict = verdict;
    }
    board.current = count;
  }

private:
  bool anyTunable() const {
    return std::any_of(program.kernels.begin(), program.kernels.end(),
                       [](const Workload &kernel) { return kernel.tunable(); });
  }

  bool unusable(const std::string &why) {
    put(board.unusable, sizeof board.unusable, why);
    return false;
  }

  Result<Program> read(const std::string &name, const std::string &program) {
    fs::path file = folder / name;
    if (auto written = writeFile(file, program); !written)
      return written.error();
    ImportOptions options;
    options.workDir = folder;
    return loadProgram(file, options);
  }

  bool load() {
    Result<Program> loaded = read("program.mlir", text);
    if (!loaded)
      return unusable(loaded.error().message);
    program = *std::move(loaded);
    Result<Workload> described = describeKernel(text);
    if (!described)
      return unusable(described.error().message);
    whole = *std::move(described);
    whole.id.value ^= seed; // other inputs
    // A convolution leaves padding out, zero times infinity with it, and Winograd's sums spread a
    // NaN.
    special = seed % 3 == 2 && std::none_of(program.kernels.begin(), program.kernels.end(),
                                            [](const Workload &kernel) {
                                              return kernel.anchor == AnchorKind::convolution;
                                            });
    board.kernels = program.kernels.size();
    for (size_t k = 0; k < std::min<size_t>(program.kernels.size(), 8); ++k)
      put(board.texts[k], sizeof board.texts[k], program.kernels[k].linalg);
    subjects.resize(program.kernels.size());
    return true;
  }

  Pair::Verdict checkWhole(std::string &detail) {
    Subject subject(whole, special);
    if (!subject.makeReference(folder, detail))
      return Pair::Verdict::failed;
    // A constant argument would be a weight, and the file has no numbers for it.
    std::string plain = text;
    const std::string mark = " {alt.constant}";
    for (size_t at; (at = plain.find(mark)) != std::string::npos;)
      plain.erase(at, mark.size());
    Result<Program> loaded = read("plain.mlir", plain);
    if (!loaded) {
      detail = loaded.error().message;
      return Pair::Verdict::failed;
    }
    return runDefaults(*loaded, subject, folder, detail);
  }

  Pair::Verdict checkKernel(size_t i, Slot &slot, std::string &detail) {
    slot.kernel = (i - 1) % program.kernels.size();
    const Workload &kernel = program.kernels[slot.kernel];
    std::unique_ptr<Subject> &subject = subjects[slot.kernel];
    Rng rng(seed * mostPairs + i);
    slot.threads = 1 + rng() % 2;
    if (!subject) {
      Workload drawn = kernel;
      drawn.id.value ^= seed;
      subject = std::make_unique<Subject>(drawn, special);
      if (!subject->makeReference(folder, detail))
        return Pair::Verdict::failed;
    }
    LowerRequest request{.workload = kernel};
    std::unique_ptr<SearchSpace> space;
    Schedule schedule;
    if (kernel.tunable()) {
      space = spaceOf(kernel, hostTarget(), slot.threads);
      schedule = i <= program.kernels.size() ? space->defaultSchedule() : space->random(rng);
      request.space = space.get();
      request.schedule = &schedule;
    }
    put(slot.schedule, sizeof slot.schedule, space ? print(*space, schedule) : "plain loops");
    return subject->check(request, slot.threads, folder, detail);
  }

  std::string text;
  uint64_t seed;
  fs::path folder;
  Board &board;
  Program program;
  Workload whole;
  bool special = false;
  std::vector<std::unique_ptr<Subject>> subjects;
};

/// Runs the job to its end; true when the child did not come back by itself.
ChildEnd wait(const Job &job) {
  ChildEnd ended;
  Job noting = job;
  noting.finish = [&](const ChildEnd &end) {
    ended = end;
    return std::string();
  };
  ForkedChild child(noting, Place());
  for (;;) {
    pollfd files[] = {{child.answerPipe(), POLLIN, 0}, {child.errorPipe(), POLLIN, 0}};
    poll(files, 2, 20);
    child.drain();
    int status = 0;
    if (waitpid(child.pid(), &status, WNOHANG) == child.pid()) {
      child.finish(status, Seconds(0));
      return ended;
    }
    if (ForkedChild::Clock::now() > child.deadline())
      child.expire();
  }
}

} // namespace

Checked check(const std::string &program, uint64_t seed, const CheckOptions &options) {
  Region memory(sizeof(Board), /*shared=*/true);
  auto *board = reinterpret_cast<Board *>(memory.data());
  fs::path folder = fs::temp_directory_path() / ("differential-" + std::to_string(getpid()));
  fs::create_directories(folder);
  size_t count = std::min<size_t>(options.schedules + 1, mostPairs), from = 0;
  Checked checked{program, "", 0, {}};
  while (from < count) {
    board->current = mostPairs; // nothing in work yet
    ChildEnd end = wait({{Seconds(options.seconds), int64_t(4) << 30},
                         [&] {
                           Checker(program, seed, folder, *board).run(from, count);
                           return std::string("done");
                         },
                         {}});
    if (end.answered())
      break;
    if (board->current >= mostPairs) {
      checked.unusable = "the importer " + end.describe();
      break;
    }
    Slot &slot = board->slots[board->current];
    slot.verdict = end.timedOut ? Pair::Verdict::hung : Pair::Verdict::crashed;
    put(slot.detail, sizeof slot.detail, end.describe());
    from = board->current + 1;
  }
  fs::remove_all(folder);
  if (checked.unusable.empty())
    checked.unusable = board->unusable;
  checked.kernels = board->kernels;
  for (size_t i = 0; i < count; ++i) {
    const Slot &slot = board->slots[i];
    if (slot.verdict != Pair::Verdict::untried)
      checked.pairs.push_back({slot.verdict, i && slot.kernel < 8 ? board->texts[slot.kernel] : "",
                               slot.schedule, slot.threads, slot.special, slot.detail});
  }
  return checked;
}

} // namespace alt::differential
