// A whole model or function as plain data: kernels, the calls that run them in order, and the
// values that flow between. Made by program/ (which sees MLIR), read by everything after.
#pragma once
#include "alt/Workload.h"
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace alt {

/// One tensor of the program.
struct Value {
  enum class Kind {
    input,
    output,
    weight,       ///< in the weights file, or one number repeated
    constant,     ///< computed from weights by an ahead call, once, before the first run
    intermediate, ///< lives in the arena
  } kind = Kind::intermediate;
  std::string name; ///< inputs' and outputs' names as in the model
  ElementType type = ElementType::f32;
  std::vector<int64_t> shape;
  /// Shares another value's storage, from byte `aliasOffset` on: a reshape, a slice that is
  /// contiguous there, or a piece of a concatenation that its producer writes in place.
  std::optional<size_t> aliasOf;
  int64_t aliasOffset = 0; ///< a multiple of 64, but within a sequence that a loop walks along
  /// Inside of a loop, one step's piece of a sequence: moves on by that many bytes with every step.
  struct Walk {
    size_t loop; ///< index into Program::loops
    int64_t bytes;
    bool operator==(const Walk &) const = default;
  };
  std::optional<Walk> walk;
  /// Weights: where in the weights file; or one number repeated, which takes no room there.
  int64_t weightOffset = 0;
  std::optional<double> splat;
  int64_t elements() const;
  int64_t byteSize() const { return elements() * bytes(type); }
};

/// One kernel call: `values[i]` is bound to the workload's argument i.
struct Call {
  size_t kernel;
  std::vector<size_t> values;
  /// Reads weights and constants only: belongs to init, not to run, and is not worth tuning.
  bool ahead = false;
};

/// Calls [begin, end) again and again, with states that are carried from step to step.
struct Loop {
  size_t begin = 0, end = 0;
  std::optional<size_t> parent; ///< the loop around it; loops come after those around them
  int64_t trips = 1;            ///< at most, where there is a condition
  /// A state of one i1: no step begins but while it holds.
  std::optional<size_t> condition;
  /// That the condition still holds after `trips` steps is an error of the run.
  bool mustEnd = false;
  struct Copy {
    size_t from, to;
  };
  /// In order: what states begin with, before the first step; what is kept of each step, after it.
  std::vector<Copy> starts, keeps;
};

struct Program {
  std::string name; ///< C identifier made from the file's name
  std::vector<Value> values;
  std::vector<Workload> kernels;       ///< distinct
  std::vector<Call> calls;             ///< in order
  std::vector<Loop> loops;             ///< by `begin`, outer ones before inner ones
  std::vector<size_t> inputs, outputs; ///< indices into values, in the model's order
  std::filesystem::path weightsFile;   ///< empty when there are none; 64-byte aligned entries
  /// How many calls of a run use kernel k, those of every step of a loop counted; 0 when only init
  /// does.
  unsigned uses(size_t kernel) const;
  bool hasLoopThatMustEnd() const;
};

/// Dimensions for a dynamic input: --shape NAME=1x3x48x192.
struct ShapeBinding {
  std::string input;
  std::vector<int64_t> shape;
};

struct ImportOptions {
  std::string name; ///< of the program; empty: from the file (programName)
  std::vector<ShapeBinding> shapes;
  std::vector<std::string> constants; ///< "NAME=1,2.5": inputs that always have these numbers
  std::filesystem::path torchMlir; ///< directory with torch-mlir's programs; empty: look for it
  std::chrono::duration<double> limit{0}; ///< wall clock of the import; 0: none
  int64_t memory = 0; ///< bytes that each process of the import may have; 0: by the model's size
  std::filesystem::path workDir;   ///< for intermediate files; the caller removes it
  /// Leave convolutions and pooling as the model has them (channels first), for comparison.
  bool keepLayout = false;
  /// The whole function is one kernel, its operations as they were written: what a user's own
  /// schedule is about. Only for .mlir.
  bool asWritten = false;
};

/// .onnx -> linalg-on-tensors .mlir (with weights beside it), through onnxsim and torch-mlir.
Result<void> importOnnx(const std::filesystem::path &model, const std::filesystem::path &outMlir,
                        const ImportOptions &);
/// .mlir or .onnx -> Program. Writes the weights file into `workDir`, which must stay until the
/// program has been emitted.
Result<Program> loadProgram(const std::filesystem::path &, const ImportOptions &);

/// The C identifier that a library of this file is called by, unless --name gives another one.
std::string programName(const std::filesystem::path &);
/// Why a library cannot have this name.
Result<void> checkProgramName(const std::string &);

/// What is done in a run, in order: loops begin and end around calls.
struct Event {
  enum class Kind { call, loopBegins, loopEnds } kind;
  size_t index; ///< into Program::calls or Program::loops
};
std::vector<Event> eventsOf(const Program &);

/// The value that owns a value's storage, and where in it the value begins: in step i of a loop, so
/// many bytes further on.
struct Storage {
  size_t value;
  int64_t offset;
  std::vector<Value::Walk> walks;
};
Storage storageOf(const Program &, size_t value);
/// The output whose buffer, given by the caller, holds this owner of storage; other outputs with
/// the same storage are copied at the end of a run, as are inputs and weights that are returned.
std::optional<size_t> outputHolding(const Program &, size_t owner);

/// Where each intermediate lives in the arena: offset by liveness, 64-byte aligned. No two values
/// that are needed at the same time overlap. Aliases have their owner's offset; values that are
/// stored elsewhere (inputs, weights, constants, and what a caller's output buffer holds) have -1.
struct MemoryPlan {
  std::vector<int64_t> offset; ///< per value; -1 when not in the arena
  int64_t arenaBytes = 0;
};
MemoryPlan planMemory(const Program &);

} // namespace alt
