// One running fork server and the pipes to it.
#pragma once
#include "alt/Result.h"
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace alt {

class ServerProcess {
public:
  /// Starts it in its own process group, so that a Ctrl-C reaches only us.
  static Result<ServerProcess> start(const std::filesystem::path &program,
                                     const std::vector<std::string> &arguments);
  ServerProcess() = default;
  ServerProcess(ServerProcess &&other) noexcept { *this = std::move(other); }
  ServerProcess &operator=(ServerProcess &&) noexcept;
  /// Ends its stdin, which makes it clean up and exit; kills it if it has not in two seconds.
  ~ServerProcess();

  bool alive() const { return process > 0; }
  int output() const { return fromServer; }
  /// False when the server is gone, or takes nothing for so long that it was killed.
  bool send(std::string_view line);
  /// Adds the whole lines that have arrived; false when the server is gone. Never blocks.
  bool receive(std::vector<std::string> &lines);
  /// Used by the server itself; its children's does not count.
  std::chrono::duration<double> processorTime() const;
  void kill();

private:
  pid_t process = -1;
  int toServer = -1, fromServer = -1;
  std::string partial;
};

} // namespace alt
