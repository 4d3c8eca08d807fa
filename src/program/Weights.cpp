#include "program/Weights.h"
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>

namespace alt {

int64_t Weight::elements() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

static Error ioError(const std::filesystem::path &path, const char *verb) {
  return {ErrorKind::io,
          path.string() + ": cannot " + verb + " the weights: " + std::strerror(errno) + "."};
}

Result<std::vector<std::byte>> Weights::bytesOf(const Weight &weight) const {
  if (!weight.fileOffset)
    return weight.data;
  if (file.empty())
    return Error{ErrorKind::invalidInput,
                 "An argument has alt.offset, but the module has no alt.weights, the name of the "
                 "file that the offset is in."};
  std::error_code failed;
  auto size = int64_t(std::filesystem::file_size(file, failed));
  int64_t wanted = weight.elements() * alt::bytes(weight.type);
  if (!failed && (*weight.fileOffset < 0 || wanted > size - *weight.fileOffset))
    return Error{ErrorKind::invalidInput, file.string() + ": the weights file is too short."};
  std::vector<std::byte> bytes(static_cast<size_t>(wanted));
  std::FILE *in = std::fopen(file.c_str(), "rb");
  if (!in)
    return ioError(file, "read");
  errno = 0;
  bool good = std::fseek(in, long(*weight.fileOffset), SEEK_SET) == 0 &&
              std::fread(bytes.data(), 1, bytes.size(), in) == bytes.size();
  bool ended = std::feof(in);
  std::fclose(in);
  if (!good && ended)
    return Error{ErrorKind::invalidInput, file.string() + ": the weights file is too short."};
  if (!good)
    return ioError(file, "read");
  return bytes;
}

Result<size_t> Weights::transpose(size_t index, const std::vector<int64_t> &permutation) {
  if (auto known = transposes.find({index, permutation}); known != transposes.end())
    return known->second;
  Result<Weight> fresh = transposed(entries[index], permutation);
  if (!fresh)
    return fresh.error();
  return transposes[{index, permutation}] = add(std::move(*fresh));
}

Result<Weight> Weights::transposed(const Weight &old,
                                   const std::vector<int64_t> &permutation) const {
  Weight fresh;
  fresh.type = old.type;
  fresh.splat = old.splat;
  size_t rank = old.shape.size();
  std::vector<int64_t> stride(rank, 1), step(rank);
  for (size_t i = rank; i-- > 1;)
    stride[i - 1] = stride[i] * old.shape[i];
  for (size_t i = 0; i < rank; ++i) {
    fresh.shape.push_back(old.shape[permutation[i]]);
    step[i] = stride[permutation[i]];
  }
  if (!old.splat && old.hasValue()) {
    Result<std::vector<std::byte>> source = bytesOf(old);
    if (!source)
      return source.error();
    size_t width = alt::bytes(old.type);
    fresh.data.resize(source->size());
    std::vector<int64_t> position(rank, 0);
    int64_t from = 0;
    for (size_t to = 0; to < fresh.data.size(); to += width) {
      std::memcpy(&fresh.data[to], &(*source)[size_t(from) * width], width);
      for (size_t i = rank; i-- > 0;) {
        from += step[i];
        if (++position[i] < fresh.shape[i])
          break;
        from -= step[i] * fresh.shape[i];
        position[i] = 0;
      }
    }
  }
  return fresh;
}

size_t Weights::reshape(size_t index, std::vector<int64_t> shape) {
  auto [known, isNew] = reshapes.try_emplace({index, shape}, entries.size());
  if (isNew) {
    Weight fresh = entries[index];
    fresh.shape = std::move(shape);
    add(std::move(fresh));
  }
  return known->second;
}

Result<std::vector<int64_t>> Weights::write(const std::filesystem::path &path,
                                            const std::vector<size_t> &wanted) const {
  std::vector<int64_t> offsets;
  std::map<std::vector<std::byte>, int64_t> small; // equal constants are common among the small
  std::map<int64_t, int64_t> fromFile;
  std::FILE *out = nullptr;
  int64_t end = 0;
  bool good = true;
  for (size_t index : wanted) {
    const Weight &weight = entries[index];
    if (weight.splat || !weight.hasValue()) {
      offsets.push_back(-1);
      continue;
    }
    if (weight.fileOffset && fromFile.count(*weight.fileOffset)) {
      offsets.push_back(fromFile[*weight.fileOffset]);
      continue;
    }
    Result<std::vector<std::byte>> bytes = bytesOf(weight);
    if (!bytes) {
      if (out)
        std::fclose(out);
      return bytes.error();
    }
    if (bytes->size() <= 4096)
      if (auto [known, isNew] = small.try_emplace(*bytes, end); !isNew) {
        offsets.push_back(known->second);
        continue;
      }
    if (weight.fileOffset)
      fromFile[*weight.fileOffset] = end;
    if (!out && !(out = std::fopen(path.c_str(), "wb")))
      return ioError(path, "write");
    offsets.push_back(end);
    bytes->resize((bytes->size() + 63) / 64 * 64);
    good = good && std::fwrite(bytes->data(), 1, bytes->size(), out) == bytes->size();
    end += int64_t(bytes->size());
  }
  if (out)
    good = std::fclose(out) == 0 && good;
  if (!good) {
    Error error = ioError(path, "write");
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    return error;
  }
  return offsets;
}

} // namespace alt
