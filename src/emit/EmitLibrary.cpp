// From a program and its measured objects to a library in a directory: all of it or nothing.
#include "alt/Emit.h"
#include "alt/Support.h"
#include "emit/Driver.h"
#include "emit/Manifest.h"
#include "emit/Stamp.h"
#include "support/Subprocess.h"
#include <cassert>
#include <set>
#include <unistd.h>

namespace alt {

namespace fs = std::filesystem;

namespace {
/// A folder beside the files to come; goes with everything in it.
class Staging {
public:
  explicit Staging(const fs::path &directory)
      : path(directory / (".alt-emit-" + std::to_string(getpid()))) {}
  ~Staging() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
    if (madeParent)
      fs::remove(path.parent_path(), ignored); // only when nothing else is in it
  }
  Result<void> make() {
    std::error_code failed;
    madeParent = !fs::exists(path.parent_path(), failed);
    fs::create_directories(path, failed);
    if (failed)
      return Error{ErrorKind::io,
                   path.parent_path().string() + ": cannot write there: " + failed.message() + "."};
    return {};
  }
  const fs::path path;

private:
  bool madeParent = false;
};
} // namespace

static Result<void> copyFile(const fs::path &from, const fs::path &to) {
  std::error_code failed;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, failed);
  if (failed)
    return Error{ErrorKind::io, to.string() + ": cannot write: " + failed.message() + "."};
  return {};
}

/// Weights may be large, and nobody changes what loadProgram wrote: a second name where the file
/// system allows it.
static Result<void> linkOrCopy(const fs::path &from, const fs::path &to) {
  std::error_code failed;
  fs::create_hard_link(from, to, failed);
  return failed ? copyFile(from, to) : Result<void>();
}

static Result<void> runTool(const std::vector<std::string> &command, const std::string &purpose) {
  Result<ChildResult> result = runChild(command);
  if (!result)
    return result.error();
  if (!result->succeeded())
    return Error{ErrorKind::io, command[0] + " failed to " + purpose + ": " +
                                    lastLine(result->err.empty() ? result->out : result->err) +
                                    "."};
  return {};
}

static std::string firstInPath(std::initializer_list<const char *> candidates) {
  for (const char *candidate : candidates)
    if (isInPath(candidate))
      return candidate;
  return *candidates.begin();
}

static Result<void> checkWeights(const Program &program) {
  for (const Value &value : program.values)
    if (value.kind == Value::Kind::weight && !value.aliasOf && !value.splat &&
        value.weightOffset < 0)
      return Error{ErrorKind::invalidInput,
                   "'" + value.name +
                       "' is marked alt.constant but the file has no data for it: a "
                       "library cannot be made, only tuned."};
  return {};
}

// Objects keep their bytes unless two of them use the same name: then the second one's symbols are
// renamed, which leaves its code alone.
static Result<std::vector<KernelPlan>> placeObjects(const Program &program,
                                                    std::span<const Artifact> kernels,
                                                    const fs::path &directory,
                                                    std::vector<std::string> &objects) {
  std::vector<KernelPlan> plans;
  std::set<std::string> symbols;
  for (size_t k = 0; k < kernels.size(); ++k) {
    fs::path object = directory / ("kernel_" + std::to_string(k) + ".o");
    KernelPlan plan = kernels[k].plan;
    std::vector<std::string> rename = {firstInPath({"llvm-objcopy-22", "objcopy"})};
    for (Stage &stage : plan.stages)
      if (!symbols.insert(stage.symbol).second) {
        std::string fresh = program.name + "_k" + std::to_string(k) + "_" + stage.symbol;
        rename.push_back("--redefine-sym=" + stage.symbol + "=" + fresh);
        symbols.insert(fresh);
        stage.symbol = fresh;
      }
    if (rename.size() == 1) {
      if (Result<void> copied = copyFile(kernels[k].object, object); !copied)
        return copied.error();
    } else {
      rename.insert(rename.end(), {kernels[k].object, object});
      if (Result<void> renamed = runTool(rename, "rename a kernel's symbols"); !renamed)
        return renamed.error();
    }
    plans.push_back(std::move(plan));
    objects.push_back(object);
  }
  return plans;
}

static Result<void> compileDriver(const fs::path &source, const fs::path &object,
                                  unsigned threads) {
  std::vector<std::string> command = {firstInPath({"cc", "gcc", "clang-22", "clang"}),
                                      "-std=c99",
                                      "-O2",
                                      "-fPIC",
                                      "-c",
                                      source,
                                      "-o",
                                      object};
  if (threads > 1)
    command.push_back("-fopenmp");
  return runTool(command, "compile the driver");
}

// One object in which only the functions of the header are global: a kernel's symbols say what it
// computes, not by which schedule, and another library of the program may have another schedule of
// the same kernel.
static Result<void> joinObjects(const Program &program, const std::string &stamp,
                                const std::vector<std::string> &objects, const fs::path &joined) {
  std::vector<std::string> link = {firstInPath({"ld", "ld.lld-22", "ld.lld"}), "-r", "-o", joined};
  link.insert(link.end(), objects.begin(), objects.end());
  if (Result<void> linked = runTool(link, "join the kernels"); !linked)
    return linked.error();
  std::vector<std::string> hide = {firstInPath({"llvm-objcopy-22", "objcopy"})};
  for (const char *function : {"init", "run", "run_arrays", "free", "strerror"})
    hide.push_back("--keep-global-symbol=" + program.name + "_" + function);
  for (const char *function : stampedFunctions)
    hide.push_back("--keep-global-symbol=" + stamped(program, function, stamp));
  hide.push_back(joined);
  return runTool(hide, "hide the kernels' symbols");
}

Result<EmittedFiles> emitLibrary(const Program &program, std::span<const Artifact> kernels,
                                 const EmitOptions &options) {
  assert(kernels.size() == program.kernels.size() && "one artifact a kernel");
  if (Result<void> checked = checkWeights(program); !checked)
    return checked.error();
  Staging staging(options.directory);
  if (Result<void> made = staging.make(); !made)
    return made.error();
  Result<std::string> stamp = stampOf(program);
  if (!stamp)
    return stamp.error();
  const std::string &model = program.name;
  std::vector<std::string> objects;
  Result<std::vector<KernelPlan>> plans = placeObjects(program, kernels, staging.path, objects);
  if (!plans)
    return plans.error();
  int64_t weightBytes = 0;
  if (!program.weightsFile.empty()) {
    if (Result<void> copied = linkOrCopy(program.weightsFile, staging.path / (model + ".weights"));
        !copied)
      return copied.error();
    std::error_code ignored;
    weightBytes = int64_t(fs::file_size(program.weightsFile, ignored));
  }
  ContextLayout layout = layoutContext(program, *plans, weightBytes);
  CpuNeeds needs = cpuNeeds(options.features, program.kernels);
  fs::path source = staging.path / (model + ".c"), driver = staging.path / (model + "_driver.o");
  for (auto &[path, text] :
       {std::pair{staging.path / (model + ".h"),
                  headerText(program, *stamp, needs, options.threads)},
        std::pair{source, driverText(program, *stamp, *plans, layout, needs, options.threads)},
        std::pair{staging.path / (model + ".json"), toJson(manifestOf(program, options.threads))}})
    if (Result<void> written = writeFile(path, text); !written)
      return written.error();
  if (Result<void> compiled = compileDriver(source, driver, options.threads); !compiled)
    return compiled.error();
  objects.insert(objects.begin(), driver);
  fs::path archive = staging.path / ("lib" + model + ".a"), joined = staging.path / (model + ".o");
  if (Result<void> done = joinObjects(program, *stamp, objects, joined); !done)
    return done.error();
  if (Result<void> archived =
          runTool({firstInPath({"llvm-ar-22", "ar"}), "rcsD", archive, joined}, "make the library");
      !archived)
    return archived.error();

  EmittedFiles files;
  auto publish = [&](const std::string &name, fs::path &to) -> std::error_code {
    std::error_code failed;
    to = options.directory / name;
    fs::rename(staging.path / name, to, failed);
    return failed;
  };
  std::error_code failed;
  if (!program.weightsFile.empty())
    failed = publish(model + ".weights", files.weights);
  if (!failed)
    failed = publish(model + ".h", files.header);
  if (!failed)
    failed = publish(model + ".json", files.manifest);
  if (!failed) // last: who finds the library finds all of it
    failed = publish("lib" + model + ".a", files.library);
  if (failed)
    return Error{ErrorKind::io,
                 options.directory.string() + ": cannot write there: " + failed.message() + "."};
  return files;
}

} // namespace alt
