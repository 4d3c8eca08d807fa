#include "support/ScratchFolder.h"
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace alt {

namespace fs = std::filesystem;

/// The folder, open and locked as `how` says; -1 when it is locked, gone or not ours.
static int lockFolder(const fs::path &path, int how) {
  int file = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0)
    return -1;
  struct stat held, named;
  // Who waited for the lock may hold a folder that was cleared meanwhile.
  if (flock(file, how) == 0 && fstat(file, &held) == 0 && lstat(path.c_str(), &named) == 0 &&
      held.st_ino == named.st_ino && held.st_dev == named.st_dev && held.st_uid == geteuid())
    return file;
  close(file);
  return -1;
}

void clearDeadFolders(const fs::path &parent, std::string_view prefix) {
  constexpr size_t drawn = 6; // what mkdtemp appends
  std::vector<fs::path> found;
  std::error_code failed;
  for (fs::directory_iterator at(parent, failed), end; !failed && at != end; at.increment(failed)) {
    std::string name = at->path().filename();
    if (name.starts_with(prefix) && name.size() == prefix.size() + drawn)
      found.push_back(at->path());
  }
  for (const fs::path &path : found)
    if (int lock = lockFolder(path, LOCK_EX | LOCK_NB); lock >= 0) {
      fs::remove_all(path, failed);
      close(lock);
    }
}

Result<ScratchFolder> ScratchFolder::make(const fs::path &parent, const std::string &prefix) {
  clearDeadFolders(parent, prefix);
  std::string path;
  for (int attempt = 0; attempt < 8; ++attempt) {
    path = (parent / (prefix + "XXXXXX")).string();
    if (!mkdtemp(path.data()))
      break;
    // Another process may take it for a dead one's before it is locked: then it is gone.
    if (int lock = lockFolder(path, LOCK_EX); lock >= 0)
      return ScratchFolder(path, lock);
    if (std::error_code failed; fs::is_directory(path, failed))
      return ScratchFolder(path, -1);
  }
  return Error{ErrorKind::io,
               parent.string() + ": no folder can be made there: " + std::strerror(errno) + "."};
}

ScratchFolder &ScratchFolder::operator=(ScratchFolder &&other) noexcept {
  std::swap(folder, other.folder);
  std::swap(lock, other.lock);
  return *this;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!folder.empty())
    fs::remove_all(folder, ignored);
  if (lock >= 0)
    close(lock);
}

fs::path temporaryPlace() {
  const char *named = std::getenv("TMPDIR");
  return named && *named ? named : "/tmp";
}

} // namespace alt
