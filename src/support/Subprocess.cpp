#include "support/Subprocess.h"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace alt {

bool ChildResult::succeeded() const { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

std::string ChildResult::signalName() const {
  return WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "";
}

using Limit = std::optional<std::chrono::duration<double>>;

/// Until both are closed or the limit is over.
static void readAll(int out, int err, Limit limit, ChildResult &result) {
  pollfd files[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
  int open = 2;
  char buffer[4096];
  auto begin = std::chrono::steady_clock::now();
  auto waits = [&]() -> bool {
    int milliseconds = -1;
    if (limit) {
      std::chrono::duration<double> left = *limit - (std::chrono::steady_clock::now() - begin);
      milliseconds = static_cast<int>(std::max(0.0, left.count() * 1e3));
    }
    int ready = poll(files, 2, milliseconds);
    result.timedOut = ready == 0;
    return ready > 0 || (ready < 0 && errno == EINTR);
  };
  while (open > 0 && waits())
    for (int i = 0; i < 2; ++i) {
      if (files[i].fd < 0 || !files[i].revents)
        continue;
      ssize_t n = read(files[i].fd, buffer, sizeof buffer);
      if (n > 0) {
        (i == 0 ? result.out : result.err).append(buffer, size_t(n));
      } else if (n == 0 || errno != EINTR) {
        files[i].fd = -1;
        --open;
      }
    }
}

Result<ChildResult> runChild(const std::vector<std::string> &command,
                             Limit limit) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
    return Error{ErrorKind::io, "No pipe to a child process could be opened."};
  std::vector<char *> arguments;
  for (const std::string &word : command)
    arguments.push_back(const_cast<char *>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); // who interrupts or kills us means the child, too
    dup2(out[1], 1);
    dup2(err[1], 2);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  ChildResult result;
  if (child > 0) {
    readAll(out[0], err[0], limit, result);
    if (result.timedOut)
      kill(child, SIGKILL);
    while (waitpid(child, &result.status, 0) < 0 && errno == EINTR)
      ;
  }
  close(out[0]);
  close(err[0]);
  if (child < 0 || (WIFEXITED(result.status) && WEXITSTATUS(result.status) == 127))
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
  std::istringstream places(path ? path : "/usr/bin:/bin");
  for (std::string place; std::getline(places, place, ':');)
    if (access((place + "/" + program).c_str(), X_OK) == 0)
      return true;
  return false;
}

} // namespace alt
