// The only file that sees ONNX's and protobuf's headers.
#include "tensor/files/OnnxTensor.h"
#include "alt/ElementCount.h"
#include <algorithm>
#include <cstring>
#include <onnx/onnx_pb.h>

namespace alt {

// Floats of 16 bits are in the message as their bits.
template <class T, class Value> static T elementOf(Value value) {
  if constexpr (isReal<T> && sizeof(T) == 2)
    return std::bit_cast<T>(static_cast<uint16_t>(value));
  else
    return static_cast<T>(value);
}

// From whichever of the message's lists holds them.
template <class T> static void copyElements(const onnx::TensorProto &proto, Tensor &tensor) {
  auto copy = [&](const auto &list) {
    for (const auto &value : list) {
      T element = elementOf<T>(value);
      auto from = reinterpret_cast<const std::byte *>(&element);
      tensor.data.insert(tensor.data.end(), from, from + sizeof element);
    }
  };
  copy(proto.float_data());
  copy(proto.double_data());
  copy(proto.int32_data());
  copy(proto.int64_data());
  copy(proto.uint64_data());
}

Result<Tensor> parseOnnxTensor(const std::string &bytes, const std::filesystem::path &path) {
  auto bad = [&](const std::string &why) {
    return Error{ErrorKind::invalidInput, path.string() + ": " + why + "."};
  };
  onnx::TensorProto proto;
  if (!proto.ParseFromString(bytes) || proto.data_type() == 0)
    return bad("not an ONNX tensor");
  auto row = std::find_if(elementTypes().begin(), elementTypes().end(),
                          [&](const ElementInfo &info) { return info.onnx == proto.data_type(); });
  if (row == elementTypes().end())
    return bad("the element type of this ONNX tensor is not supported (supported: " +
               elementTypeNames() + ")");
  Tensor tensor;
  tensor.spec = {proto.name(), row->type, {proto.dims().begin(), proto.dims().end()}};
  if (!countElements(tensor.spec.shape))
    return bad("no tensor has the shape of this one");
  if (proto.has_raw_data()) {
    tensor.data.resize(proto.raw_data().size());
    std::memcpy(tensor.data.data(), proto.raw_data().data(), proto.raw_data().size());
  } else {
    visit(row->type, [&](auto zero) { copyElements<decltype(zero)>(proto, tensor); });
  }
  if (int64_t(tensor.data.size()) != tensor.spec.byteSize())
    return bad("this ONNX tensor has data for another shape");
  return tensor;
}

} // namespace alt
