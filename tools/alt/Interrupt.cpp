#include "Interrupt.h"
#include "Command.h"
#include <chrono>
#include <csignal>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <unistd.h>

namespace alt {

namespace {
struct State {
  std::mutex mutex;
  std::optional<std::stop_source> session;
  std::set<std::filesystem::path> folders;
};
} // namespace

static State &state() {
  static State *one = new State; // the thread below may outlive main's statics
  return *one;
}

static int wakeUp[2]; // a pipe: all that a signal handler may safely use

static void onInterrupt() {
  // timeout(1) and some shells send the signal to the process and then to its group: one request.
  static std::optional<std::chrono::steady_clock::time_point> last;
  auto now = std::chrono::steady_clock::now();
  if (last && now - *last < std::chrono::milliseconds(500))
    return;
  last = now;
  std::unique_lock lock(state().mutex);
  if (state().session && !state().session->stop_requested()) {
    std::stop_source session = *state().session;
    lock.unlock(); // callbacks of the token may take their time
    stderrLog().info("Stopping; what was measured is kept. Once more to stop at once.");
    session.request_stop();
    return;
  }
  for (const auto &folder : state().folders) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  stderrLog().status("");
  _exit(exitInterrupted);
}

void startInterruptThread() {
  if (pipe(wakeUp) != 0)
    return;
  // A handler rather than a blocked signal: children start with handlers reset, but masks kept.
  struct sigaction action{};
  action.sa_handler = [](int) {
    char byte = 0;
    [[maybe_unused]] ssize_t written = write(wakeUp[1], &byte, 1);
  };
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction before{};
  if (sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) // nohup's
    sigaction(SIGHUP, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN); // a closed pipe is an error of write(), said in words
  std::thread([] {
    for (char byte; read(wakeUp[0], &byte, 1) == 1;)
      onInterrupt();
  }).detach();
}

StopOnInterrupt::StopOnInterrupt() {
  std::lock_guard lock(state().mutex);
  state().session = source;
}

StopOnInterrupt::~StopOnInterrupt() {
  std::lock_guard lock(state().mutex);
  state().session.reset();
}

WorkFolder::WorkFolder() {
  auto made = ScratchFolder::make(temporaryPlace(), "alt-work-");
  if (!made)
    return;
  folder.emplace(std::move(*made));
  std::lock_guard lock(state().mutex);
  state().folders.insert(folder->path());
}

WorkFolder::~WorkFolder() {
  std::filesystem::path gone = path();
  folder.reset();
  std::lock_guard lock(state().mutex);
  state().folders.erase(gone);
}

} // namespace alt
