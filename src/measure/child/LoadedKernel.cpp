#include "alt/LoadedKernel.h"
#include "alt/TileData.h"
#include "measure/Region.h"
#include "measure/child/Gang.h"
#include "measure/child/ObjectLoader.h"
#include <array>
#include <cstring>

namespace alt {

namespace {

using Caller = void (*)(void *function, void *const *buffers, int64_t begin, int64_t end);

template <size_t... I> constexpr Caller callerOf(std::index_sequence<I...>) {
  return [](void *function, void *const *buffers, int64_t begin, int64_t end) {
    using Function = void (*)(decltype((void)I, (void *)nullptr)..., int64_t, int64_t);
    reinterpret_cast<Function>(function)(buffers[I]..., begin, end);
  };
}

constexpr size_t mostBuffers = 64;

template <size_t... N> constexpr auto callerTable(std::index_sequence<N...>) {
  return std::array<Caller, sizeof...(N)>{callerOf(std::make_index_sequence<N>())...};
}
/// callers[n] calls a stage that has n buffers.
constexpr auto callers = callerTable(std::make_index_sequence<mostBuffers + 1>());

struct BoundStage {
  const Stage *stage;
  void *function;
  Caller caller;
  std::vector<void *> buffers;
};

} // namespace

struct LoadedKernel::State {
  KernelPlan plan;
  LoadedObject object;
  std::vector<Region> scratch;
  std::vector<BoundStage> stages;
  std::unique_ptr<Gang> gang;

  void run(const BoundStage &s) const {
    int64_t units = s.stage->units;
    if (!gang || units < 2)
      return s.caller(s.function, s.buffers.data(), 0, units);
    gang->run([&s, units, n = static_cast<int64_t>(gang->size())](unsigned thread) {
      int64_t begin = units * thread / n, end = units * (thread + 1) / n;
      if (begin < end)
        s.caller(s.function, s.buffers.data(), begin, end);
    });
  }
};

LoadedKernel::LoadedKernel(std::unique_ptr<State> s) : state(std::move(s)) {}
LoadedKernel::LoadedKernel(LoadedKernel &&) noexcept = default;
LoadedKernel &LoadedKernel::operator=(LoadedKernel &&) noexcept = default;
LoadedKernel::~LoadedKernel() = default;

Result<LoadedKernel> LoadedKernel::load(const Artifact &artifact, unsigned threads,
                                        std::span<const int> cores) {
  if (systemHasTiles()) // refused all the same: a kernel that uses them fails
    (void)requestTileData();
  std::vector<std::string> symbols;
  for (const Stage &stage : artifact.plan.stages)
    symbols.push_back(stage.symbol);
  Result<LoadedObject> object = LoadedObject::load(artifact, symbols);
  if (!object)
    return object.error();
  auto state = std::make_unique<State>(State{artifact.plan, *std::move(object), {}, {}, nullptr});
  for (const Scratch &scratch : artifact.plan.scratch) {
    state->scratch.emplace_back(scratch.bytes);
    if (!state->scratch.back())
      return Error{ErrorKind::io, "No memory for " + std::to_string(scratch.bytes) +
                                      " bytes of the kernel's scratch."};
  }
  for (size_t i = 0; i < symbols.size(); ++i) {
    const Stage &stage = state->plan.stages[i];
    if (stage.buffers.size() > mostBuffers)
      return Error{ErrorKind::unsupported, "Stage " + stage.symbol + " has more than " +
                                               std::to_string(mostBuffers) + " buffers."};
    state->stages.push_back(
        {&stage, state->object.addresses()[i], callers[stage.buffers.size()], {}});
  }
  if (threads > 1)
    state->gang = std::make_unique<Gang>(threads, cores);
  return LoadedKernel(std::move(state));
}

void LoadedKernel::bind(std::span<void *const> arguments) {
  for (BoundStage &s : state->stages) {
    s.buffers.clear();
    for (BufferRef ref : s.stage->buffers)
      s.buffers.push_back(ref.kind == BufferRef::Kind::argument ? arguments[ref.index]
                                                                : state->scratch[ref.index].data());
  }
  for (const BoundStage &s : state->stages)
    if (s.stage->ahead)
      state->run(s);
}

void LoadedKernel::call() const {
  for (const BoundStage &s : state->stages)
    if (!s.stage->ahead)
      state->run(s);
}

void LoadedKernel::poisonScratch() {
  for (size_t i = 0; i < state->scratch.size(); ++i)
    if (!state->plan.scratch[i].persistent)
      std::memset(state->scratch[i].data(), 0xff, static_cast<size_t>(state->scratch[i].size()));
}

} // namespace alt
