// Appending to a records file, so that a kill at any moment loses nothing that was answered.
#include "alt/Support.h"
#include "record/RecordJson.h"
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace alt {

namespace fs = std::filesystem;

namespace {

class FileWriter final : public RecordWriter {
public:
  FileWriter(fs::path path, int file, Listener onRescue)
      : path(std::move(path)), file(file), onRescue(std::move(onRescue)) {}
  ~FileWriter() override {
    fdatasync(file); // once a session, for the power cut that a kill is not
    close(file);
  }

  Result<void> append(const Record &record) override {
    auto done = write(toLine(record));
    measured |= static_cast<bool>(done);
    return done;
  }
  Result<void> append(const RecordedTask &task) override { return write(toLine(task)); }

  Result<void> verify() override {
    const char *happened = whatHappened();
    return happened ? rescue(happened) : Result<void>();
  }

  void discardUnlessMeasured() override {
    if (isNew && !measured && !whatHappened())
      unlink(path.c_str());
  }

  /// What is there when the session begins.
  void setHeld(std::string contents) {
    isNew = contents.empty();
    held = std::move(contents);
  }

  /// All of it or, when the disk is full, nothing of it.
  Result<void> write(std::string_view text) {
    if (auto done = verify(); !done)
      return done;
    off_t before = lseek(file, 0, SEEK_END);
    ssize_t n = ::write(file, text.data(), text.size());
    if (n == static_cast<ssize_t>(text.size())) {
      held += text;
      return {};
    }
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
    if (!std::holds_alternative<Error>(parseLine(contents.substr(start))))
      return write("\n");
    if (ftruncate(file, static_cast<off_t>(start)) != 0)
      return ioError(errno);
    held.resize(start);
    return {};
  }

private:
  /// nullptr: the file under our name is the one that we have open, and as long as it should be.
  const char *whatHappened() const {
    struct stat named, ours;
    if (stat(path.c_str(), &named) != 0)
      return "was deleted";
    if (S_ISDIR(named.st_mode))
      return "was replaced by a folder";
    if (fstat(file, &ours) != 0 || named.st_ino != ours.st_ino || named.st_dev != ours.st_dev)
      return "was replaced by another file";
    if (named.st_size < static_cast<off_t>(held.size()))
      return "was cut short";
    return nullptr;
  }

  Result<void> rescue(const std::string &happened) {
    std::error_code ignored;
    fs::create_directories(path.parent_path(), ignored); // it may be what was deleted
    fs::path beside;
    int fresh = -1;
    for (int attempt = 1; fresh < 0 && attempt <= 100; ++attempt) {
      beside = path.string() + ".rescued" + (attempt > 1 ? std::to_string(attempt) : "");
      fresh = ::open(beside.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
      if (fresh < 0 && errno != EEXIST)
        break;
    }
    std::string told = path.string() + " " + happened + " while alt was appending to it; ";
    if (fresh < 0)
      return Error{ErrorKind::io, told + "what was measured cannot be kept beside: " +
                                      std::strerror(errno) + "."};
    flock(fresh, LOCK_EX | LOCK_NB);
    close(file);
    file = fresh;
    path = beside;
    std::string all = std::exchange(held, {});
    isNew = true;
    if (auto done = write(all); !done)
      return done;
    if (onRescue)
      onRescue(told + "what it held and what follows is in " + path.string() + ".");
    return {};
  }

  fs::path path;
  int file;
  Listener onRescue;
  std::string held; ///< all that the file should hold
  bool isNew = false, measured = false;
};

} // namespace

Result<std::unique_ptr<RecordWriter>>
RecordWriter::open(const fs::path &path, const RecordHeader &header, Listener onRescue) {
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0666);
  if (file < 0)
    return Error{ErrorKind::io,
                 path.string() + ": cannot open for appending: " + std::strerror(errno) + "."};
  auto writer = std::make_unique<FileWriter>(path, file, std::move(onRescue));
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
    return Error{ErrorKind::io, path.string() + ": records are kept in a plain file, which this is "
                                                "not; name another with --records."};
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
  writer->setHeld(*contents);
  if (Result<void> healed = writer->heal(*contents); !healed)
    return healed.error();
  if (Result<void> written = writer->write(toLine(header)); !written) {
    writer->discardUnlessMeasured(); // nothing of ours is in it: nothing is left behind
    return written.error();
  }
  return std::unique_ptr<RecordWriter>(std::move(writer));
}

} // namespace alt
