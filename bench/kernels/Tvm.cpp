// What TVM's MetaSchedule found (bench/peers/metaschedule.py), for the rows that it was asked to
// tune.
#include "Contestant.h"
#include "alt/Support.h"
#include <dlfcn.h>
#include <nlohmann/json.hpp>
#include <tvm/ffi/container/tensor.h>
#include <tvm/ffi/extra/module.h>

namespace alt::bench {

using tvm::ffi::Function;
using tvm::ffi::Module;

static const std::filesystem::path found = ALT_METASCHEDULE;

namespace {
/// Dense floats on the CPU, as TVM wants its arguments.
struct Argument {
  Argument(Buffer &buffer, std::vector<int64_t> dims) : shape(std::move(dims)) {
    tensor.data = buffer.data();
    tensor.device = {kDLCPU, 0};
    tensor.ndim = int32_t(shape.size());
    tensor.dtype = {kDLFloat, 32, 1};
    tensor.shape = shape.data();
  }
  DLTensor *operator&() { return &tensor; }
  std::vector<int64_t> shape;
  DLTensor tensor{};
};

class TvmContestant final : public Contestant {
public:
  TvmContestant(const Problem &problem, const Module &module, const nlohmann::json &shapes)
      : kernel(module->GetFunction("kernel", false).value()), input(copyOf(problem.input)),
        weights(copyOf(problem.weights)), output(problem.row.outputElements()),
        a(input, shapes["arguments"][0]), b(weights, shapes["weights"]),
        c(output, shapes["arguments"][2]) {
    if (auto pack = module->GetFunction("pack", false)) {
      Buffer plain = copyOf(problem.weights);
      (*pack)(&Argument(plain, shapes["arguments"][1]), &b);
    }
  }
  void call() override { kernel(&a, &b, &c); }
  void result(Buffer &into) override { std::copy(output.begin(), output.end(), into.begin()); }

private:
  static Buffer copyOf(const Buffer &buffer) {
    Buffer copy(buffer.end() - buffer.begin());
    std::copy(buffer.begin(), buffer.end(), copy.begin());
    return copy;
  }
  Function kernel;
  Buffer input, weights, output;
  Argument a, b, c;
};
} // namespace

std::unique_ptr<Contestant> enterTvm(const Problem &problem) {
  auto library = found / (problem.row.name + ".so"), shapes = found / (problem.row.name + ".json");
  if (!std::filesystem::exists(library) || !std::filesystem::exists(shapes))
    return nullptr;
  setenv("TVM_NUM_THREADS", "1", 1); // before the runtime reads it
  // What kernels take their workspace from; it registers itself when it is loaded.
  static void *runtime = dlopen((found / "libtvm_runtime.so").c_str(), RTLD_NOW | RTLD_GLOBAL);
  auto text = readFile(shapes);
  if (!runtime || !text)
    return nullptr;
  return std::make_unique<TvmContestant>(problem, Module::LoadFromFile(library.string()),
                                         nlohmann::json::parse(*text));
}

std::string tvmVersion() {
  auto version = readFile(found / "version");
  return version ? *version : "";
}

} // namespace alt::bench
