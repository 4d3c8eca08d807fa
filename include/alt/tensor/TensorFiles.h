// Tensors as files. Errors name the file and what is wrong with it.
#pragma once
#include "alt/Result.h"
#include "alt/tensor/Tensor.h"
#include <filesystem>

namespace alt {

/// .npy (NumPy) or .pb (an ONNX TensorProto), by the file's first bytes.
Result<Tensor> readTensor(const std::filesystem::path &);
/// .npy, whole or not at all.
Result<void> writeTensor(const std::filesystem::path &, const Tensor &);

} // namespace alt
