#include "measure/ServerProcess.h"
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char **environ;

namespace alt {

static Error startError(const std::filesystem::path &program, int code) {
  return {ErrorKind::io, program.string() + ": cannot start: " + std::strerror(code) + "."};
}

Result<ServerProcess> ServerProcess::start(const std::filesystem::path &program,
                                           const std::vector<std::string> &arguments) {
  // A socket to the server, so that writing to a dead one is an error and not a SIGPIPE.
  int up[2], down[2];
  if (pipe2(up, O_CLOEXEC) != 0)
    return startError(program, errno);
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, down) != 0) {
    int code = errno;
    close(up[0]);
    close(up[1]);
    return startError(program, code);
  }
  fcntl(up[0], F_SETFL, O_NONBLOCK);
  timeval longest = {20, 0};
  setsockopt(down[0], SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);

  std::vector<char *> argv = {const_cast<char *>(program.c_str())};
  for (const std::string &argument : arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, down[1], 0);
  posix_spawn_file_actions_adddup2(&files, up[1], 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  ServerProcess server;
  int code =
      posix_spawn(&server.process, program.c_str(), &files, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  close(down[1]);
  close(up[1]);
  server.toServer = down[0];
  server.fromServer = up[0];
  if (code != 0) {
    server.process = -1;
    return startError(program, code);
  }
  return server;
}

ServerProcess &ServerProcess::operator=(ServerProcess &&other) noexcept {
  std::swap(process, other.process);
  std::swap(toServer, other.toServer);
  std::swap(fromServer, other.fromServer);
  std::swap(partial, other.partial);
  return *this;
}

ServerProcess::~ServerProcess() {
  if (toServer >= 0)
    close(toServer);
  if (process > 0) {
    for (int i = 0; i < 200; ++i) {
      if (waitpid(process, nullptr, WNOHANG) != 0) {
        process = -1;
        break;
      }
      usleep(i < 20 ? 500 : 10000);
    }
    kill();
  }
  if (fromServer >= 0)
    close(fromServer);
}

bool ServerProcess::send(std::string_view line) {
  std::string text = std::string(line) + "\n";
  for (size_t at = 0; at < text.size();) {
    ssize_t n = ::send(toServer, text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN) // it was stopped, and the socket is full
      kill();
    if (n <= 0)
      return false;
    at += static_cast<size_t>(n);
  }
  return true;
}

bool ServerProcess::receive(std::vector<std::string> &lines) {
  char buffer[1 << 16];
  bool open = true;
  for (;;) {
    ssize_t n = read(fromServer, buffer, sizeof buffer);
    if (n > 0) {
      partial.append(buffer, static_cast<size_t>(n));
      continue;
    }
    open = n < 0 && (errno == EAGAIN || errno == EINTR);
    break;
  }
  size_t begin = 0;
  for (size_t end; (end = partial.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(partial.substr(begin, end - begin));
  partial.erase(0, begin);
  return open;
}

std::chrono::duration<double> ServerProcess::processorTime() const {
  clockid_t clock;
  timespec used;
  if (process <= 0 || clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0)
    return {};
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

void ServerProcess::kill() {
  if (process <= 0)
    return;
  ::kill(-process, SIGKILL);
  waitpid(process, nullptr, 0);
  process = -1;
}

} // namespace alt
