// Small things that every stage uses: hashing, nearest names, files written whole.
#pragma once
#include "alt/Result.h"
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alt {

/// FNV-1a, 64 bits. For identity, not for security.
uint64_t fnv1a(std::string_view bytes, uint64_t seed = 0xcbf29ce484222325ull);
std::string hex16(uint64_t value);

/// The candidate nearest to `word` by edit distance, or "" when none is near enough to suggest.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// This program's file, also where there is no /proc.
std::filesystem::path thisProgram();

/// The most bytes that a file may have, read or unpacked; 2 GiB unless it is set.
void setReadLimit(uint64_t bytes);
Result<std::string> readFile(const std::filesystem::path &);
/// The same; a gzipped file comes unpacked.
Result<std::string> readUnpacked(const std::filesystem::path &);
/// Writes beside the file, then renames: readers see the old or the new file, never half of one.
Result<void> writeFile(const std::filesystem::path &, std::string_view contents);

} // namespace alt
