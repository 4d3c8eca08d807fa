// Appending to a records file, so that a kill at any moment loses nothing that was answered.
#include "alt/Support.h"
#include "record/RecordJson.h"
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace alt {

namespace fs = std::filesystem;

namespace {

class FileWriter final : public RecordWriter {
public:
  FileWriter(fs::path path, int file) : path(std::move(path)), file(file) {}
  ~FileWriter() override {
    fdatasync(file); // once a session, for the power cut that a kill is not
    close(file);
  }

  Result<void> append(const Record &record) override {
    return write(toLine(record, path.parent_path()));
  }
  Result<void> append(const RecordedTask &task) override { return write(toLine(task)); }

  /// All of it or, when the disk is full, nothing of it.
  Result<void> write(std::string_view text) {
    off_t before = lseek(file, 0, SEEK_END);
    ssize_t n = ::write(file, text.data(), text.size());
    if (n == static_cast<ssize_t>(text.size()))
      return {};
    int why = n < 0 ? errno : ENOSPC; // a short write to a file means that the disk is full
    if (n > 0 && ftruncate(file, before) != 0)
      why = errno;
    return ioError(why);
  }

  Error ioError(int code) const {
    return {ErrorKind::io,
            path.string() + ": cannot append a record: " + std::strerror(code) + "."};
  }

  /// Ends the file with a whole line: a complete last line gets its newline, half of one goes.
  Result<void> heal(std::string_view contents) {
    size_t lastNewline = contents.rfind('\n');
    size_t start = lastNewline == std::string_view::npos ? 0 : lastNewline + 1;
    if (start == contents.size())
      return {};
    if (!std::holds_alternative<Error>(parseLine(contents.substr(start), {})))
      return write("\n");
    if (ftruncate(file, static_cast<off_t>(start)) != 0)
      return ioError(errno);
    return {};
  }

private:
  fs::path path;
  int file;
};

} // namespace

Result<std::unique_ptr<RecordWriter>> RecordWriter::open(const fs::path &path,
                                                         const RecordHeader &header) {
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0)
    return Error{ErrorKind::io,
                 path.string() + ": cannot open for appending: " + std::strerror(errno) + "."};
  auto writer = std::make_unique<FileWriter>(path, file);
  if (flock(file, LOCK_EX | LOCK_NB) != 0)
    return Error{ErrorKind::io, path.string() + ": another alt is appending to this file; wait for "
                                                "it or give another --records file."};
  // Read under the lock: what is there must be ours.
  Result<RecordFile> existing = readRecords(path);
  if (!existing)
    return existing.error();
  Result<std::string> contents = readFile(path);
  if (!contents)
    return contents.error();
  if (Result<void> healed = writer->heal(*contents); !healed)
    return healed.error();
  if (Result<void> written = writer->write(toLine(header)); !written) {
    if (contents->empty())
      unlink(path.c_str()); // nothing of ours is in it: nothing is left behind
    return written.error();
  }
  return std::unique_ptr<RecordWriter>(std::move(writer));
}

} // namespace alt
