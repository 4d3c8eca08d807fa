#include "emit/Manifest.h"
#include "alt/ElementCount.h"
#include "alt/Support.h"
#include "support/Json.h"
#include <optional>

namespace alt {

using Json = nlohmann::json;
namespace fs = std::filesystem;

static constexpr const char *format = "alt-library-1";

static Json tensorsJson(const std::vector<TensorSpec> &specs) {
  Json list = Json::array();
  for (const TensorSpec &spec : specs)
    list.push_back({{"name", spec.name}, {"type", name(spec.type)}, {"shape", spec.shape}});
  return list;
}

Manifest manifestOf(const Program &program, unsigned threads) {
  Manifest manifest{program.name, threads, {}, {}, {}};
  if (!program.weightsFile.empty())
    manifest.weights = program.name + ".weights";
  auto spec = [&](size_t value) {
    const Value &v = program.values[value];
    return TensorSpec{v.name, v.type, v.shape};
  };
  for (size_t input : program.inputs)
    manifest.inputs.push_back(spec(input));
  for (size_t output : program.outputs)
    manifest.outputs.push_back(spec(output));
  return manifest;
}

std::string toJson(const Manifest &manifest) {
  return Json{{"format", format},
              {"model", manifest.model},
              {"threads", manifest.threads},
              {"weights", manifest.weights},
              {"inputs", tensorsJson(manifest.inputs)},
              {"outputs", tensorsJson(manifest.outputs)}}
             .dump(2) +
         "\n";
}

static bool readTensors(const Json &list, std::vector<TensorSpec> &specs) {
  for (const Json &item : list) {
    std::optional<ElementType> type = elementTypeNamed(item.value("type", ""));
    auto shape = item.at("shape").get<std::vector<int64_t>>();
    if (!type || countElements(shape).value_or(0) < 1)
      return false;
    specs.push_back({item.at("name"), *type, std::move(shape)});
  }
  return true;
}

Result<Manifest> readManifest(const fs::path &directory) {
  std::error_code failed;
  std::vector<fs::path> libraries;
  for (const fs::directory_entry &entry : fs::directory_iterator(directory, failed))
    if (std::string file = entry.path().filename().string();
        file.starts_with("lib") && file.ends_with(".a"))
      libraries.push_back(entry.path());
  if (failed)
    return Error{ErrorKind::io, directory.string() + ": cannot read it: " + failed.message() + "."};
  if (libraries.empty())
    return Error{ErrorKind::invalidInput,
                 directory.string() + ": no emitted library is there; `alt compile` makes one."};
  if (libraries.size() > 1)
    return Error{ErrorKind::invalidInput,
                 directory.string() + ": several libraries are there; give each its own folder."};
  fs::path path = directory / (libraries[0].stem().string().substr(3) + ".json");
  Result<std::string> text = readFile(path);
  if (!text)
    return text.error();
  try { // the library reports by exceptions; they end here
    Json json = parseJson(*text);
    Manifest manifest{json.at("model"), json.at("threads"), json.at("weights"), {}, {}};
    std::string stem = libraries[0].stem().string().substr(3);
    bool own = manifest.model == stem &&
               (manifest.weights.empty() || manifest.weights == stem + ".weights") &&
               manifest.threads >= 1 && manifest.threads <= 4096;
    if (own && json.at("format") == format && readTensors(json.at("inputs"), manifest.inputs) &&
        readTensors(json.at("outputs"), manifest.outputs))
      return manifest;
  } catch (const std::exception &) {
  }
  return Error{ErrorKind::invalidInput,
               path.string() + ": not the description of a library that this alt emitted."};
}

} // namespace alt
