#include "RunProgram.h"
#include "alt/Support.h"
#include "support/Sha256.h"
#include <cmath>
#include <cstring>
#include <limits>

namespace alt::differential {

namespace fs = std::filesystem;

namespace {

/// Puts special numbers among the reals, if asked to. Integers of which the set has few values get
/// small ones of either sign.
void makeSpecial(std::byte *bytes, const Argument &argument, Rng &rng, bool special) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  static constexpr double values[] = {NAN, infinity, -infinity, 0.0, -0.0, 1e4, -1e4, 1e-30};
  bool few = info(argument.type).draw == Draw::small;
  visit(argument.type, [&]<class T>(T) {
    auto *elements = reinterpret_cast<T *>(bytes);
    for (int64_t i = 0; i < argument.elements(); ++i)
      if (isReal<T> ? special && rng() % 16 == 0 : few)
        elements[i] = static_cast<T>(isReal<T> ? values[rng() % std::size(values)]
                                               : static_cast<double>(rng() % 201) - 100);
  });
}

/// Lowered and loaded; or what became of it instead.
std::optional<LoadedKernel> build(const LowerRequest &request, unsigned threads,
                                  const fs::path &folder, Pair::Verdict &verdict,
                                  std::string &detail) {
  fs::path object = folder / "kernel.o";
  auto lowered = lowerToObject(request, hostTarget(), object);
  if (auto *failure = std::get_if<LowerFailure>(&lowered)) {
    verdict = failure->refused ? Pair::Verdict::refused : Pair::Verdict::failed;
    detail = failure->detail;
    return std::nullopt;
  }
  Result<std::string> bytes = readFile(object);
  if (!bytes) {
    verdict = Pair::Verdict::failed;
    detail = bytes.error().message;
    return std::nullopt;
  }
  Result<LoadedKernel> loaded =
      LoadedKernel::load({object, sha256(*bytes), std::get<KernelPlan>(lowered)}, threads);
  if (!loaded) {
    verdict = Pair::Verdict::failed;
    detail = loaded.error().message;
    return std::nullopt;
  }
  return std::move(*loaded);
}

} // namespace

Subject::Subject(const Workload &given, bool special) : workload(given) {
  set = std::make_unique<DataSet>(workload.arguments, workload.id.value, /*positive=*/false);
  Rng rng(workload.id.value);
  for (size_t i = 0; i < workload.arguments.size(); ++i)
    if (!workload.arguments[i].isOutput)
      makeSpecial(set->regions()[i].data(), workload.arguments[i], rng, special);
}

bool Subject::makeReference(const fs::path &folder, std::string &detail) {
  Pair::Verdict ignored;
  auto kernel = build({.workload = workload, .reference = true}, 1, folder, ignored, detail);
  if (!kernel) {
    detail = "no reference: " + detail;
    return false;
  }
  std::vector<void *> pointers;
  for (const Region &region : set->regions())
    pointers.push_back(region.data());
  kernel->bind(pointers);
  kernel->call();
  set->freeze();
  return true;
}

Pair::Verdict Subject::compare(const std::vector<const std::byte *> &outputs,
                               std::string &detail) const {
  size_t output = 0;
  for (size_t i = 0; i < workload.arguments.size(); ++i)
    if (workload.arguments[i].isOutput) {
      if (auto text =
              firstWrong(workload.arguments[i], outputs[output], set->regions()[i].data())) {
        detail = "output " + std::to_string(output) + ": " + *text;
        return Pair::Verdict::wrong;
      }
      ++output;
    }
  return Pair::Verdict::right;
}

Pair::Verdict Subject::check(const LowerRequest &request, unsigned threads, const fs::path &folder,
                             std::string &detail) {
  Pair::Verdict verdict;
  auto kernel = build(request, threads, folder, verdict, detail);
  if (!kernel)
    return verdict;
  std::vector<Region> made;
  std::vector<void *> pointers;
  std::vector<const std::byte *> outputs;
  for (size_t i = 0; i < workload.arguments.size(); ++i) {
    if (workload.arguments[i].isOutput) {
      made.emplace_back(workload.arguments[i].byteSize());
      poison(made.back(), workload.arguments[i].type);
      outputs.push_back(made.back().data());
      pointers.push_back(made.back().data());
    } else {
      pointers.push_back(set->regions()[i].data());
    }
  }
  kernel->poisonScratch();
  kernel->bind(pointers);
  for (const char *call : {"", "after a second call, "}) {
    kernel->poisonScratch();
    kernel->call();
    if ((verdict = compare(outputs, detail)) != Pair::Verdict::right) {
      detail = call + detail;
      return verdict;
    }
  }
  return verdict;
}

namespace {

void fillSplat(Region &region, ElementType type, double splat) {
  uint64_t bits = toBits(type, splat);
  for (int64_t at = 0; at < region.size(); at += bytes(type))
    std::memcpy(region.data() + at, &bits, bytes(type));
}

/// A region for everything that owns storage, with what is known before the first run.
std::vector<Region> layOut(const Program &program, const DataSet &inputs) {
  std::vector<Region> regions(program.values.size());
  std::string weights;
  if (!program.weightsFile.empty())
    if (auto read = readFile(program.weightsFile))
      weights = *read;
  for (size_t v = 0; v < program.values.size(); ++v) {
    const Value &value = program.values[v];
    if (value.aliasOf)
      continue;
    regions[v] = Region(value.byteSize());
    poison(regions[v], value.type);
    if (value.splat)
      fillSplat(regions[v], value.type, *value.splat);
    else if (value.kind == Value::Kind::weight && value.weightOffset >= 0)
      std::memcpy(regions[v].data(), weights.data() + value.weightOffset,
                  static_cast<size_t>(value.byteSize()));
  }
  for (size_t i = 0; i < program.inputs.size(); ++i)
    std::memcpy(regions[program.inputs[i]].data(), inputs.regions()[i].data(),
                static_cast<size_t>(inputs.regions()[i].size()));
  return regions;
}

} // namespace

Pair::Verdict runDefaults(const Program &program, const Subject &whole, const fs::path &folder,
                          std::string &detail) {
  std::vector<LoadedKernel> kernels;
  for (const Workload &workload : program.kernels) {
    LowerRequest request{.workload = workload};
    std::unique_ptr<SearchSpace> space;
    Schedule schedule;
    if (workload.tunable()) {
      space = spaceOf(workload, hostTarget());
      schedule = space->defaultSchedule();
      request.space = space.get();
      request.schedule = &schedule;
    }
    Pair::Verdict verdict;
    auto built = build(request, 1, folder, verdict, detail);
    if (!built)
      return verdict;
    kernels.push_back(std::move(*built));
  }
  std::vector<Region> regions = layOut(program, whole.data());
  auto address = [&](size_t value) {
    Storage storage = storageOf(program, value);
    return regions[storage.value].data() + storage.offset;
  };
  for (bool ahead : {true, false})
    for (const Call &call : program.calls)
      if (call.ahead == ahead) {
        std::vector<void *> pointers;
        for (size_t value : call.values)
          pointers.push_back(address(value));
        kernels[call.kernel].bind(pointers);
        kernels[call.kernel].call();
      }
  std::vector<const std::byte *> outputs;
  for (size_t output : program.outputs)
    outputs.push_back(address(output));
  return whole.compare(outputs, detail);
}

} // namespace alt::differential
