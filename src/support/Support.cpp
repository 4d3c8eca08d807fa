#include "alt/Support.h"
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/auxv.h>
#include <unistd.h>
#include <zlib.h>

namespace alt {

uint64_t fnv1a(std::string_view bytes, uint64_t seed) {
  for (unsigned char c : bytes)
    seed = (seed ^ c) * 0x100000001b3ull;
  return seed;
}

std::string hex16(uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

static size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t substituted = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string best;
  size_t limit = word.size() / 3 + 2; // further away is no typing mistake
  for (const std::string &candidate : candidates)
    if (size_t distance = editDistance(word, candidate); distance < limit) {
      limit = distance;
      best = candidate;
    }
  return best;
}

std::filesystem::path thisProgram() {
  std::error_code failed;
  std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed)
    program = std::filesystem::canonical(
        reinterpret_cast<const char *>(getauxval(AT_EXECFN)), failed);
  return program;
}

static Error ioError(const std::filesystem::path &path, std::string_view verb) {
  return {ErrorKind::io, path.string() + ": cannot " + std::string(verb) + ": " +
                             std::strerror(errno) + "."};
}

static uint64_t readLimit = uint64_t(2) << 30;
void setReadLimit(uint64_t bytes) { readLimit = bytes; }

static Error tooLong(const std::filesystem::path &path) {
  return {ErrorKind::io, path.string() + ": it has more than the " + std::to_string(readLimit) +
                             " bytes that are read; --max-read sets another limit."};
}

Result<std::string> readFile(const std::filesystem::path &path) {
  std::FILE *file = std::fopen(path.c_str(), "rb");
  if (!file)
    return ioError(path, "open");
  std::string contents;
  char buffer[1 << 16];
  while (size_t n = std::fread(buffer, 1, sizeof buffer, file)) {
    contents.append(buffer, n);
    if (contents.size() > readLimit)
      break;
  }
  bool bad = std::ferror(file);
  std::fclose(file);
  if (bad)
    return ioError(path, "read");
  if (contents.size() > readLimit)
    return tooLong(path);
  return contents;
}

Result<std::string> readUnpacked(const std::filesystem::path &path) {
  Result<std::string> packed = readFile(path);
  if (!packed || !packed->starts_with("\x1f\x8b"))
    return packed;
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file)
    return ioError(path, "open");
  std::string text, chunk(1 << 18, '\0');
  int count;
  while ((count = gzread(file, chunk.data(), unsigned(chunk.size()))) > 0)
    if (text.append(chunk, 0, size_t(count)).size() > readLimit)
      break;
  int status = Z_OK;
  gzerror(file, &status);
  bool bad = count < 0 || (status != Z_OK && status != Z_STREAM_END);
  gzclose(file);
  if (text.size() > readLimit)
    return tooLong(path);
  if (bad)
    return Error{ErrorKind::invalidInput,
                 path.string() + ": The gzip stream is broken or cut off; fetch the file again."};
  return text;
}

Result<void> writeFile(const std::filesystem::path &path, std::string_view contents) {
  // A short name: the file's own may be as long as names can be.
  static std::atomic<unsigned> count = 0;
  std::filesystem::path beside =
      path.parent_path() / (".alt-" + std::to_string(getpid()) + "-" + std::to_string(count++));
  std::FILE *file = std::fopen(beside.c_str(), "wb");
  if (!file)
    return ioError(path, "write");
  bool good = std::fwrite(contents.data(), 1, contents.size(), file) == contents.size();
  good = std::fclose(file) == 0 && good;
  if (good)
    good = std::rename(beside.c_str(), path.c_str()) == 0;
  if (!good) {
    Error error = ioError(path, "write");
    std::remove(beside.c_str());
    return error;
  }
  return {};
}

} // namespace alt
