// .npy by its published format (NumPy's NEP 1), .pb through ONNX's own protocol buffers.
#include "alt/tensor/TensorFiles.h"
#include "alt/ElementCount.h"
#include "alt/Support.h"
#include "tensor/files/OnnxTensor.h"
#include <cstring>
#include <optional>

namespace alt {

namespace fs = std::filesystem;

static std::optional<ElementType> typeOf(std::string_view descr) {
  for (const ElementInfo &row : elementTypes())
    if (row.npy == descr)
      return row.type;
  if (descr == "|V2") // as some versions of NumPy write it
    return ElementType::bf16;
  return std::nullopt;
}

static std::string supportedTypes() {
  std::string text;
  for (const ElementInfo &row : elementTypes())
    text += std::string(row.npy) + (row.type == ElementType::bf16 ? " for bfloat16, " : ", ");
  return text.substr(0, text.size() - 2);
}

// The text between the first `open` after `key` and the next `close`.
static std::string field(const std::string &header, const std::string &key, char open, char close) {
  size_t at = header.find(key);
  size_t begin = at == std::string::npos ? at : header.find(open, at + key.size());
  size_t end = begin == std::string::npos ? begin : header.find(close, begin + 1);
  return end == std::string::npos ? "" : header.substr(begin + 1, end - begin - 1);
}

static Result<Tensor> parseNpy(const std::string &file, const fs::path &path) {
  auto bad = [&](const std::string &why) {
    return Error{ErrorKind::invalidInput, path.string() + ": " + why + "."};
  };
  if (file.size() < 12)
    return bad("this .npy file is cut short");
  bool isLong = file[6] >= 2; // version 2 has a 4-byte length
  uint32_t length = 0;
  std::memcpy(&length, &file[8], isLong ? 4 : 2);
  size_t begin = isLong ? 12 : 10;
  if (file.size() < begin + length)
    return bad("this .npy file is cut short");
  std::string header = file.substr(begin, length);
  std::string descr = field(header, "'descr':", '\'', '\'');
  std::optional<ElementType> type = typeOf(descr);
  if (!type)
    return bad("the element type '" + descr + "' is not supported (supported: " +
               supportedTypes() + ")");
  bool isFortran = header.find("'fortran_order': True") != std::string::npos;
  Tensor tensor;
  tensor.spec.type = *type;
  std::string shape = field(header, "'shape':", '(', ')');
  for (const char *at = shape.c_str(); *at;) {
    char *end;
    long long extent = std::strtoll(at, &end, 10);
    if (end == at)
      break;
    tensor.spec.shape.push_back(extent);
    at = *end == ',' ? end + 1 : end;
  }
  if (isFortran && tensor.spec.shape.size() > 1)
    return bad("Fortran order is not supported; save numpy.ascontiguousarray of it");
  if (!countElements(tensor.spec.shape))
    return bad("no tensor has the shape (" + shape + ")");
  size_t size = size_t(tensor.spec.byteSize());
  if (file.size() - begin - length < size)
    return bad("this .npy file is cut short");
  tensor.data.resize(size);
  std::memcpy(tensor.data.data(), &file[begin + length], size);
  return tensor;
}

Result<Tensor> readTensor(const fs::path &path) {
  Result<std::string> file = readFile(path);
  if (!file)
    return file.error();
  if (file->starts_with("\x93NUMPY"))
    return parseNpy(*file, path);
  if (path.extension() == ".pb")
    return parseOnnxTensor(*file, path);
  return Error{ErrorKind::invalidInput,
               path.string() + ": neither a .npy file nor an ONNX tensor (.pb)."};
}

Result<void> writeTensor(const fs::path &path, const Tensor &tensor) {
  std::string header = "{'descr': '" + std::string(info(tensor.spec.type).npy) +
                       "', 'fortran_order': False, 'shape': (";
  for (int64_t extent : tensor.spec.shape)
    header += std::to_string(extent) + ",";
  header += "), }";
  header.append(64 - (10 + header.size() + 1) % 64, ' ');
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += char(header.size() & 0xff);
  file += char(header.size() >> 8);
  file += header;
  file.append(reinterpret_cast<const char *>(tensor.data.data()), tensor.data.size());
  return writeFile(path, file);
}

} // namespace alt
