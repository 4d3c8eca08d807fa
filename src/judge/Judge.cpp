#include "alt/Judge.h"
#include "alt/tensor/TensorFiles.h"
#include "emit/Manifest.h"
#include "emit/RunInChild.h"
#include "judge/FirstWrongNode.h"

namespace alt {

namespace fs = std::filesystem;

std::vector<std::string> referenceNames() { return {"auto", "onnxruntime", "onnx", "none"}; }

namespace {

class Trial {
public:
  Trial(const fs::path &library, const JudgeOptions &options, const Manifest &manifest)
      : library(library), options(options), manifest(manifest) {}

  Result<Verdict> run() {
    std::string reasons;
    for (const std::string &engine : engines()) {
      Reference reference = referenceBy(engine);
      Result<ReferenceOutputs> outputs = reference.outputs();
      if (!outputs)
        return outputs.error();
      Result<bool> compared = compareAll(reference, *outputs);
      if (!compared)
        return compared.error();
      if (*compared)
        return std::move(verdict);
      reasons += (reasons.empty() ? "" : "; ") + reference.title() + ": " + reasonOf(*outputs);
    }
    verdict.notes.push_back("The library was not compared with another evaluation of the model (" +
                            reasons + ").");
    return std::move(verdict);
  }

private:
  std::vector<std::string> engines() const {
    if (options.reference == "auto")
      return {"onnxruntime", "onnx"};
    return {options.reference};
  }

  Reference referenceBy(const std::string &engine) const {
    return Reference(engine, options, manifest.inputs, manifest.outputs);
  }

  static std::string reasonOf(const ReferenceOutputs &outputs) {
    if (!outputs.unavailable.empty())
      return outputs.unavailable;
    for (const ReferenceSet &set : outputs.sets)
      if (!set.failure.empty())
        return set.failure;
    return "it gives nothing";
  }

  /// False when there is no set to compare on; else the verdict is made.
  Result<bool> compareAll(const Reference &reference, const ReferenceOutputs &expected) {
    bool any = false;
    for (const ReferenceSet &set : expected.sets) {
      if (!set.failure.empty())
        continue;
      any = true;
      Result<RunOutcome> ran = runInChild(options.alt, library, set.inputFiles(reference.inputCount()),
                                          options.work / "judged");
      if (!ran)
        return ran.error();
      if (Result<void> done = compare(reference, expected, set, *ran); !done)
        return done.error();
      if (verdict.difference)
        return true;
    }
    verdict.agrees = any;
    return any;
  }

  std::optional<std::string> wrong(const std::vector<Tensor> &actual, const ReferenceSet &set,
                                   const std::vector<std::vector<double>> &slack = {}) const {
    for (size_t o = 0; o < actual.size(); ++o) {
      Allowance allowed = modelAllowance(actual[o], set.outputs[o], precision);
      allowed.steps = o < steps.size() ? steps[o] : 0;
      if (!slack.empty())
        allowed.slack = slack[o];
      if (auto found = difference(actual[o], set.outputs[o], allowed))
        return found;
    }
    return std::nullopt;
  }

  /// A difference counts only if the reference is not itself that uncertain, and no other agrees.
  Result<void> compare(const Reference &reference, const ReferenceOutputs &expected,
                       const ReferenceSet &set, const RunOutcome &ran) {
    precision = expected.precision;
    steps = expected.steps;
    if (!ran.failure.empty()) {
      verdict.difference = "the library does not run on " + inputs(set) + ", on which " +
                           reference.title() + " does: " + ran.failure;
      return {};
    }
    if (!wrong(ran.outputs, set))
      return {};
    Result<std::vector<std::vector<double>>> slack = reference.sensitivity(set);
    if (!slack)
      return slack.error();
    std::optional<std::string> found = wrong(ran.outputs, set, *slack);
    if (!found)
      return {};
    if (options.reference == "auto" && reference.title() == "ONNX Runtime") {
      Result<bool> other = agreesWithOther(reference, set, ran, *slack);
      if (!other)
        return other.error();
      if (*other)
        return {};
    }
    return blame(reference, set, *found);
  }

  Result<bool> agreesWithOther(const Reference &reference, const ReferenceSet &set,
                               const RunOutcome &ran,
                               const std::vector<std::vector<double>> &slack) {
    Reference other = referenceBy("onnx");
    Result<ReferenceSet> again = other.again(set);
    if (!again)
      return again.error();
    if (!again->failure.empty() || wrong(ran.outputs, *again, slack))
      return false;
    Result<std::optional<NodeValues>> one = reference.values(set), two = other.values(set);
    if (!one || !two)
      return one ? two.error() : one.error();
    std::optional<WrongNode> node;
    if (*one && *two) {
      auto found = firstDifference(**one, **two, precision);
      if (!found)
        return found.error();
      node = std::move(*found);
    }
    verdict.notes.push_back("ONNX Runtime and onnx.reference differ on " + inputs(set) +
                            (node ? ", first at " + node->value.text() + " (" + node->difference + ")"
                                  : "") +
                            "; the library agrees with onnx.reference.");
    return true;
  }

  Result<void> blame(const Reference &reference, const ReferenceSet &set,
                     const std::string &difference) {
    Result<std::optional<WrongNode>> node = firstWrongNode(reference, set, options, precision);
    if (!node)
      return node.error();
    verdict.difference = "on " + inputs(set) + " it does not compute what " + reference.title() + " does: ";
    *verdict.difference += *node ? (*node)->value.text() + " is the first that differs, " + (*node)->difference
                                 : "output " + difference;
    return {};
  }

  static std::string inputs(const ReferenceSet &set) {
    return set.name == "given" ? "the given inputs" : "inputs with random values (" + set.name + ")";
  }

  const fs::path &library;
  const JudgeOptions &options;
  const Manifest &manifest;
  std::string precision;
  std::vector<int64_t> steps;
  Verdict verdict;
};

} // namespace

/// The user's own inputs must be there and fit.
static Result<void> checkInputs(const Manifest &manifest, const std::vector<fs::path> &files) {
  if (!files.empty() && files.size() != manifest.inputs.size())
    return Error{ErrorKind::usage, "The model has " + std::to_string(manifest.inputs.size()) +
                                       " inputs, but --input is given " +
                                       std::to_string(files.size()) + " times."};
  for (size_t i = 0; i < files.size(); ++i) {
    Result<Tensor> tensor = readTensor(files[i]);
    if (!tensor)
      return tensor.error();
    const TensorSpec &want = manifest.inputs[i];
    if (tensor->spec.shape != want.shape)
      return Error{ErrorKind::usage, files[i].string() + ": input '" + want.name + "' has the shape " +
                                         shapeText(want.shape) + ", not " +
                                         shapeText(tensor->spec.shape) + "."};
  }
  return {};
}

Result<Verdict> judge(const fs::path &library, const JudgeOptions &options) {
  if (options.reference == "none")
    return Verdict();
  Result<Manifest> manifest = readManifest(library);
  if (!manifest)
    return manifest.error();
  if (Result<void> fits = checkInputs(*manifest, options.inputs); !fits)
    return fits.error();
  return Trial(library, options, *manifest).run();
}

} // namespace alt
