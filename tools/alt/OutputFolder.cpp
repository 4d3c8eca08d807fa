#include "OutputFolder.h"
#include <unistd.h>

namespace alt {

namespace fs = std::filesystem;

static fs::path nearestExisting(fs::path path) {
  std::error_code ignored;
  path = fs::absolute(path, ignored);
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
    : path(std::move(other.path)), made(std::exchange(other.made, {})) {}

Result<void> OutputFolder::make() {
  std::error_code failure;
  if (path.empty() || fs::exists(path, failure))
    return {};
  fs::path existing = nearestExisting(path), absolute = fs::absolute(path, failure);
  // The outermost new folder is the first component below what exists.
  fs::path outermost = existing / *absolute.lexically_relative(existing).begin();
  fs::create_directories(path, failure);
  if (failure)
    return Error{ErrorKind::io, path.string() + ": the folder cannot be made: " + failure.message() + "."};
  made = outermost;
  return {};
}

OutputFolder::~OutputFolder() {
  std::error_code ignored;
  if (!made.empty())
    fs::remove_all(made, ignored);
}

} // namespace alt
