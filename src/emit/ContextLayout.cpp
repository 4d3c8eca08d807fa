#include "emit/Driver.h"
#include <algorithm>

namespace alt {

static int64_t rounded(int64_t bytes) { return (bytes + 63) / 64 * 64; }

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
  // What ahead stages fill belongs to one call; what a call needs only while it runs is shared.
  int64_t shared = 0;
  for (const Call &call : program.calls) {
    std::vector<int64_t> &offsets = layout.scratchOffset.emplace_back();
    int64_t own = 0;
    for (const Scratch &scratch : plans[call.kernel].scratch) {
      offsets.push_back(scratch.persistent ? take(scratch.bytes) : own);
      own += scratch.persistent ? 0 : rounded(scratch.bytes);
    }
    shared = std::max(shared, own);
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
    if (auto [owner, offset] = storageOf(program, v); owner != v && layout.valueOffset[owner] >= 0)
      layout.valueOffset[v] = layout.valueOffset[owner] + offset;
  layout.totalBytes = end;
  return layout;
}

} // namespace alt
