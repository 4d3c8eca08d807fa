// An untuned library beside an independent evaluation of the ONNX file that it was made from: does it
// compute what the model says? Asked before anything is tuned, as tuned code is only ever compared
// with untuned code. Nothing of the import has a part in the evaluation.
#pragma once
#include "alt/Program.h"
#include "alt/Result.h"
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace alt {

struct JudgeOptions {
  std::filesystem::path model; ///< .onnx, as the user gave it
  ImportOptions import;        ///< what the library was made with
  /// "onnxruntime" or "onnx" (onnx.reference); "auto": ONNX Runtime first, and where it cannot
  /// evaluate the model or disagrees, the other one: agreement with either is agreement.
  std::string reference = "auto";
  /// The model's inputs, in order, as .npy files; empty: several sets of drawn ones.
  std::vector<std::filesystem::path> inputs;
  std::filesystem::path alt;  ///< the program, which runs libraries in processes of their own
  std::filesystem::path work; ///< for intermediate files; the caller removes it
};

struct Verdict {
  bool agrees = false; ///< on every set of inputs that the reference can evaluate, at least one
  /// A sentence without its end, that names the first node whose value differs, where one does.
  std::optional<std::string> difference;
  std::vector<std::string> notes; ///< why nothing was compared; where the references differ
};

/// The names that `JudgeOptions::reference` may have.
std::vector<std::string> referenceNames();

/// `library` is the folder that the model was emitted into, with default schedules.
Result<Verdict> judge(const std::filesystem::path &library, const JudgeOptions &);

} // namespace alt
