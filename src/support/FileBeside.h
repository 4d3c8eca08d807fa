// Files that other files name. Whoever was given one file by the user may not be led to another
// place by it.
#pragma once
#include "alt/Result.h"
#include <filesystem>
#include <string>

namespace alt {

/// The plain file that `from` names `name`: in its folder or below, or, where `from` is a symbolic link
/// (as in HuggingFace's cache), a link to a file that lies where `from` itself does. The error says
/// what `purpose` ("the weights") cannot be read from and why.
Result<std::filesystem::path> fileBeside(const std::filesystem::path &from, const std::string &name,
                                         const std::string &purpose);

} // namespace alt
