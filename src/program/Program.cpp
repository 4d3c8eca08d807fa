#include "alt/Program.h"
#include <algorithm>
#include <cassert>
#include <limits>

namespace alt {

int64_t Value::elements() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

// How often a run does what is inside of the loop; where a condition decides, less than its bound
// by far.
static double timesAround(const Program &program, std::optional<size_t> loop) {
  constexpr int64_t likely = 100;
  double times = 1;
  for (; loop; loop = program.loops[*loop].parent) {
    const Loop &l = program.loops[*loop];
    times *= double(l.condition ? std::min(l.trips, likely) : l.trips);
  }
  return times;
}

unsigned Program::uses(size_t kernel) const {
  double count = 0;
  std::optional<size_t> loop;
  for (const Event &event : eventsOf(*this))
    if (event.kind == Event::Kind::loopBegins)
      loop = event.index;
    else if (event.kind == Event::Kind::loopEnds)
      loop = loops[event.index].parent;
    else if (calls[event.index].kernel == kernel && !calls[event.index].ahead)
      count += timesAround(*this, loop);
  return unsigned(std::min<double>(count, std::numeric_limits<unsigned>::max()));
}

bool Program::hasLoopThatMustEnd() const {
  return std::ranges::any_of(loops, [](const Loop &loop) { return loop.mustEnd; });
}

std::vector<Event> eventsOf(const Program &program) {
  std::vector<Event> events;
  std::vector<size_t> open;
  size_t call = 0;
  auto callsUpTo = [&](size_t end) {
    for (; call < end; ++call)
      events.push_back({Event::Kind::call, call});
  };
  auto close = [&] {
    callsUpTo(program.loops[open.back()].end);
    events.push_back({Event::Kind::loopEnds, open.back()});
    open.pop_back();
  };
  for (size_t l = 0; l < program.loops.size(); ++l) {
    while (!open.empty() && program.loops[l].parent != open.back())
      close();
    callsUpTo(program.loops[l].begin);
    events.push_back({Event::Kind::loopBegins, l});
    open.push_back(l);
  }
  while (!open.empty())
    close();
  callsUpTo(program.calls.size());
  return events;
}

Storage storageOf(const Program &program, size_t value) {
  Storage storage{value, 0, {}};
  while (program.values[storage.value].aliasOf) {
    const Value &alias = program.values[storage.value];
    storage.offset += alias.aliasOffset;
    if (alias.walk)
      storage.walks.push_back(*alias.walk);
    storage.value = *alias.aliasOf;
  }
  return storage;
}

std::optional<size_t> outputHolding(const Program &program, size_t owner) {
  const Value &storage = program.values[owner];
  if (storage.kind != Value::Kind::intermediate && storage.kind != Value::Kind::output)
    return std::nullopt;
  for (size_t output = 0; output < program.outputs.size(); ++output) {
    size_t value = program.outputs[output];
    auto [root, offset, walks] = storageOf(program, value);
    if (root == owner && offset == 0 && walks.empty() &&
        program.values[value].byteSize() == storage.byteSize())
      return output;
  }
  return std::nullopt;
}

} // namespace alt
