#include "support/Subprocess.h"
#include "support/Keeper.h"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace alt {

bool ChildResult::succeeded() const { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

std::string ChildResult::signalName() const {
  return WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "";
}

namespace {

class Pipe {
public:
  Pipe() { good = pipe2(ends, O_CLOEXEC) == 0; }
  ~Pipe() {
    closeRead();
    closeWrite();
  }
  Pipe(const Pipe &) = delete;
  explicit operator bool() const { return good; }
  int readEnd() const { return ends[0]; }
  int writeEnd() const { return ends[1]; }
  void closeRead() { closeOne(ends[0]); }
  void closeWrite() { closeOne(ends[1]); }

private:
  static void closeOne(int &end) {
    if (end >= 0)
      close(end);
    end = -1;
  }
  int ends[2] = {-1, -1};
  bool good = false;
};

/// All that the program's process needs, made before the fork.
struct Start {
  std::vector<char *> arguments;
  int out, err;
  const char *folder; ///< nullptr: where we are
  rlim_t memory;      ///< 0: any
};

void allow(int resource, rlim_t value) {
  rlimit both;
  getrlimit(resource, &both);
  // What limits the reading of a file in our own process (tools/alt/UnderLimits.h) is not for others.
  both.rlim_cur = both.rlim_max = value ? std::min(value, both.rlim_max) : both.rlim_max;
  setrlimit(resource, &both);
}

void startProgram(const void *context) {
  const Start &start = *static_cast<const Start *>(context);
  int null = open("/dev/null", O_RDONLY);
  if (start.folder && chdir(start.folder) != 0)
    return;
  allow(RLIMIT_DATA, start.memory);
  allow(RLIMIT_AS, 0);
  allow(RLIMIT_CPU, 0);
  if (dup2(null, 0) < 0 || dup2(start.out, 1) < 0 || dup2(start.err, 2) < 0)
    return;
  execvp(start.arguments[0], start.arguments.data());
}

/// Until the keeper is gone and both streams are closed, or the limit is over.
void readAll(int out, int err, int report, const ChildOptions &options, ChildResult &result) {
  pollfd files[] = {{out, POLLIN, 0}, {err, POLLIN, 0}, {report, POLLIN, 0}};
  std::string status, *into[] = {&result.out, &result.err, &status};
  int open = 3;
  char buffer[1 << 16];
  auto begin = std::chrono::steady_clock::now();
  auto waits = [&]() -> bool {
    int milliseconds = -1;
    if (options.limit) {
      std::chrono::duration<double> left =
          *options.limit - (std::chrono::steady_clock::now() - begin);
      milliseconds = static_cast<int>(std::clamp(left.count() * 1e3, 0.0, 1e9));
    }
    int ready = poll(files, 3, milliseconds);
    result.timedOut = ready == 0;
    return ready > 0 || (ready < 0 && errno == EINTR);
  };
  while (open > 0 && waits())
    for (int i = 0; i < 3; ++i) {
      if (files[i].fd < 0 || !files[i].revents)
        continue;
      ssize_t n = read(files[i].fd, buffer, sizeof buffer);
      if (n > 0) {
        into[i]->append(buffer, size_t(n));
      } else if (n == 0 || errno != EINTR) {
        files[i].fd = -1;
        --open;
      }
    }
  if (status.size() == sizeof result.status)
    std::memcpy(&result.status, status.data(), sizeof result.status);
  else
    result.status = SIGKILL; // nobody was left to tell
}

} // namespace

Result<ChildResult> runChild(const std::vector<std::string> &command, const ChildOptions &options) {
  Pipe out, err, report, lifeline;
  if (!out || !err || !report || !lifeline)
    return Error{ErrorKind::io, "No pipe to a child process could be opened."};
  Start start{{}, out.writeEnd(), err.writeEnd(), nullptr, rlim_t(options.memory)};
  for (const std::string &word : command)
    start.arguments.push_back(const_cast<char *>(word.c_str()));
  start.arguments.push_back(nullptr);
  if (!options.folder.empty())
    start.folder = options.folder.c_str();
  pid_t keeper = fork();
  if (keeper == 0) {
    lifeline.closeWrite(); // else it would hear of our death never
    keepChild(lifeline.readEnd(), report.writeEnd(), startProgram, &start);
  }
  if (keeper < 0)
    return Error{ErrorKind::io,
                 command[0] + ": no process can be had for it: " + std::strerror(errno) + "."};
  out.closeWrite();
  err.closeWrite();
  report.closeWrite();
  lifeline.closeRead();
  ChildResult result;
  readAll(out.readEnd(), err.readEnd(), report.readEnd(), options, result);
  lifeline.closeWrite(); // enough
  while (waitpid(keeper, nullptr, 0) < 0 && errno == EINTR)
    ;
  if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == 127)
    return Error{ErrorKind::io, command[0] + ": this program cannot be started."};
  return result;
}

std::string lastLine(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '.'))
    text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

bool isInPath(const std::string &program) {
  const char *path = std::getenv("PATH");
  std::istringstream places(path ? path : "/bin:/usr/bin");
  for (std::string place; std::getline(places, place, ':');)
    if (access((place + "/" + program).c_str(), X_OK) == 0)
      return true;
  return false;
}

} // namespace alt
