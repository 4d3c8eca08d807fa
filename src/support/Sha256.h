// What is run and what is emitted must be the very bytes that were built: a hash that nobody can
// aim at. (fnv1a is for names and keys.)
#pragma once
#include <string>
#include <string_view>

namespace alt {

std::string sha256(std::string_view bytes); ///< 64 hex digits

} // namespace alt
