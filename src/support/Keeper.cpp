#include "support/Keeper.h"
#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace alt {

/// Kills the first children on the kernel's list and waits until they are gone; false when there are
/// none. Their own children are ours then.
static bool killSome() {
  int list = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (list < 0)
    return false;
  char text[4096];
  ssize_t length = read(list, text, sizeof text);
  close(list);
  bool found = false;
  pid_t pid = 0;
  for (ssize_t i = 0; i < length; ++i) {
    if (text[i] >= '0' && text[i] <= '9') {
      pid = pid * 10 + (text[i] - '0');
      continue;
    }
    if (pid > 0 && kill(pid, SIGKILL) == 0) {
      waitpid(pid, nullptr, 0);
      found = true;
    }
    pid = 0;
  }
  return found;
}

static void closeAllBut(int a, int b) {
  int low = std::min(a, b), high = std::max(a, b);
  if (low > 3)
    close_range(3, unsigned(low - 1), 0);
  if (high > low + 1)
    close_range(unsigned(low + 1), unsigned(high - 1), 0);
  close_range(unsigned(high + 1), ~0u, 0);
}

void keepChild(int lifeline, int report, void (*start)(const void *), const void *context) {
  setpgid(0, 0); // a Ctrl-C is for us, who then tell
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  struct sigaction plain = {};
  plain.sa_handler = SIG_DFL;
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD})
    sigaction(signal, &plain, nullptr);
  sigset_t deaths, none;
  sigemptyset(&none);
  sigemptyset(&deaths);
  sigaddset(&deaths, SIGCHLD);
  sigprocmask(SIG_SETMASK, &deaths, nullptr);
  pid_t self = getpid(), child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == self) {
      sigprocmask(SIG_SETMASK, &none, nullptr);
      start(context);
    }
    _exit(127);
  }
  closeAllBut(lifeline, report);
  pollfd files[] = {{lifeline, POLLIN, 0}, {signalfd(-1, &deaths, SFD_CLOEXEC), POLLIN, 0}};
  int status = 0;
  bool ended = child < 0;
  while (!ended && !files[0].revents) {
    signalfd_siginfo told;
    if (poll(files, 2, -1) > 0 && files[1].revents)
      ended = read(files[1].fd, &told, sizeof told) < 0;
    int one;
    for (pid_t pid; (pid = waitpid(-1, &one, WNOHANG)) > 0;)
      if (pid == child) {
        status = one;
        ended = true;
      }
  }
  if (child > 0 && !ended)
    kill(child, SIGKILL);
  while (killSome()) {
  }
  if (ended && child > 0 && write(report, &status, sizeof status) < 0)
    _exit(1);
  _exit(0);
}

} // namespace alt
