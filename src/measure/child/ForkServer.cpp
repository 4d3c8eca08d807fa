#include "measure/child/ForkServer.h"
#include "measure/child/ForkedChild.h"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <poll.h>
#include <set>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace alt {

std::string signalName(int signal) {
  const char *name = sigabbrev_np(signal);
  return name ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

bool ChildEnd::ranOutOfMemory() const {
  for (const char *sign : {"out of memory", "bad_alloc", "Cannot allocate memory"})
    if (said.find(sign) != std::string::npos)
      return true;
  // Nobody but the kernel's out-of-memory killer kills a child that is within its time.
  return !timedOut && signal == SIGKILL;
}

std::string ChildEnd::describe() const {
  std::string text = signal ? signalName(signal)
                            : "exited with code " + std::to_string(code) + " without an answer";
  std::string firstLine = said.substr(0, said.find('\n'));
  return firstLine.empty() ? text : text + ": " + firstLine;
}

namespace {

class Server {
public:
  Server(const std::vector<Place> &places,
         const std::function<std::optional<Job>(std::string_view)> &handle)
      : places(places), taken(places.size()), handle(handle) {
    prctl(PR_SET_CHILD_SUBREAPER, 1); // what escapes from a child's group comes to us
    for (int signal : {SIGINT, SIGPIPE, SIGHUP})
      std::signal(signal, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    deaths = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~Server() { close(deaths); }

  int serve() {
    while (step()) {
    }
    for (auto &[pid, child] : children)
      child->killGroup();
    for (auto &[pid, child] : children) {
      waitpid(pid, nullptr, 0);
      (void)child->finish(SIGKILL, Seconds(0)); // for what it cleans up; nobody reads the answer
    }
    children.clear();
    killStrays();
    return 0;
  }

private:
  bool step() {
    while (children.size() < places.size() && !queue.empty()) {
      auto place = static_cast<size_t>(std::find(taken.begin(), taken.end(), 0) - taken.begin());
      auto child = std::make_unique<ForkedChild>(std::move(queue.front()), places[place]);
      queue.pop_front();
      taken[place] = std::max(0, child->pid());
      if (child->pid() > 0)
        children.emplace(child->pid(), std::move(child));
      else
        say(child->finish(1 << 8, Seconds(0))); // no process to be had: as if it had died
    }
    std::vector<pollfd> files = {{0, POLLIN, 0}, {deaths, POLLIN, 0}};
    auto now = ForkedChild::Clock::now();
    auto wait = std::chrono::nanoseconds(std::chrono::hours(1));
    for (auto &[pid, child] : children) {
      files.push_back({child->answerPipe(), POLLIN, 0});
      files.push_back({child->errorPipe(), POLLIN, 0});
      wait = std::min(wait, std::chrono::nanoseconds(child->deadline() - now));
    }
    // A closed pipe is ready for ever; the child's death follows it at once, by signal.
    for (size_t i = 2; i < files.size(); ++i)
      if (closed.contains(files[i].fd))
        files[i].fd = -1;
    auto milliseconds =
        std::chrono::ceil<std::chrono::milliseconds>(std::max(wait, std::chrono::nanoseconds(0)));
    if (poll(files.data(), files.size(), static_cast<int>(milliseconds.count())) < 0)
      return errno == EINTR;
    for (size_t i = 2; i < files.size(); ++i)
      if ((files[i].revents & POLLHUP) && !(files[i].revents & POLLIN))
        closed.insert(files[i].fd);
    for (auto &[pid, child] : children)
      child->drain();
    reap();
    now = ForkedChild::Clock::now();
    for (auto &[pid, child] : children)
      if (child->deadline() <= now)
        child->expire();
    return !(files[0].revents & (POLLIN | POLLHUP)) || readRequests();
  }

  bool readRequests() {
    char buffer[1 << 16];
    ssize_t n = read(0, buffer, sizeof buffer);
    if (n <= 0)
      return n < 0 && errno == EINTR;
    input.append(buffer, static_cast<size_t>(n));
    for (size_t end; (end = input.find('\n')) != std::string::npos; input.erase(0, end + 1)) {
      std::string_view line = std::string_view(input).substr(0, end);
      if (line == heartbeat)
        say(std::string(line));
      else if (std::optional<Job> job = handle(line))
        queue.push_back(std::move(*job));
    }
    return true;
  }

  void reap() {
    signalfd_siginfo ignored[8];
    if (read(deaths, ignored, sizeof ignored) <= 0)
      return;
    int status;
    rusage used;
    for (pid_t pid; (pid = wait4(-1, &status, WNOHANG, &used)) > 0;) {
      auto found = children.find(pid);
      if (found == children.end())
        continue; // an orphan
      double cpu = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                   1e-6 * static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
      std::unique_ptr<ForkedChild> child = std::move(found->second);
      children.erase(found);
      *std::find(taken.begin(), taken.end(), pid) = 0;
      closed.erase(child->answerPipe());
      closed.erase(child->errorPipe());
      std::string answer = child->finish(status, Seconds(cpu));
      child.reset();
      killStrays();
      say(answer);
    }
  }

  /// Kills children of ours that no job knows, and waits until they are gone: what candidates
  /// forked comes to us when they die, whatever its group.
  void killStrays() {
    for (bool found = true; found;) {
      found = false;
      std::ifstream list("/proc/self/task/" + std::to_string(getpid()) + "/children");
      for (pid_t pid; list >> pid;)
        if (!children.contains(pid)) {
          kill(pid, SIGKILL);
          waitpid(pid, nullptr, 0);
          found = true; // its own children are ours now
        }
    }
  }

  static void say(const std::string &answer) {
    std::string line = answer + "\n";
    for (size_t at = 0; at < line.size();) {
      ssize_t n = write(1, line.data() + at, line.size() - at);
      if (n < 0 && errno != EINTR)
        return; // the reader is gone; stdin will end too
      at += n > 0 ? static_cast<size_t>(n) : 0;
    }
  }

  std::vector<Place> places;
  std::vector<pid_t> taken; ///< by place: the child there, 0 when free
  const std::function<std::optional<Job>(std::string_view)> &handle;
  int deaths = -1;
  std::deque<Job> queue;
  std::map<pid_t, std::unique_ptr<ForkedChild>> children;
  std::set<int> closed;
  std::string input;
};

} // namespace

int serveForks(const std::vector<Place> &places,
               const std::function<std::optional<Job>(std::string_view)> &handle) {
  return Server(places, handle).serve();
}

} // namespace alt
