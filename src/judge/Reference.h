// One engine's evaluation of the model, by src/program/python/evaluate.py in a child process.
#pragma once
#include "alt/Judge.h"
#include "alt/tensor/Tensor.h"

namespace alt {

/// A set of inputs and what the engine gives on it.
struct ReferenceSet {
  std::string name;             ///< "random", ...
  std::filesystem::path folder; ///< in0.npy, in1.npy, ...
  std::vector<Tensor> outputs;  ///< named as in the library
  std::string failure;          ///< why the engine gives nothing on it
  std::vector<std::filesystem::path> inputFiles(size_t count) const;
};

struct ReferenceOutputs {
  std::string unavailable; ///< why this engine cannot evaluate this model
  std::string precision;   ///< the narrowest real type that values go through, "f32"
  std::vector<int64_t> steps; ///< by output: 1 where values are rounded to quantised ones
  std::vector<ReferenceSet> sets;
};

/// What a node gives.
struct NodeValue {
  std::string node, op, name; ///< of the node (may be empty), its operator, the value
  std::filesystem::path file;
  std::string text() const; ///< "node 'a' (Conv)"
};

/// In topological order, and a model that returns them instead of its outputs.
struct NodeValues {
  std::vector<NodeValue> values;
  std::filesystem::path model;
};

class Reference {
public:
  /// `engine`: "onnxruntime" or "onnx".
  Reference(std::string engine, const JudgeOptions &options, std::vector<TensorSpec> inputs,
            std::vector<TensorSpec> outputs)
      : engine(std::move(engine)), options(options), inputs(std::move(inputs)),
        outputSpecs(std::move(outputs)) {}

  std::string title() const; ///< "ONNX Runtime"
  size_t inputCount() const { return inputs.size(); }
  Result<ReferenceOutputs> outputs() const;
  /// On the inputs of a set that another engine has drawn.
  Result<ReferenceSet> again(const ReferenceSet &) const;
  /// For each output and element, how far it moves when inputs and weights do by about a rounding
  /// error; empty where that cannot be found out.
  Result<std::vector<std::vector<double>>> sensitivity(const ReferenceSet &) const;
  /// `only`: the names of the values that are wanted; empty: all. Nothing where the engine cannot.
  Result<std::optional<NodeValues>> values(const ReferenceSet &,
                                           const std::vector<std::string> &only = {}) const;

private:
  /// The lines of the child's answer.
  Result<std::vector<std::string>> ask(const std::string &task, const std::string &set,
                                       const std::vector<std::string> &only) const;
  Result<std::vector<Tensor>> read(const std::filesystem::path &stem) const;

  std::string engine;
  const JudgeOptions &options;
  std::vector<TensorSpec> inputs, outputSpecs;
};

} // namespace alt
