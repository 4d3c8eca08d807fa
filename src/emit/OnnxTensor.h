#pragma once
#include "alt/Tensor.h"

namespace alt {

/// A serialised onnx.TensorProto.
Result<Tensor> parseOnnxTensor(const std::string &bytes, const std::filesystem::path &path);

} // namespace alt
