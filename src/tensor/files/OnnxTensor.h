#pragma once
#include "alt/Result.h"
#include "alt/tensor/Tensor.h"
#include <filesystem>

namespace alt {

/// A serialised onnx.TensorProto.
Result<Tensor> parseOnnxTensor(const std::string &bytes, const std::filesystem::path &path);

} // namespace alt
