// The only file that sees ONNX's and protobuf's headers.
#include "emit/OnnxTensor.h"
#include <cstring>
#include <onnx/onnx_pb.h>
#include <optional>

namespace alt {

static std::optional<ElementType> elementType(int dataType) {
  switch (dataType) {
  case onnx::TensorProto::FLOAT:
    return ElementType::f32;
  case onnx::TensorProto::DOUBLE:
    return ElementType::f64;
  case onnx::TensorProto::INT64:
    return ElementType::i64;
  case onnx::TensorProto::INT32:
    return ElementType::i32;
  case onnx::TensorProto::INT8:
    return ElementType::i8;
  case onnx::TensorProto::BOOL:
    return ElementType::i1;
  case onnx::TensorProto::BFLOAT16:
    return ElementType::bf16;
  default:
    return std::nullopt;
  }
}

template <class To, class Field> static void copyField(const Field &field, Tensor &tensor) {
  for (const auto &value : field) {
    To typed = To(value);
    auto from = reinterpret_cast<const std::byte *>(&typed);
    tensor.data.insert(tensor.data.end(), from, from + sizeof typed);
  }
}

Result<Tensor> parseOnnxTensor(const std::string &bytes, const std::filesystem::path &path) {
  auto bad = [&](const std::string &why) {
    return Error{ErrorKind::invalidInput, path.string() + ": " + why + "."};
  };
  onnx::TensorProto proto;
  if (!proto.ParseFromString(bytes) || proto.data_type() == 0)
    return bad("not an ONNX tensor");
  std::optional<ElementType> type = elementType(proto.data_type());
  if (!type)
    return bad("the element type of this ONNX tensor is not supported");
  Tensor tensor;
  tensor.spec = {proto.name(), *type, {proto.dims().begin(), proto.dims().end()}};
  if (proto.has_raw_data()) {
    tensor.data.resize(proto.raw_data().size());
    std::memcpy(tensor.data.data(), proto.raw_data().data(), proto.raw_data().size());
  } else {
    switch (*type) {
    case ElementType::f32:
      copyField<float>(proto.float_data(), tensor);
      break;
    case ElementType::f64:
      copyField<double>(proto.double_data(), tensor);
      break;
    case ElementType::i64:
      copyField<int64_t>(proto.int64_data(), tensor);
      break;
    case ElementType::i32:
      copyField<int32_t>(proto.int32_data(), tensor);
      break;
    case ElementType::i8:
      copyField<int8_t>(proto.int32_data(), tensor);
      break;
    case ElementType::i1:
      copyField<uint8_t>(proto.int32_data(), tensor);
      break;
    case ElementType::bf16:
      copyField<uint16_t>(proto.int32_data(), tensor);
      break;
    }
  }
  if (int64_t(tensor.data.size()) != tensor.spec.byteSize())
    return bad("this ONNX tensor has data for another shape");
  return tensor;
}

} // namespace alt
