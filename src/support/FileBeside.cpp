#include "support/FileBeside.h"
#include <algorithm>

namespace alt {

namespace fs = std::filesystem;

static bool isBelow(const fs::path &path, const fs::path &folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

Result<fs::path> fileBeside(const fs::path &from, const std::string &name,
                            const std::string &purpose) {
  std::string says = from.string() + ": it names '" + name + "' for " + purpose + ", which ";
  fs::path relative = fs::path(name).lexically_normal();
  if (relative.empty() || relative.is_absolute() || *relative.begin() == "..")
    return Error{ErrorKind::invalidInput,
                 says + "leads out of the file's folder; name a file that lies beside it."};
  std::error_code failed;
  fs::path folder = from.has_parent_path() ? from.parent_path() : ".", path = folder / relative;
  fs::path real = fs::canonical(path, failed);
  if (failed)
    return Error{ErrorKind::io, says + "is missing: " + path.string() + ": " + failed.message() + "."};
  if (!isBelow(real, fs::canonical(folder, failed)) &&
      real.parent_path() != fs::canonical(from, failed).parent_path())
    return Error{ErrorKind::invalidInput, says + "is a link out of the file's folder, to " +
                                              real.string() + "; put a copy beside it."};
  if (!fs::is_regular_file(real, failed))
    return Error{ErrorKind::invalidInput, says + "is no plain file."};
  return real;
}

} // namespace alt
