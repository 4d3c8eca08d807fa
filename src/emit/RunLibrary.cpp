#include "alt/RunLibrary.h"
#include "emit/Manifest.h"
#include "support/ScratchFolder.h"
#include "support/Subprocess.h"
#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <new>

namespace alt {

namespace fs = std::filesystem;

static std::string typeAndShape(const TensorSpec &spec) {
  return std::string(name(spec.type)) + " " + shapeText(spec.shape);
}

Result<void> linkShared(const fs::path &directory, const fs::path &out) {
  Result<Manifest> manifest = readManifest(directory);
  if (!manifest)
    return manifest.error();
  std::vector<std::string> command = {isInPath("cc") ? "cc" : "clang-22",
                                      "-shared",
                                      "-o",
                                      out,
                                      "-Wl,--whole-archive",
                                      fs::absolute(directory) / ("lib" + manifest->model + ".a"),
                                      "-Wl,--no-whole-archive",
                                      "-lm"};
  if (manifest->threads > 1)
    command.push_back("-fopenmp");
  Result<ChildResult> linked = runChild(command);
  if (!linked)
    return linked.error();
  if (!linked->succeeded())
    return Error{ErrorKind::invalidInput, directory.string() + ": the library cannot be linked: " +
                                              lastLine(linked->err) + "."};
  return {};
}

namespace {
struct AlignedDelete {
  void operator()(std::byte *data) const { ::operator delete[](data, std::align_val_t(64)); }
};
using AlignedBytes = std::unique_ptr<std::byte[], AlignedDelete>;

AlignedBytes aligned(int64_t bytes) {
  return AlignedBytes(new (std::align_val_t(64)) std::byte[size_t(std::max<int64_t>(bytes, 1))]);
}

} // namespace

struct LoadedLibrary::State {
  Manifest manifest;
  void *library = nullptr, *context = nullptr;
  int (*runArrays)(void *, const void *const *, void *const *) = nullptr;
  void (*release)(void *) = nullptr;

  ~State() {
    if (context)
      release(context);
    if (library)
      dlclose(library);
  }
  Error failure(int status) const {
    auto text = reinterpret_cast<const char *(*)(int)>(
        dlsym(library, (manifest.model + "_strerror").c_str()));
    return {ErrorKind::io, manifest.model + ": " + (text ? text(status) : "failed") + "."};
  }
};

LoadedLibrary::LoadedLibrary(std::unique_ptr<State> state) : state(std::move(state)) {}
LoadedLibrary::LoadedLibrary(LoadedLibrary &&) noexcept = default;
LoadedLibrary &LoadedLibrary::operator=(LoadedLibrary &&) noexcept = default;
LoadedLibrary::~LoadedLibrary() = default;

const std::string &LoadedLibrary::name() const { return state->manifest.model; }
std::span<const TensorSpec> LoadedLibrary::inputs() const { return state->manifest.inputs; }
std::span<const TensorSpec> LoadedLibrary::outputs() const { return state->manifest.outputs; }

Result<LoadedLibrary> LoadedLibrary::open(const fs::path &directory) {
  Result<Manifest> manifest = readManifest(directory);
  if (!manifest)
    return manifest.error();
  auto folder = ScratchFolder::make(temporaryPlace(), "alt-library-");
  if (!folder)
    return folder.error();
  fs::path object = folder->path() / "library.so"; // once it is loaded, the mapping is enough
  auto state = std::make_unique<State>();
  state->manifest = *manifest;
  Result<void> linked = linkShared(directory, object);
  // An OpenMP runtime's threads outlive the region: were it unloaded, they would run in nothing.
  if (linked)
    state->library =
        dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL | (manifest->threads > 1 ? RTLD_NODELETE : 0));
  std::string why = linked && !state->library ? dlerror() : "";
  if (!linked)
    return linked.error();
  auto symbol = [&](const char *suffix) {
    return state->library ? dlsym(state->library, (manifest->model + suffix).c_str()) : nullptr;
  };
  void *init = symbol("_init");
  state->runArrays = reinterpret_cast<decltype(state->runArrays)>(symbol("_run_arrays"));
  state->release = reinterpret_cast<void (*)(void *)>(symbol("_free"));
  if (!init || !state->runArrays || !state->release)
    return Error{ErrorKind::invalidInput, directory.string() + ": the library cannot be loaded" +
                                              (why.empty() ? "." : ": " + why + ".")};
  std::string weights = (directory / manifest->weights).string();
  int status =
      reinterpret_cast<int (*)(const char *, void **)>(init)(weights.c_str(), &state->context);
  if (status)
    return state->failure(status);
  return LoadedLibrary(std::move(state));
}

namespace {
/// Inputs and outputs where the library may touch them.
struct Bound {
  std::vector<AlignedBytes> storage;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
};
} // namespace

static Result<Bound> bind(const Manifest &manifest, std::span<const Tensor> inputs) {
  if (inputs.size() != manifest.inputs.size())
    return Error{ErrorKind::usage, manifest.model + " has " +
                                       std::to_string(manifest.inputs.size()) + " inputs, not " +
                                       std::to_string(inputs.size()) + "."};
  Bound bound;
  auto add = [&](int64_t bytes) {
    bound.storage.push_back(aligned(bytes));
    return bound.storage.back().get();
  };
  for (size_t i = 0; i < inputs.size(); ++i) {
    const TensorSpec &want = manifest.inputs[i], &have = inputs[i].spec;
    if (want.type != have.type || want.shape != have.shape)
      return Error{ErrorKind::usage, "Input '" + want.name + "' of " + manifest.model + " is " +
                                         typeAndShape(want) + ", not " + typeAndShape(have) + "."};
    bound.inputs.push_back(add(want.byteSize()));
    std::memcpy(bound.storage.back().get(), inputs[i].data.data(), inputs[i].data.size());
  }
  for (const TensorSpec &output : manifest.outputs)
    bound.outputs.push_back(add(output.byteSize()));
  return bound;
}

Result<std::vector<Tensor>> LoadedLibrary::run(std::span<const Tensor> inputs) {
  Result<Bound> bound = bind(state->manifest, inputs);
  if (!bound)
    return bound.error();
  if (int status = state->runArrays(state->context, bound->inputs.data(), bound->outputs.data()))
    return state->failure(status);
  std::vector<Tensor> results;
  for (size_t o = 0; o < outputs().size(); ++o) {
    Tensor tensor{outputs()[o], std::vector<std::byte>(size_t(outputs()[o].byteSize()))};
    std::memcpy(tensor.data.data(), bound->outputs[o], tensor.data.size());
    results.push_back(std::move(tensor));
  }
  return results;
}

Result<std::vector<Seconds>> LoadedLibrary::time(std::span<const Tensor> inputs, unsigned repeat,
                                                 unsigned warmUp) {
  Result<Bound> bound = bind(state->manifest, inputs);
  if (!bound)
    return bound.error();
  std::vector<Seconds> samples;
  for (unsigned i = 0; i < warmUp + repeat; ++i) {
    auto begin = std::chrono::steady_clock::now();
    int status = state->runArrays(state->context, bound->inputs.data(), bound->outputs.data());
    Seconds took = std::chrono::steady_clock::now() - begin;
    if (status)
      return state->failure(status);
    if (i >= warmUp)
      samples.push_back(took);
  }
  return samples;
}

} // namespace alt
