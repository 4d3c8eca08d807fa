#include "emit/Driver.h"
#include <algorithm>
#include <optional>

namespace alt {

static int64_t rounded(int64_t bytes) { return (bytes + 63) / 64 * 64; }

bool runsAhead(const Program &program, const Call &call, const Stage &stage) {
  for (const BufferRef &buffer : stage.buffers)
    if (buffer.kind == BufferRef::Kind::argument &&
        !program.kernels[call.kernel].arguments[buffer.index].isConstant)
      return false;
  return stage.ahead;
}

namespace {
/// What the ahead stages of a call make: of the same kernel and the same constants, the same.
using Preparation = std::pair<size_t, std::vector<std::pair<size_t, int64_t>>>;
} // namespace

static std::optional<Preparation> preparation(const Program &program, const Call &call,
                                              const KernelPlan &plan) {
  if (call.ahead)
    return std::nullopt;
  Preparation made{call.kernel, {}};
  bool any = false;
  for (const Stage &stage : plan.stages) {
    if (!stage.ahead)
      continue;
    if (!runsAhead(program, call, stage))
      return std::nullopt;
    any = true;
    for (const BufferRef &buffer : stage.buffers)
      if (buffer.kind == BufferRef::Kind::argument) {
        Storage storage = storageOf(program, call.values[buffer.index]);
        made.second.push_back({storage.value, storage.offset});
      }
  }
  return any ? std::optional(made) : std::nullopt;
}

ContextLayout layoutContext(const Program &program, std::span<const KernelPlan> plans,
                            int64_t weightBytes) {
  ContextLayout layout;
  layout.weightBytes = weightBytes;
  int64_t end = rounded(weightBytes);
  auto take = [&](int64_t bytes) {
    int64_t begin = end;
    end += rounded(bytes);
    return begin;
  };
  size_t count = program.values.size();
  layout.valueOffset.assign(count, -1);

  // Weights of one repeated number share one stretch, as long as the longest.
  std::map<std::pair<int, double>, int64_t> longest;
  for (const Value &value : program.values)
    if (value.kind == Value::Kind::weight && !value.aliasOf && value.splat) {
      int64_t &bytes = longest[{int(value.type), *value.splat}];
      bytes = std::max(bytes, value.byteSize());
    }
  std::map<std::pair<int, double>, int64_t> splatOffset;
  for (auto [key, bytes] : longest) {
    splatOffset[key] = take(bytes);
    layout.splats.push_back({ElementType(key.first), key.second, splatOffset[key], bytes});
  }
  MemoryPlan arena = planMemory(program);
  for (size_t v = 0; v < count; ++v) {
    const Value &value = program.values[v];
    if (value.aliasOf)
      continue;
    if (value.kind == Value::Kind::weight)
      layout.valueOffset[v] =
          value.splat ? splatOffset[{int(value.type), *value.splat}] : value.weightOffset;
    else if (value.kind == Value::Kind::constant)
      layout.valueOffset[v] = take(value.byteSize());
  }
  // What ahead stages fill belongs to the calls that would fill it alike; what a call needs only
  // while it runs is shared by all.
  int64_t shared = 0;
  std::map<Preparation, size_t> preparedBy;
  for (size_t c = 0; c < program.calls.size(); ++c) {
    const KernelPlan &plan = plans[program.calls[c].kernel];
    std::optional<Preparation> key = preparation(program, program.calls[c], plan);
    size_t first = key ? preparedBy.try_emplace(*key, c).first->second : c;
    layout.isPrepared.push_back(first != c);
    std::vector<int64_t> offsets;
    int64_t own = 0;
    for (size_t s = 0; s < plan.scratch.size(); ++s) {
      const Scratch &scratch = plan.scratch[s];
      offsets.push_back(!scratch.persistent ? own
                        : first != c        ? layout.scratchOffset[first][s]
                                            : take(scratch.bytes));
      own += scratch.persistent ? 0 : rounded(scratch.bytes);
    }
    shared = std::max(shared, own);
    layout.scratchOffset.push_back(std::move(offsets));
  }
  int64_t sharedBegin = take(shared), arenaBegin = take(arena.arenaBytes);
  for (size_t c = 0; c < program.calls.size(); ++c)
    for (size_t s = 0; s < layout.scratchOffset[c].size(); ++s)
      if (!plans[program.calls[c].kernel].scratch[s].persistent)
        layout.scratchOffset[c][s] += sharedBegin;
  for (size_t v = 0; v < count; ++v)
    if (arena.offset[v] >= 0)
      layout.valueOffset[v] = arenaBegin + arena.offset[v];
  for (size_t v = 0; v < count; ++v)
    if (Storage storage = storageOf(program, v);
        storage.value != v && layout.valueOffset[storage.value] >= 0)
      layout.valueOffset[v] = layout.valueOffset[storage.value] + storage.offset;
  layout.totalBytes = end;
  return layout;
}

} // namespace alt
