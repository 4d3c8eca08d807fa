// Static memory: every intermediate gets its place before the first run.
#include "alt/Program.h"
#include <algorithm>
#include <cassert>
#include <limits>

namespace alt {

namespace {
struct Block {
  size_t value;
  size_t first, last; ///< the calls between which it is needed, both included
  int64_t bytes;
  int64_t offset = -1;
};
} // namespace

static std::vector<Block> blocksOf(const Program &program) {
  constexpr size_t never = std::numeric_limits<size_t>::max();
  std::vector<size_t> first(program.values.size(), never), last(program.values.size(), 0);
  for (size_t c = 0; c < program.calls.size(); ++c) {
    if (program.calls[c].ahead)
      continue;
    for (size_t value : program.calls[c].values) {
      size_t owner = storageOf(program, value).value;
      first[owner] = std::min(first[owner], c);
      last[owner] = std::max(last[owner], c);
    }
  }
  // Copied into the caller's buffers after the last call.
  for (size_t output : program.outputs)
    last[storageOf(program, output).value] = program.calls.size();
  std::vector<Block> blocks;
  for (size_t v = 0; v < program.values.size(); ++v) {
    const Value &value = program.values[v];
    bool ours = value.kind == Value::Kind::intermediate || value.kind == Value::Kind::output;
    if (ours && !value.aliasOf && first[v] != never && !outputHolding(program, v))
      blocks.push_back({v, first[v], last[v], (value.byteSize() + 63) / 64 * 64});
  }
  return blocks;
}

// The smallest gap that is large enough between the blocks that live at the same time, else the
// end.
static int64_t placeFor(const Block &block, const std::vector<Block> &placed) {
  std::vector<const Block *> rivals;
  for (const Block &other : placed)
    if (other.first <= block.last && block.first <= other.last)
      rivals.push_back(&other);
  std::ranges::sort(rivals, {}, &Block::offset);
  int64_t end = 0, best = -1, bestGap = std::numeric_limits<int64_t>::max();
  for (const Block *rival : rivals) {
    int64_t gap = rival->offset - end;
    if (gap >= block.bytes && gap < bestGap) {
      best = end;
      bestGap = gap;
    }
    end = std::max(end, rival->offset + rival->bytes);
  }
  return best >= 0 ? best : end;
}

MemoryPlan planMemory(const Program &program) {
  std::vector<Block> blocks = blocksOf(program), placed;
  // The largest first: the small ones find room between them.
  std::ranges::sort(blocks, [](const Block &a, const Block &b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.value < b.value;
  });
  MemoryPlan plan;
  plan.offset.assign(program.values.size(), -1);
  for (Block &block : blocks) {
    block.offset = placeFor(block, placed);
    plan.arenaBytes = std::max(plan.arenaBytes, block.offset + block.bytes);
    plan.offset[block.value] = block.offset;
    placed.push_back(block);
  }
  for (size_t v = 0; v < program.values.size(); ++v)
    if (auto [owner, offset] = storageOf(program, v); owner != v && plan.offset[owner] >= 0)
      plan.offset[v] = plan.offset[owner] + offset;
  return plan;
}

} // namespace alt
