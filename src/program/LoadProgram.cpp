// From a file to a Program: every step, once, in order.
#include "alt/Program.h"
#include "lower/CropPads.h"
#include "program/Assemble.h"
#include "program/DeclaredTypes.h"
#include "program/Layout.h"
#include "program/ReadModule.h"
#include "program/Simplify.h"
#include "support/FileBeside.h"
#include <map>
#include <regex>

namespace alt {

using namespace mlir;

static Result<void> simplify(func::FuncOp function, Weights &weights,
                             const ImportOptions &options) {
  if (auto taken = takeWeights(function, weights); !taken)
    return taken.error();
  separateCrops(function);
  constantsToWeights(function, weights, /*all=*/false);
  flattenBatches(function);
  if (auto generalized = generalize(function); !generalized)
    return generalized.error();
  separateBias(function);
  auto fuse = [&]() -> Result<void> {
    if (auto folded = foldWeights(function, weights); !folded)
      return folded;
    if (auto done = canonicalize(function); !done)
      return done;
    return fuseElementwise(function);
  };
  if (auto fused = fuse(); !fused)
    return fused.error();
  // After broadcasts have become maps, so that only what is stored is transposed.
  if (!options.keepLayout)
    toChannelsLast(function);
  generalizeTransposes(function);
  if (auto dropped = dropKeptDims(function); !dropped)
    return dropped.error();
  // Twice: what one round makes plain, the next may fuse.
  for (int round = 0; round < 2; ++round)
    if (auto fused = fuse(); !fused)
      return fused.error();
  if (auto done = canonicalize(function); !done)
    return done.error();
  // Last, so that single numbers could become scalars in the bodies that use them.
  constantsToWeights(function, weights, /*all=*/true);
  if (auto folded = foldWeights(function, weights); !folded)
    return folded.error();
  dropUnusedWeights(function);
  return {};
}

static Result<void> writeWeights(Assembled &assembled, const Weights &weights,
                                 const ImportOptions &options) {
  Program &program = assembled.program;
  std::vector<size_t> wanted, owners;
  bool any = false;
  for (auto [value, weight] : assembled.weightOfValue) {
    owners.push_back(value);
    wanted.push_back(weight);
    any = any || (weights[weight].hasValue() && !weights[weight].splat);
  }
  std::filesystem::path file = options.workDir / (program.name + ".weights");
  Result<std::vector<int64_t>> offsets = weights.write(file, wanted);
  if (!offsets)
    return offsets.error();
  for (size_t i = 0; i < owners.size(); ++i)
    program.values[owners[i]].weightOffset = (*offsets)[i];
  if (any)
    program.weightsFile = file;
  return {};
}

static Result<Program> loadMlir(const std::filesystem::path &path, const std::string &name,
                                const ImportOptions &options) {
  std::unique_ptr<MLIRContext> context = makeProgramContext();
  Result<OwningOpRef<ModuleOp>> module = readModule(path, context.get());
  if (!module)
    return module.error();
  Result<Functions> functions = functionsOf(**module, path);
  if (!functions)
    return functions.error();
  if (options.asWritten && !functions->loops.empty())
    return Error{
        ErrorKind::unsupported,
        path.string() +
            ": a program with loops is not one kernel; a schedule of your own is for one."};
  for (func::FuncOp function : functions->all())
    if (Result<void> applied = applyDeclaredTypes(function); !applied)
      return Error{applied.error().kind, path.string() + ": " + applied.error().message};
  Weights weights;
  if (Attribute named = (**module)->getAttr("alt.weights")) {
    auto text = dyn_cast<StringAttr>(named);
    if (!text)
      return Error{ErrorKind::invalidInput,
                   path.string() + ": alt.weights must be a string, the name of a file beside."};
    auto file = fileBeside(path, text.str(), "its weights");
    if (!file)
      return file.error();
    weights.setFile(*file);
  }
  for (func::FuncOp function : functions->all())
    if (Result<void> ready = options.asWritten ? takeWeights(function, weights)
                                               : simplify(function, weights, options);
        !ready)
      return ready.error();
  Result<Assembled> assembled = options.asWritten
                                    ? assembleAsWritten(functions->main, weights, name)
                                    : assemble(*functions, weights);
  if (!assembled)
    return assembled.error();
  assembled->program.name = name;
  if (Result<void> written = writeWeights(*assembled, weights, options); !written)
    return written.error();
  return std::move(assembled->program);
}

/// What is wrong with an imported model is said of the model, not of the text that was made of it.
static Error saidOfModel(Error error, const std::filesystem::path &imported,
                         const std::filesystem::path &model) {
  const std::regex place(R"(:\d+:\d+)"), operation(R"((the result of )?'[a-z_]+\.[a-z_.]+')");
  std::string &text = error.message;
  if (size_t at = text.find(imported.string()); at != std::string::npos)
    text.replace(at, imported.string().size(), model.string());
  text = std::regex_replace(text, place, "", std::regex_constants::format_first_only);
  text = std::regex_replace(text, operation, "a value inside");
  return error;
}

Result<Program> loadProgram(const std::filesystem::path &path, const ImportOptions &options) {
  std::string name = options.name.empty() ? programName(path) : options.name;
  if (path.extension() != ".onnx") {
    if (!options.shapes.empty() || !options.constants.empty())
      return Error{ErrorKind::usage, "--shape and --constant are for ONNX models; " +
                                         path.string() +
                                         " is MLIR, whose shapes are written in it."};
    return loadMlir(path, name, options);
  }
  // A folder of its own: the weights that are written last must not meet those that are read.
  std::filesystem::path imported = options.workDir / "onnx" / (name + ".mlir");
  std::error_code failed;
  std::filesystem::create_directories(imported.parent_path(), failed);
  if (failed)
    return Error{ErrorKind::io,
                 imported.parent_path().string() + ": cannot make it: " + failed.message() + "."};
  if (Result<void> done = importOnnx(path, imported, options); !done)
    return done.error();
  Result<Program> program = loadMlir(imported, name, options);
  if (!program)
    return saidOfModel(program.error(), imported, path);
  return program;
}

} // namespace alt
