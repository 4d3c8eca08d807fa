// From a program and its measured objects to a library in a directory: all of it or nothing.
#include "alt/Emit.h"
#include "alt/Support.h"
#include "emit/Driver.h"
#include "emit/Manifest.h"
#include "emit/Stamp.h"
#include "support/ScratchFolder.h"
#include "support/Sha256.h"
#include "support/Subprocess.h"
#include <algorithm>
#include <cassert>
#include <optional>
#include <set>

namespace alt {

namespace fs = std::filesystem;

namespace {
/// A folder beside the files to come; goes with everything in it, and with the directory when that
/// is new and stays empty.
class Staging {
public:
  ~Staging() {
    folder.reset();
    std::error_code ignored;
    if (madeParent)
      fs::remove(parent, ignored); // only when nothing else is in it
  }
  Result<void> make(const fs::path &directory) {
    std::error_code failed;
    parent = directory;
    madeParent = !fs::exists(parent, failed);
    fs::create_directories(parent, failed);
    if (failed)
      return Error{ErrorKind::io,
                   parent.string() + ": cannot write there: " + failed.message() + "."};
    auto made = ScratchFolder::make(parent, emitPrefix);
    if (!made)
      return made.error();
    folder.emplace(std::move(*made));
    path = fs::absolute(folder->path());
    return {};
  }
  fs::path path;

private:
  fs::path parent;
  bool madeParent = false;
  std::optional<ScratchFolder> folder;
};
} // namespace

/// What is emitted is what was built and measured, to the byte.
static Result<void> checkObject(const Artifact &kernel) {
  if (kernel.objectHash.empty()) // who calls made it just now
    return {};
  Result<std::string> bytes = readFile(kernel.object);
  if (!bytes)
    return bytes.error();
  if (sha256(*bytes) != kernel.objectHash)
    return Error{ErrorKind::internal, kernel.object.string() +
                                          ": this object was changed since it was measured, so no "
                                          "library is made of it."};
  return {};
}

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

/// In the folder of the files that it works on, which it is given by plain names: what a user calls a
/// folder (-x, a%b) may mean something to a compiler.
static Result<void> runTool(const std::vector<std::string> &command, const fs::path &folder,
                            const std::string &purpose) {
  ChildOptions where;
  where.folder = folder;
  Result<ChildResult> result = runChild(command, where);
  if (!result)
    return result.error();
  if (!result->succeeded())
    return Error{ErrorKind::io, command[0] + " failed to " + purpose + ": " +
                                    lastLine(result->err.empty() ? result->out : result->err) +
                                    "."};
  return {};
}

using Candidates = std::initializer_list<const char *>;
static constexpr Candidates compilers = {"cc", "gcc", "clang-22", "clang"},
                            linkers = {"ld", "ld.lld-22", "ld.lld"},
                            objectCopiers = {"llvm-objcopy-22", "objcopy"},
                            archivers = {"llvm-ar-22", "ar"};

static std::string firstInPath(Candidates candidates) {
  for (const char *candidate : candidates)
    if (isInPath(candidate))
      return candidate;
  return *candidates.begin();
}

Result<void> checkEmitTools() {
  for (auto &[what, candidates] : {std::pair{"C compiler", compilers}, {"linker", linkers},
                                   {"objcopy", objectCopiers}, {"archiver", archivers}})
    if (std::none_of(candidates.begin(), candidates.end(), isInPath)) {
      std::string names;
      for (const char *name : candidates)
        names += (names.empty() ? "" : ", ") + std::string(name);
      return Error{ErrorKind::io, std::string("A library needs a ") + what + ", and PATH has none (" +
                                      names + " are looked for); install one, or leave out --out."};
    }
  return {};
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
    if (Result<void> same = checkObject(kernels[k]); !same)
      return same.error();
    std::string object = "kernel_" + std::to_string(k) + ".o";
    KernelPlan plan = kernels[k].plan;
    std::vector<std::string> rename = {firstInPath(objectCopiers)};
    for (Stage &stage : plan.stages)
      if (!symbols.insert(stage.symbol).second) {
        std::string fresh = program.name + "_k" + std::to_string(k) + "_" + stage.symbol;
        rename.push_back("--redefine-sym=" + stage.symbol + "=" + fresh);
        symbols.insert(fresh);
        stage.symbol = fresh;
      }
    if (rename.size() == 1) {
      if (Result<void> copied = copyFile(kernels[k].object, directory / object); !copied)
        return copied.error();
    } else {
      rename.insert(rename.end(), {fs::absolute(kernels[k].object), object});
      if (Result<void> renamed = runTool(rename, directory, "rename a kernel's symbols"); !renamed)
        return renamed.error();
    }
    plans.push_back(std::move(plan));
    objects.push_back(object);
  }
  return plans;
}

static Result<void> compileDriver(const fs::path &folder, const std::string &source,
                                  const std::string &object, unsigned threads) {
  std::vector<std::string> command = {firstInPath(compilers),
                                      "-std=c99",
                                      "-O2",
                                      "-fPIC",
                                      "-c",
                                      source,
                                      "-o",
                                      object};
  if (threads > 1)
    command.push_back("-fopenmp");
  return runTool(command, folder, "compile the driver");
}

// One object in which only the functions of the header are global: a kernel's symbols say what it
// computes, not by which schedule, and another library of the program may have another schedule of
// the same kernel.
static Result<void> joinObjects(const Program &program, const std::string &stamp,
                                const fs::path &folder,
                                const std::vector<std::string> &objects,
                                const std::string &joined) {
  std::vector<std::string> link = {firstInPath(linkers), "-r", "-o", joined};
  link.insert(link.end(), objects.begin(), objects.end());
  if (Result<void> linked = runTool(link, folder, "join the kernels"); !linked)
    return linked.error();
  std::vector<std::string> hide = {firstInPath(objectCopiers)};
  for (const char *function : {"init", "run", "run_arrays", "free", "strerror"})
    hide.push_back("--keep-global-symbol=" + program.name + "_" + function);
  for (const char *function : stampedFunctions)
    hide.push_back("--keep-global-symbol=" + stamped(program, function, stamp));
  hide.push_back(joined);
  return runTool(hide, folder, "hide the kernels' symbols");
}

Result<EmittedFiles> emitLibrary(const Program &program, std::span<const Artifact> kernels,
                                 const EmitOptions &options) {
  assert(kernels.size() == program.kernels.size() && "one artifact a kernel");
  if (Result<void> checked = checkWeights(program); !checked)
    return checked.error();
  Staging staging;
  if (Result<void> made = staging.make(options.directory); !made)
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
  std::string source = model + ".c", driver = "driver.o", joined = model.substr(0, 200) + ".o";
  for (auto &[path, text] :
       {std::pair{staging.path / (model + ".h"), headerText(program, *stamp, needs, options.threads)},
        std::pair{staging.path / source, driverText(program, *stamp, *plans, layout, needs, options.threads)},
        std::pair{staging.path / (model + ".json"), toJson(manifestOf(program, options.threads))}})
    if (Result<void> written = writeFile(path, text); !written)
      return written.error();
  if (Result<void> compiled = compileDriver(staging.path, staging.path / source, staging.path / driver, options.threads); !compiled)
    return compiled.error();
  objects.insert(objects.begin(), driver);
  if (Result<void> done = joinObjects(program, *stamp, staging.path, objects, joined); !done)
    return done.error();
  if (Result<void> archived =
          runTool({firstInPath(archivers), "rcsD", "library.a", joined},
                  staging.path, "make the library");
      !archived)
    return archived.error();

  std::error_code failed; // ar's own files need room in a name, which the model's may fill
  fs::rename(staging.path / "library.a", staging.path / ("lib" + model + ".a"), failed);

  EmittedFiles files;
  auto publish = [&](const std::string &name, fs::path &to) -> std::error_code {
    std::error_code failed;
    to = options.directory / name;
    fs::rename(staging.path / name, to, failed);
    return failed;
  };
  if (!failed && !program.weightsFile.empty())
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
