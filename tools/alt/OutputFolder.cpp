#include "OutputFolder.h"
#include "alt/Emit.h"
#include "support/ScratchFolder.h"
#include <unistd.h>

namespace alt {

namespace fs = std::filesystem;

static fs::path nearestExisting(fs::path path) {
  std::error_code ignored;
  path = fs::absolute(path, ignored).lexically_normal();
  while (!fs::exists(path, ignored) && path.has_parent_path() && path != path.parent_path())
    path = path.parent_path();
  return path;
}

Result<OutputFolder> OutputFolder::prepare(const fs::path &path) {
  if (path.empty())
    return OutputFolder(path);
  std::error_code ignored;
  fs::path existing = nearestExisting(path);
  auto wrong = [&](const std::string &why) {
    return Error{ErrorKind::io, path.string() + ": " + why};
  };
  if (!fs::is_directory(existing, ignored))
    return wrong(existing == fs::absolute(path, ignored)
                     ? "this is a file; name a folder for the output."
                     : existing.string() + " is a file, so no folder can be made in it.");
  if (access(existing.c_str(), W_OK | X_OK) != 0)
    return wrong("the output cannot be written there: no permission to write into " +
                 existing.string() + ".");
  return OutputFolder(path);
}

OutputFolder::OutputFolder(OutputFolder &&other) noexcept
    : path(std::move(other.path)), folders(std::exchange(other.folders, {})),
      files(std::exchange(other.files, {})) {}

Result<void> OutputFolder::make() {
  std::error_code failure;
  if (path.empty())
    return {};
  clearDeadFolders(path, emitPrefix);
  if (fs::exists(path, failure))
    return {};
  fs::path existing = nearestExisting(path);
  fs::create_directories(path, failure);
  if (failure)
    return Error{ErrorKind::io, path.string() + ": the folder cannot be made: " + failure.message() + "."};
  for (fs::path made = fs::absolute(path, failure).lexically_normal(); made != existing; made = made.parent_path())
    if (made.has_filename()) // "folder/" is named twice
      folders.push_back(made);
  return {};
}

void OutputFolder::claim(const fs::path &file) {
  std::error_code failure;
  if (fs::symlink_status(file, failure).type() == fs::file_type::not_found)
    files.push_back(file);
}

void OutputFolder::keep() {
  folders.clear();
  files.clear();
}

OutputFolder::~OutputFolder() {
  std::error_code ignored;
  for (const fs::path &file : files)
    fs::remove(file, ignored);
  for (const fs::path &folder : folders)
    if (!fs::remove(folder, ignored)) // not empty: others are in there
      return;
}

} // namespace alt
