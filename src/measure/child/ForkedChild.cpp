#include "measure/child/ForkedChild.h"
#include "measure/child/Gang.h"
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace alt {

namespace {

constexpr size_t longestAnswer = 16 << 20, longestSaid = 2000;

int64_t addressSpace() {
  int64_t pages = 0;
  if (std::FILE *file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld", &pages) != 1)
      pages = 0;
    std::fclose(file);
  }
  return pages * sysconf(_SC_PAGESIZE);
}

void limit(int resource, rlim_t value) {
  rlimit both = {value, value};
  setrlimit(resource, &both);
}

/// Whether timing children get the priority they ask for (root does). If not, builds beside them
/// must step far back; the idle class would starve them on a busy machine.
bool mayGoFirst() {
  static const bool may = [] {
    bool lowered = setpriority(PRIO_PROCESS, 0, -1) == 0;
    if (lowered)
      setpriority(PRIO_PROCESS, 0, 0);
    return lowered;
  }();
  return may;
}

/// In the child: limits, own process group, no files but the answer's pipe and stderr's.
void enterCage(const ChildLimits &limits, const Place &place, int answers, int errors, pid_t server,
               int64_t space) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != server)
    _exit(1); // the server died before the line above
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int signal : {SIGINT, SIGPIPE, SIGTERM, SIGHUP})
    std::signal(signal, SIG_DFL);

  int null = open("/dev/null", O_RDWR);
  dup2(null, 0);
  dup2(null, 1);
  dup2(errors, 2);
  dup2(answers, answerFile);
  close_range(answerFile + 1, ~0u, 0);

  limit(RLIMIT_CORE, 0);
  if (limits.memory > 0)
    limit(RLIMIT_AS, static_cast<rlim_t>(space + limits.memory));
  // In case the server is stopped and cannot see the wall clock's limit.
  limit(RLIMIT_CPU, static_cast<rlim_t>(limits.wall.count() * 64) + 60);
  limit(RLIMIT_FSIZE, rlim_t(1) << 30);
  if (!place.cores.empty()) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int core : place.cores)
      CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
  }
  if (place.yields)
    setpriority(PRIO_PROCESS, 0, mayGoFirst() ? 5 : 19);
}

[[noreturn]] void runChild(const Job &job) {
  std::string line = job.work() + "\n";
  for (size_t at = 0; at < line.size();) {
    ssize_t n = write(answerFile, line.data() + at, line.size() - at);
    if (n <= 0)
      _exit(1);
    at += static_cast<size_t>(n);
  }
  _exit(0); // no destructors: they belong to the server's state
}

void drainPipe(int pipe, std::string &into, size_t most) {
  char buffer[1 << 14];
  for (ssize_t n; (n = read(pipe, buffer, sizeof buffer)) > 0;)
    into.append(buffer,
                std::min<size_t>(static_cast<size_t>(n), most - std::min(most, into.size())));
}

} // namespace

ForkedChild::ForkedChild(Job given, const Place &place) : job(std::move(given)) {
  int answerEnds[2], errorEnds[2];
  if (pipe2(answerEnds, O_CLOEXEC) != 0)
    return;
  if (pipe2(errorEnds, O_CLOEXEC) != 0) {
    close(answerEnds[0]);
    close(answerEnds[1]);
    return;
  }
  fcntl(answerEnds[0], F_SETFL, O_NONBLOCK);
  fcntl(errorEnds[0], F_SETFL, O_NONBLOCK);
  begin = Clock::now();
  end = begin + std::chrono::duration_cast<Clock::duration>(job.limits.wall);
  pid_t server = getpid();
  int64_t space = addressSpace();
  process = fork();
  if (process == 0) {
    enterCage(job.limits, place, answerEnds[1], errorEnds[1], server, space);
    runChild(job);
  }
  if (process > 0)
    setpgid(process, process); // on both sides: whoever comes first
  answers = answerEnds[0];
  errors = errorEnds[0];
  close(answerEnds[1]);
  close(errorEnds[1]);
}

ForkedChild::~ForkedChild() {
  if (answers >= 0)
    close(answers);
  if (errors >= 0)
    close(errors);
}

void ForkedChild::drain() {
  drainPipe(answers, result.answer, longestAnswer);
  drainPipe(errors, result.said, longestSaid);
}

void ForkedChild::killGroup() { kill(-process, SIGKILL); }

/// How long the process was ready to run and another one ran; 0 where the kernel does not say.
static Seconds waitedForCore(pid_t pid) {
  long long ran = 0, waited = 0;
  if (std::FILE *file = std::fopen(("/proc/" + std::to_string(pid) + "/schedstat").c_str(), "r")) {
    if (std::fscanf(file, "%lld %lld", &ran, &waited) != 2)
      waited = 0;
    std::fclose(file);
  }
  return std::chrono::nanoseconds(waited);
}

void ForkedChild::expire() {
  Seconds passed = Clock::now() - begin;
  Seconds left = job.limits.wall - (passed - waitedForCore(process));
  if (left > Seconds(0) && passed < 20 * job.limits.wall) {
    end = Clock::now() + std::chrono::ceil<Clock::duration>(left);
    return;
  }
  result.timedOut = true;
  killGroup();
}

std::string ForkedChild::finish(int status, Seconds cpu) {
  killGroup(); // what it may have forked
  drain();
  result.wall = Clock::now() - begin;
  result.cpu = cpu;
  if (WIFSIGNALED(status))
    result.signal = WTERMSIG(status);
  else
    result.code = WEXITSTATUS(status);
  if (result.signal == SIGXCPU)
    result.timedOut = true;
  if (result.answer.ends_with('\n'))
    result.answer.pop_back();
  else
    result.answer.clear(); // cut off
  return job.finish(result);
}

} // namespace alt
