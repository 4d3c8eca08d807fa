#include "Supervise.h"
#include "Command.h"
#include "alt/FatalErrors.h"
#include "support/ScratchFolder.h"
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace alt {

namespace {
/// What the child leaves for the parent to say.
struct LastWords {
  char doing[1024];     ///< "" when the command is past what others' files can do to it
  char complaint[1024]; ///< of an assertion or of LLVM, before it aborts
  long processorLimit;  ///< seconds; 0: none
};
} // namespace

static LastWords *words;
static volatile pid_t theChild;

static void put(char (&to)[1024], const std::string &text) {
  std::snprintf(to, sizeof to, "%s", text.c_str());
}

Doing::Doing(const std::string &what) {
  if (!words)
    return;
  before = words->doing;
  put(words->doing, what);
}
Doing::~Doing() {
  if (words)
    put(words->doing, before);
}

static void setSoftLimit(int resource, rlim_t soft) {
  rlimit both;
  if (getrlimit(resource, &both) != 0)
    return;
  both.rlim_cur = std::min(soft, both.rlim_max);
  setrlimit(resource, &both);
}

/// Writable memory of this process alone, which RLIMIT_DATA counts.
static rlim_t memoryInUse() {
  long pages[6] = {};
  if (std::FILE *file = std::fopen("/proc/self/statm", "r")) {
    int read = std::fscanf(file, "%ld %ld %ld %ld %ld %ld", &pages[0], &pages[1], &pages[2],
                           &pages[3], &pages[4], &pages[5]);
    std::fclose(file);
    if (read != 6)
      pages[5] = 0;
  }
  return rlim_t(pages[5]) * rlim_t(sysconf(_SC_PAGESIZE));
}

UnderLimits::UnderLimits(const std::string &what, std::chrono::seconds processor, int64_t memory)
    : doing(what) {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  setSoftLimit(RLIMIT_CPU, rlim_t(used.ru_utime.tv_sec + used.ru_stime.tv_sec + processor.count()));
  setSoftLimit(RLIMIT_DATA, memoryInUse() + rlim_t(memory));
  if (words)
    words->processorLimit = processor.count();
  int aside = memfd_create("stderr", MFD_CLOEXEC);
  standardError = aside < 0 ? -1 : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (standardError >= 0)
    dup2(aside, STDERR_FILENO);
  if (aside >= 0)
    close(aside);
}

UnderLimits::~UnderLimits() {
  if (standardError >= 0) {
    std::fflush(stderr);
    lseek(STDERR_FILENO, 0, SEEK_SET);
    char text[4096];
    for (ssize_t n; (n = read(STDERR_FILENO, text, sizeof text)) > 0;)
      if (write(standardError, text, size_t(n)) < 0)
        break;
    dup2(standardError, STDERR_FILENO);
    close(standardError);
  }
  setSoftLimit(RLIMIT_CPU, RLIM_INFINITY);
  setSoftLimit(RLIMIT_DATA, RLIM_INFINITY);
  if (words)
    words->processorLimit = 0;
}

static std::string describeDeath(int signal) {
  std::string doing = words->doing, text = doing.empty() ? "alt" : "While " + doing + ", it";
  if (signal == SIGXCPU && words->processorLimit)
    return text + " used more than " + std::to_string(words->processorLimit) +
           " s of processor time, so this is given up.";
  if (signal == SIGKILL)
    return text + " was killed; is there enough memory?";
  text += " crashed (" + std::string(strsignal(signal)) + ")";
  std::string complaint = words->complaint;
  complaint = complaint.substr(0, complaint.find('\n'));
  while (complaint.ends_with('.'))
    complaint.pop_back();
  if (!complaint.empty())
    text += ": " + complaint;
  return text + (doing.empty() ? "; this is a fault of alt's, please report it."
                               : "; what is asked of it there is more than it can take.");
}

static int runHere(const std::function<int()> &command) {
  onFatalError([](const char *message) {
    put(words->complaint, message);
    abort();
  });
  std::set_terminate([] { abort(); }); // and not a word on stderr
  return command();
}

int supervise(const std::function<int()> &command) {
  void *shared = mmap(nullptr, sizeof(LastWords), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED)
    return command();
  words = new (shared) LastWords{};
  pid_t self = getpid();
  theChild = fork();
  if (theChild == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); // all that it started notices that it is gone
    return getppid() == self ? runHere(command) : exitFailed;
  }
  if (theChild < 0)
    return command(); // no process to be had: without a net
  std::signal(SIGPIPE, SIG_IGN);
  struct sigaction passOn {};
  passOn.sa_handler = [](int signal) { kill(theChild, signal); };
  passOn.sa_flags = SA_RESTART;
  struct sigaction before {};
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    if (signal != SIGHUP || (sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)) // nohup's
      sigaction(signal, &passOn, nullptr);
  int status = 0;
  while (waitpid(theChild, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFEXITED(status))
    return WEXITSTATUS(status);
  for (const char *prefix : {"alt-work-", "alt-library-", "alt-measure-"})
    clearDeadFolders(temporaryPlace(), prefix);
  stderrLog().status("");
  stderrLog().error(describeDeath(WTERMSIG(status)));
  return exitFailed;
}

} // namespace alt

#ifndef NDEBUG
/// glibc's, which would print a line of its own.
extern "C" [[noreturn]] void __assert_fail(const char *expression, const char *file, unsigned line,
                                           const char *) noexcept {
  if (alt::words)
    std::snprintf(alt::words->complaint, sizeof alt::words->complaint, "%s:%u: '%s' does not hold", file, line,
                  expression);
  else
    std::fprintf(stderr, "%s:%u: '%s' does not hold\n", file, line, expression);
  abort();
}
#endif
