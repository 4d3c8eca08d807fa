// A signal that a candidate causes is told apart while the process still knows its buffers: a write
// to an input is a wrong result, a null pointer after a refused allocation is a want of memory.
#include "measure/child/ForkServer.h"
#include "measure/child/TimingChild.h"
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace alt {

static const DataSet *inputs;
static const std::vector<Region> *outputs;
alignas(64) static char handlerStack[1 << 16];

static void say(char kind, const char *what, const char *where, int64_t which) {
  char line[200];
  int n = which < 0 ? std::snprintf(line, sizeof line, "!%c%s%s\n", kind, what, where)
                    : std::snprintf(line, sizeof line, "!%c%s%s%lld\n", kind, what, where,
                                    static_cast<long long>(which));
  if (write(answerFile, line, static_cast<size_t>(n)) < 0)
    _exit(1);
}

static void onSignal(int signal, siginfo_t *info, void *) {
  const char *abbreviation = sigabbrev_np(signal);
  char name[32];
  std::snprintf(name, sizeof name, "SIG%s", abbreviation ? abbreviation : "?");
  bool memory = signal == SIGSEGV || signal == SIGBUS;
  if (memory && errno == ENOMEM && reinterpret_cast<uintptr_t>(info->si_addr) < (1 << 16)) {
    say('m', name, " after an allocation that was refused", -1);
  } else {
    bool told = false;
    if (memory && inputs)
      for (size_t i = 0; i < inputs->regions().size() && !told; ++i) {
        const Region &region = inputs->regions()[i];
        if ((told = region.contains(info->si_addr)))
          say('w', "wrote to its input: argument ", "", static_cast<int64_t>(i));
        else if ((told = region.guards(info->si_addr)))
          say('c', name, " past the end of argument ", static_cast<int64_t>(i));
      }
    if (memory && outputs)
      for (size_t i = 0; i < outputs->size() && !told; ++i)
        if ((told = (*outputs)[i].guards(info->si_addr)))
          say('c', name, " past the end of output ", static_cast<int64_t>(i));
    if (!told)
      say('c', name, "", -1);
  }
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void leaveLastWords(const DataSet *data, const std::vector<Region> *regions) {
  inputs = data;
  outputs = regions;
  stack_t stack = {};
  stack.ss_sp = handlerStack; // the kernel's stack may be what overflowed
  stack.ss_size = sizeof handlerStack;
  sigaltstack(&stack, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = onSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND | SA_NODEFER;
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP})
    sigaction(signal, &action, nullptr);
}

std::optional<Measurement> lastWords(std::string_view line) {
  if (line.size() < 2 || line[0] != '!')
    return std::nullopt;
  Measurement measurement;
  measurement.outcome = line[1] == 'w'   ? Outcome::wrongResult
                        : line[1] == 'm' ? Outcome::outOfMemory
                                         : Outcome::crashed;
  measurement.detail = line.substr(2);
  return measurement;
}

} // namespace alt
