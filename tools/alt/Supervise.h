// Every command is run in a child of this process: where a file makes a library of others crash, eat
// all memory or run on for ever, the user still hears one sentence, and nothing is left behind.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace alt {

/// Runs `command` in a child and answers its exit code; when it dies instead, says what it was about and
/// answers 1. Interrupts are passed on. Called before there are threads.
int supervise(const std::function<int()> &command);

/// While it lives, `what` ("reading model.mlir") is what a crash is blamed on.
class Doing {
public:
  explicit Doing(const std::string &what);
  ~Doing();
  Doing(const Doing &) = delete;

private:
  std::string before;
};

/// The same, with limits: a file of others that asks for more is refused. What is written to stderr
/// meanwhile comes at the end, or not at all when the process dies.
class UnderLimits {
public:
  /// `processor`: of this process alone. `memory`: bytes on top of what it has already.
  UnderLimits(const std::string &what, std::chrono::seconds processor, int64_t memory);
  ~UnderLimits();

private:
  Doing doing;
  int standardError = -1; ///< set aside: what libraries say there while they crash is not for people
};

} // namespace alt
