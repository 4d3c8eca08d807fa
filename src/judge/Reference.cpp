#include "judge/Reference.h"
#include "alt/Measure.h"
#include "alt/Support.h"
#include "alt/tensor/TensorFiles.h"
#include "program/PythonScript.h"
#include "support/Subprocess.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

namespace alt {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// ONNX's own implementation takes a minute for what others do in a second.
static Seconds limitOf(const std::string &engine) {
  return engine == "onnx" ? Seconds(30) : Seconds(120);
}

std::string NodeValue::text() const {
  return node.empty() ? "the " + op + " that makes '" + name + "'" : "node '" + node + "' (" + op + ")";
}

std::vector<fs::path> ReferenceSet::inputFiles(size_t count) const {
  std::vector<fs::path> files;
  for (size_t i = 0; i < count; ++i)
    files.push_back(folder / ("in" + std::to_string(i) + ".npy"));
  return files;
}

std::string Reference::title() const {
  return engine == "onnx" ? "onnx.reference" : "ONNX Runtime";
}

Result<std::vector<std::string>> Reference::ask(const std::string &task, const std::string &set,
                                                const std::vector<std::string> &only) const {
  Result<PythonScript> script = findPythonScript("evaluate.py", options.import.torchMlir);
  if (!script)
    return script.error();
  fs::path folder = options.work / "reference";
  std::error_code failed;
  fs::create_directories(folder, failed);
  Json request = {{"task", task},         {"engine", engine},
                  {"model", options.model}, {"folder", folder},
                  {"set", set},           {"constants", options.import.constants},
                  {"only", only},         {"inputs", Json::array()},
                  {"files", Json::array()}};
  for (const TensorSpec &input : inputs)
    request["inputs"].push_back({{"name", input.name}, {"type", std::string(name(input.type))}, {"shape", input.shape}});
  for (const fs::path &file : options.inputs)
    request["files"].push_back(file);
  fs::path file = folder / "request.json";
  if (Result<void> written = writeFile(file, request.dump()); !written)
    return written.error();
  std::vector<std::string> command = script->command;
  command.push_back(file);
  Result<ChildResult> child = runChild(command, {.limit = limitOf(engine)});
  if (!child)
    return child.error();
  std::vector<std::string> lines;
  std::istringstream out(child->out);
  for (std::string line; std::getline(out, line);)
    if (Json::accept(line))
      lines.push_back(line);
  if (child->succeeded())
    return lines;
  std::string signal = child->signalName();
  lines.push_back(Json{{"ended", child->timedOut     ? "it takes too long"
                                 : signal.empty() ? "it fails without a reason"
                                                  : "it crashes"}}
                      .dump());
  return lines;
}

Result<std::vector<Tensor>> Reference::read(const fs::path &stem) const {
  std::vector<Tensor> tensors;
  for (size_t o = 0; o < outputSpecs.size(); ++o) {
    Result<Tensor> tensor = readTensor(stem.string() + std::to_string(o) + ".npy");
    if (!tensor)
      return tensor.error();
    tensor->spec.name = outputSpecs[o].name;
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

Result<ReferenceOutputs> Reference::outputs() const {
  ReferenceOutputs answer;
  std::vector<std::string> done;
  Result<std::vector<std::string>> lines = ask("outputs", "", {});
  if (!lines)
    return lines.error();
  for (const std::string &line : *lines) {
    Json json = Json::parse(line);
    if (json.contains("unavailable"))
      answer.unavailable = json["unavailable"];
    else if (json.contains("ended") && answer.sets.empty())
      answer.unavailable = json["ended"];
    else if (json.contains("precision")) {
      answer.precision = json["precision"];
      answer.steps = json["steps"].get<std::vector<int64_t>>();
    } else if (json.contains("set")) {
      ReferenceSet set{json["set"], json.value("folder", ""), {}, json.value("failed", "")};
      if (set.failure.empty()) {
        Result<std::vector<Tensor>> tensors = read(set.folder / engine);
        if (tensors)
          set.outputs = std::move(*tensors);
        else
          set.failure = tensors.error().message;
      }
      answer.sets.push_back(std::move(set));
    }
  }
  return answer;
}

Result<ReferenceSet> Reference::again(const ReferenceSet &of) const {
  Result<std::vector<std::string>> lines = ask("again", of.name, {});
  if (!lines)
    return lines.error();
  ReferenceSet set{of.name, of.folder, {}, "it gives nothing"};
  for (const std::string &line : *lines) {
    Json json = Json::parse(line);
    for (const char *reason : {"unavailable", "ended", "failed"})
      if (json.contains(reason))
        set.failure = json[reason];
    if (!json.contains("set") || json.contains("failed"))
      continue;
    Result<std::vector<Tensor>> tensors = read(of.folder / engine);
    set.failure = tensors ? "" : tensors.error().message;
    if (tensors)
      set.outputs = std::move(*tensors);
  }
  return set;
}

/// Twice what is seen in a few samples, at an element or on average: another rounding may move
/// others of a tensor's elements.
static std::vector<double> spread(const Tensor &expected, const std::vector<Tensor> &samples) {
  constexpr double unknown = std::numeric_limits<double>::infinity();
  std::vector<double> slack(size_t(expected.spec.elements()));
  double squares = 0;
  for (size_t i = 0; i < slack.size(); ++i) {
    double e = element(expected, int64_t(i));
    for (const Tensor &sample : samples) {
      double s = element(sample, int64_t(i));
      double moved = e == s || (std::isnan(e) && std::isnan(s)) ? 0
                     : std::isfinite(e) && std::isfinite(s)     ? std::abs(e - s)
                                                                : unknown;
      slack[i] = std::max(slack[i], moved);
    }
    if (std::isfinite(slack[i]))
      squares += slack[i] * slack[i];
  }
  double average = std::sqrt(squares / double(std::max<size_t>(1, slack.size())));
  for (double &each : slack)
    each = 2 * std::max(each, average);
  return slack;
}

Result<std::vector<std::vector<double>>> Reference::sensitivity(const ReferenceSet &set) const {
  Result<std::vector<std::string>> lines = ask("moved", set.name, {});
  if (!lines)
    return lines.error();
  std::vector<std::vector<Tensor>> samples(set.outputs.size());
  for (const std::string &line : *lines) {
    Json json = Json::parse(line);
    for (int s = 0; s < json.value("samples", 0); ++s) {
      Result<std::vector<Tensor>> moved = read(set.folder / ("moved" + std::to_string(s) + "_"));
      if (!moved)
        return moved.error();
      for (size_t o = 0; o < moved->size(); ++o)
        if ((*moved)[o].spec.shape == set.outputs[o].spec.shape)
          samples[o].push_back(std::move((*moved)[o]));
    }
  }
  std::vector<std::vector<double>> slack;
  for (size_t o = 0; o < set.outputs.size(); ++o)
    slack.push_back(spread(set.outputs[o], samples[o]));
  return slack;
}

Result<std::optional<NodeValues>> Reference::values(const ReferenceSet &set,
                                                    const std::vector<std::string> &only) const {
  Result<std::vector<std::string>> lines = ask("values", set.name, only);
  if (!lines)
    return lines.error();
  for (const std::string &line : *lines) {
    Json json = Json::parse(line);
    if (!json.contains("values"))
      continue;
    NodeValues found;
    found.model = json["probe"].get<std::string>();
    for (const Json &value : json["values"])
      found.values.push_back({value["node"], value["operator"], value["name"],
                              value["file"].get<std::string>()});
    return std::optional(std::move(found));
  }
  return std::optional<NodeValues>();
}

} // namespace alt
