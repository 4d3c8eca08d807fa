#include "emit/StepsText.h"
#include <algorithm>
#include <sstream>

namespace alt {

namespace {
class StepsWriter {
public:
  StepsWriter(const Program &program, std::span<const KernelPlan> plans,
              const ContextLayout &layout, unsigned threads)
      : program(program), plans(plans), layout(layout), events(eventsOf(program)),
        parallel(threads > 1) {}

  std::string run() {
    ahead();
    steps();
    return out.str();
  }

private:
  std::string pointer(size_t value) const {
    auto [owner, offset, walks] = storageOf(program, value);
    std::string text;
    if (layout.valueOffset[value] >= 0) {
      text = "b + " + std::to_string(layout.valueOffset[value]);
    } else {
      size_t slot = 0;
      if (std::optional<size_t> output = outputHolding(program, owner))
        slot = program.inputs.size() + *output;
      else
        while (program.inputs[slot] != owner)
          ++slot;
      text = "io[" + std::to_string(slot) + "]" + (offset ? " + " + std::to_string(offset) : "");
    }
    for (const Value::Walk &walk : walks)
      text += " + " + step(walk.loop) + " * " + std::to_string(walk.bytes);
    return text;
  }

  static std::string step(size_t loop) { return "i" + std::to_string(loop); }

  std::string buffers(size_t call, const Stage &stage) const {
    std::string text;
    for (const BufferRef &buffer : stage.buffers)
      text += (buffer.kind == BufferRef::Kind::argument
                   ? pointer(program.calls[call].values[buffer.index])
                   : "b + " + std::to_string(layout.scratchOffset[call][buffer.index])) +
              ", ";
    return text;
  }

  // Constants first, then what kernels prepare from them, each in the order of the calls.
  void ahead() {
    out << "/* What depends on the weights alone. */\n"
        << "static void ahead(char *b) {\n  (void)b;\n";
    for (size_t c = 0; c < program.calls.size(); ++c)
      if (program.calls[c].ahead)
        for (const Stage &stage : plans[program.calls[c].kernel].stages)
          out << "  " << stage.symbol << "(" << buffers(c, stage) << "0, " << stage.units << ");\n";
    for (size_t c = 0; c < program.calls.size(); ++c)
      if (!program.calls[c].ahead && !layout.isPrepared[c])
        for (const Stage &stage : plans[program.calls[c].kernel].stages)
          if (runsAhead(program, program.calls[c], stage))
            out << "  " << stage.symbol << "(" << buffers(c, stage) << "0, " << stage.units
                << ");\n";
    out << "}\n\n";
  }

  void steps() {
    out << "/* One run; io holds the caller's inputs, then outputs. */\n"
        << "static void steps(char *b, char *const *io"
        << (program.hasLoopThatMustEnd() ? ", int *endless" : "")
        << (parallel ? ", int64_t thread, int64_t threads" : "") << ") {\n"
        << "  (void)b;\n  (void)io;\n";
    for (size_t e = 0; e < events.size(); ++e)
      if (events[e].kind == Event::Kind::call)
        call(events[e].index);
      else if (events[e].kind == Event::Kind::loopBegins)
        beginLoop(e);
      else
        endLoop(events[e].index);
    for (size_t o = 0; o < program.outputs.size(); ++o) {
      // Outputs that are stored elsewhere: inputs, weights and results that are returned twice.
      size_t value = program.outputs[o];
      if (outputHolding(program, storageOf(program, value).value) != o)
        copy("io[" + std::to_string(program.inputs.size() + o) + "]", value);
    }
    out << "}\n\n";
  }

  void call(size_t index) {
    const Call &call = program.calls[index];
    if (call.ahead)
      return;
    out << indent() << "/* " << program.kernels[call.kernel].name << " */\n";
    for (const Stage &stage : plans[call.kernel].stages) {
      if (runsAhead(program, call, stage))
        continue;
      bool shared = parallel && stage.units > 1 && !aloneIn;
      barrier(shared);
      std::string units = std::to_string(stage.units);
      out << indent() << (shared ? "" : onlyOne()) << stage.symbol << "(" << buffers(index, stage);
      if (shared)
        out << units << " * thread / threads, " << units << " * (thread + 1) / threads);\n";
      else
        out << "0, " << units << ");\n";
    }
  }

  void copy(const std::string &to, size_t from) {
    barrier(false);
    out << indent() << onlyOne() << "memcpy(" << to << ", " << pointer(from) << ", "
        << program.values[from].byteSize() << ");\n";
  }

  // A loop in which no stage is shared is one thread's work as a whole. In others all threads go
  // through the steps side by side.
  void beginLoop(size_t event) {
    size_t index = events[event].index;
    const Loop &loop = program.loops[index];
    for (const Loop::Copy &start : loop.starts)
      copy(pointer(start.to), start.from);
    bool alone = parallel && !aloneIn && !sharesWork(event);
    barrier(parallel && !alone && !aloneIn);
    std::string i = step(index);
    out << indent() << (alone ? "if (thread == 0)\n" + indent() : "") << "for (int64_t " << i
        << " = 0;" << (loop.mustEnd ? "" : " " + i + " < " + std::to_string(loop.trips)) << "; ++"
        << i << ") {\n";
    if (alone)
      aloneIn = index;
    ++depth;
    bool together = parallel && !aloneIn;
    if (together)
      out << "#pragma omp barrier\n";
    if (loop.condition) {
      out << indent() << "char goes_on = *(" << pointer(*loop.condition) << ");\n";
      if (together)
        out << "#pragma omp barrier\n";
      out << indent() << "if (!goes_on)\n" << indent() << "  break;\n";
    }
    if (loop.mustEnd)
      out << indent() << "if (" << i << " == " << loop.trips << ") {\n"
          << indent() << "  " << (together ? "if (thread == 0) " : "") << "*endless = 1;\n"
          << indent() << "  break;\n"
          << indent() << "}\n";
    isFirst = together || isFirst;
  }

  void endLoop(size_t index) {
    for (const Loop::Copy &kept : program.loops[index].keeps)
      copy(pointer(kept.to), kept.from);
    --depth;
    out << indent() << "}\n";
    if (aloneIn == index)
      aloneIn.reset();
    else
      wasShared = parallel && !aloneIn; // of the last step nobody knows who did it
  }

  bool sharesWork(size_t event) const {
    size_t loop = events[event].index;
    for (size_t e = event; events[e].kind != Event::Kind::loopEnds || events[e].index != loop; ++e)
      if (events[e].kind == Event::Kind::call && !program.calls[events[e].index].ahead)
        for (const Stage &stage : plans[program.calls[events[e].index].kernel].stages)
          if (stage.units > 1 && !runsAhead(program, program.calls[events[e].index], stage))
            return true;
    return false;
  }

  // Before work that several threads share or after it.
  void barrier(bool shared) {
    if (parallel && !aloneIn && !isFirst && (shared || wasShared))
      out << "#pragma omp barrier\n";
    wasShared = shared;
    isFirst = false;
  }

  std::string onlyOne() const { return parallel && !aloneIn ? "if (thread == 0) " : ""; }
  std::string indent() const { return std::string(2 * depth, ' '); }

  const Program &program;
  std::span<const KernelPlan> plans;
  const ContextLayout &layout;
  const std::vector<Event> events;
  const bool parallel;
  bool wasShared = false, isFirst = true; ///< the work before: done by several threads; none
  std::optional<size_t> aloneIn;          ///< the loop that one thread goes through
  unsigned depth = 1;
  std::ostringstream out;
};
} // namespace

std::string stepsText(const Program &program, std::span<const KernelPlan> plans,
                      const ContextLayout &layout, unsigned threads) {
  return StepsWriter(program, plans, layout, threads).run();
}

} // namespace alt
