#include "Surroundings.h"
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace alt {

/// Closed ones would be taken by the next file that is opened. What is written to a closed stdout is an
/// error, as it was: so it is not opened for writing.
static void openStandardFiles() {
  for (int file : {0, 1, 2})
    if (fcntl(file, F_GETFD) < 0)
      (void)!open("/dev/null", file == 2 ? O_WRONLY : O_RDONLY);
}

/// Parsers and compilers go deep, in threads, too, whose stacks are as large as the limit was when the
/// program began.
static Result<void> makeRoomOnStack(char **argv) {
  constexpr rlim_t wanted = rlim_t(8) << 20, enough = rlim_t(1) << 20;
  rlimit stack;
  if (getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur >= wanted)
    return {};
  rlimit raised = {wanted, std::max(wanted, stack.rlim_max)};
  if (setrlimit(RLIMIT_STACK, &raised) != 0) { // only root may go beyond the hard one
    raised = {std::min(wanted, stack.rlim_max), stack.rlim_max};
    if (raised.rlim_cur <= stack.rlim_cur || setrlimit(RLIMIT_STACK, &raised) != 0)
      raised = stack;
  }
  if (raised.rlim_cur < enough)
    return Error{ErrorKind::io, "The stack may have only " +
                                    std::to_string(raised.rlim_cur >> 10) +
                                    " KiB, and 1024 are needed at least; raise it with `ulimit -s`."};
  if (raised.rlim_cur > stack.rlim_cur)
    execv("/proc/self/exe", argv); // comes back only where there is no /proc
  return {};
}

Result<void> prepareSurroundings(char **argv) {
  openStandardFiles();
  setenv("PATH", "/usr/local/bin:/usr/bin:/bin", /*overwrite=*/0); // a compiler looks for its parts there
  std::signal(SIGCHLD, SIG_DFL); // ignored by some parents, and that is inherited
  return makeRoomOnStack(argv);
}

} // namespace alt
