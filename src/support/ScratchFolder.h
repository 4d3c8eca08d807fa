// A new folder of this process's own, locked while it lives: whoever finds one that nobody holds
// knows that its owner is dead, however young it is, and may clear it.
#pragma once
#include "alt/Result.h"
#include <filesystem>
#include <string>
#include <string_view>

namespace alt {

class ScratchFolder {
public:
  /// Makes parent/prefixXXXXXX, which only this user can enter; what dead owners left under the same
  /// prefix is cleared first. The error says that none can be made there.
  static Result<ScratchFolder> make(const std::filesystem::path &parent, const std::string &prefix);
  ScratchFolder(ScratchFolder &&other) noexcept { *this = std::move(other); }
  ScratchFolder &operator=(ScratchFolder &&) noexcept;
  ~ScratchFolder(); ///< removes it with everything in it
  const std::filesystem::path &path() const { return folder; }

private:
  ScratchFolder(std::filesystem::path folder, int lock) : folder(std::move(folder)), lock(lock) {}
  std::filesystem::path folder;
  int lock = -1; ///< the folder itself, open and locked; -1 where the file system has no locks
};

/// Removes this user's folders parent/prefix?????? that nobody holds.
void clearDeadFolders(const std::filesystem::path &parent, std::string_view prefix);

/// $TMPDIR, or /tmp where that is unset or empty.
std::filesystem::path temporaryPlace();

} // namespace alt
