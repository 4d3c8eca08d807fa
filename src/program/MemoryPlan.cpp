// Static memory: every intermediate gets its place before the first run.
#include "alt/Program.h"
#include <algorithm>
#include <cassert>
#include <limits>

namespace alt {

namespace {
struct Block {
  size_t value;
  size_t first, last; ///< the events between which it is needed, both included
  int64_t bytes;
  int64_t offset = -1;
};

/// When each owner of storage is needed.
class Lifetimes {
public:
  explicit Lifetimes(const Program &program)
      : first(program.values.size(), never), last(program.values.size(), 0), program(program) {
    std::vector<Event> events = eventsOf(program);
    std::vector<size_t> begin(program.loops.size());
    for (size_t time = 0; time < events.size(); ++time) {
      const Event &event = events[time];
      if (event.kind == Event::Kind::call) {
        if (!program.calls[event.index].ahead)
          for (size_t value : program.calls[event.index].values)
            touch(value, time);
        continue;
      }
      const Loop &loop = program.loops[event.index];
      bool begins = event.kind == Event::Kind::loopBegins;
      for (const Loop::Copy &copy : begins ? loop.starts : loop.keeps) {
        touch(copy.from, time);
        touch(copy.to, time);
      }
      if (begins)
        begin[event.index] = time;
    }
    // Copied into the caller's buffers after the last call.
    for (size_t output : program.outputs)
      last[storageOf(program, output).value] = events.size();
    // Inner loops end first: what an outer one keeps is extended last.
    for (size_t time = 0; time < events.size(); ++time)
      if (events[time].kind == Event::Kind::loopEnds)
        keepThroughout(begin[events[time].index], time);
  }
  static constexpr size_t never = std::numeric_limits<size_t>::max();
  std::vector<size_t> first, last;

private:
  void touch(size_t value, size_t time) {
    size_t owner = storageOf(program, value).value;
    first[owner] = std::min(first[owner], time);
    last[owner] = std::max(last[owner], time);
  }

  // What a loop finds when it begins, or leaves when it ends, is there in every step.
  void keepThroughout(size_t begin, size_t end) {
    for (size_t v = 0; v < first.size(); ++v) {
      bool isTouched = first[v] != never && first[v] <= end && last[v] >= begin;
      if (isTouched && (first[v] <= begin || last[v] > end)) {
        first[v] = std::min(first[v], begin);
        last[v] = std::max(last[v], end);
      }
    }
  }

  const Program &program;
};
} // namespace

static std::vector<Block> blocksOf(const Program &program) {
  Lifetimes lifetimes(program);
  std::vector<Block> blocks;
  for (size_t v = 0; v < program.values.size(); ++v) {
    const Value &value = program.values[v];
    bool ours = value.kind == Value::Kind::intermediate || value.kind == Value::Kind::output;
    if (ours && !value.aliasOf && lifetimes.first[v] != Lifetimes::never &&
        !outputHolding(program, v))
      blocks.push_back(
          {v, lifetimes.first[v], lifetimes.last[v], (value.byteSize() + 63) / 64 * 64});
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
    if (auto [owner, offset, walks] = storageOf(program, v); owner != v && plan.offset[owner] >= 0)
      plan.offset[v] = plan.offset[owner] + offset;
  return plan;
}

} // namespace alt
