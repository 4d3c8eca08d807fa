#include "program/Assemble.h"
#include "alt/Lower.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "program/DeclaredTypes.h"
#include "program/KernelName.h"
#include "program/LoopBody.h"
#include "program/Simplify.h"

namespace alt {

using namespace mlir;

namespace {
class Assembler {
public:
  explicit Assembler(const Weights &weights) : weights(weights) {}

  Result<Assembled> run(Functions &functions) {
    for (func::FuncOp loop : functions.loops)
      bodies[loop.getName().str()] = loop;
    for (BlockArgument argument : functions.main.getArguments())
      if (!loopOf(argument) && !addWeight(argument))
        addInput(argument);
    if (Result<void> done = addCalls(functions.main); !done)
      return done.error();
    addOutputs(functions.main);
    nameKernelsApart();
    return std::move(assembled);
  }

  Result<Assembled> runAsWritten(func::FuncOp function, std::string name) {
    Call call{}; // of the first kernel
    for (BlockArgument argument : function.getArguments()) {
      if (!addWeight(argument))
        addInput(argument);
      call.values.push_back(valueFor(argument));
    }
    for (mlir::Value result : function.getBody().front().getTerminator()->getOperands())
      call.values.push_back(add(result, alt::Value::Kind::intermediate, ""));
    Result<Workload> workload = describeKernel(wholeText(function));
    if (!workload)
      return workload.error();
    workload->name = std::move(name);
    program.kernels.push_back(std::move(*workload));
    program.calls.push_back(std::move(call));
    addOutputs(function);
    return std::move(assembled);
  }

private:
  size_t add(mlir::Value value, alt::Value::Kind kind, std::string name) {
    auto type = cast<RankedTensorType>(value.getType());
    alt::Value out;
    out.kind = kind;
    out.name = std::move(name);
    out.type = *elementType(type.getElementType());
    out.shape = type.getShape().vec();
    program.values.push_back(std::move(out));
    valueOf[value] = program.values.size() - 1;
    return program.values.size() - 1;
  }

  void addInput(BlockArgument argument) {
    StringAttr name = nameOf(argument);
    std::string fallback = "input" + std::to_string(program.inputs.size());
    program.inputs.push_back(add(argument, alt::Value::Kind::input, name ? name.str() : fallback));
    program.values.back().type =
        argumentType(cast<func::FuncOp>(argument.getOwner()->getParentOp()), argument.getArgNumber());
  }

  // False when the argument is no weight.
  bool addWeight(BlockArgument argument) {
    std::optional<size_t> weight = weightOf(argument);
    if (!weight)
      return false;
    StringAttr name = nameOf(argument);
    size_t index = add(argument, alt::Value::Kind::weight,
                       name ? name.str() : "weight" + std::to_string(argument.getArgNumber()));
    program.values[index].splat = weights[*weight].splat;
    program.values[index].weightOffset = -1;
    assembled.weightOfValue[index] = *weight;
    return true;
  }

  static StringAttr nameOf(BlockArgument argument) {
    auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
    return function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "alt.name");
  }

  // Groups as early as the loops that they wait for let them; a loop when nothing else is left.
  Result<void> addCalls(func::FuncOp function) {
    std::vector<Group> groups = cut(function);
    std::vector<bool> done(groups.size(), false);
    LoopOrder order(function);
    auto ready = [&]() -> Result<void> {
      for (size_t g = 0; g < groups.size(); ++g)
        if (!done[g] && order.mayRun(groups[g])) {
          done[g] = true;
          if (Result<void> added = addCall(groups[g]); !added)
            return added;
        }
      return {};
    };
    if (Result<void> added = ready(); !added)
      return added;
    while (std::optional<std::string> name = order.next()) {
      auto body = bodies.find(*name);
      if (body == bodies.end())
        return Error{ErrorKind::invalidInput, "There is no function for the loop '" + *name + "'."};
      if (Result<void> added = addLoop(body->second, function); !added)
        return added;
      if (Result<void> added = ready(); !added)
        return added;
    }
    if (!llvm::all_of(done, [](bool d) { return d; }))
      return Error{ErrorKind::invalidInput, "A loop needs what it gives."};
    return {};
  }

  Result<void> addLoop(func::FuncOp function, func::FuncOp around) {
    Result<LoopBody> body = LoopBody::of(function, around);
    if (!body)
      return body.error();
    size_t index = program.loops.size();
    program.loops.push_back({});
    Loop loop;
    loop.parent = openLoop;
    loop.trips = body->trips;
    loop.mustEnd = body->mustEnd;
    loop.begin = program.calls.size();
    for (BlockArgument argument : function.getArguments())
      if (!loopOf(argument))
        addWeight(argument);
    for (auto [argument, initial] : body->states) {
      size_t source = valueFor(initial);
      loop.starts.push_back({source, add(argument, alt::Value::Kind::intermediate, "")});
    }
    for (const LoopBody::Piece &slice : body->slices) {
      size_t sequence = valueFor(slice.whole);
      walk(add(slice.piece, alt::Value::Kind::intermediate, ""), sequence, index, slice.isBackward,
           loop.trips);
    }
    for (auto [argument, captured] : body->captured)
      valueOf[argument] = valueFor(captured);
    if (body->isWhile)
      loop.condition = valueOf[body->states.front().first];
    size_t firstOwn = program.values.size();
    program.loops[index] = loop; // of which those inside know
    openLoop = index;
    Result<void> added = addCalls(function);
    openLoop = loop.parent;
    if (!added)
      return added;
    for (const LoopBody::Piece &result : body->results) {
      size_t sequence = add(result.whole, alt::Value::Kind::intermediate, "");
      addResult(loop, index, valueFor(result.piece), sequence, result.isBackward, firstOwn);
    }
    keepStates(loop, *body);
    loop.end = program.calls.size();
    program.loops[index] = std::move(loop);
    return {};
  }

  void walk(size_t piece, size_t sequence, size_t loop, bool isBackward, int64_t trips) {
    alt::Value &value = program.values[piece];
    int64_t bytes = value.byteSize();
    value.aliasOf = sequence;
    value.aliasOffset = isBackward ? (trips - 1) * bytes : 0;
    value.walk = alt::Value::Walk{loop, isBackward ? -bytes : bytes};
  }

  // What a step gives is written to its place by whoever computes it, where the loop's own calls
  // do.
  void addResult(Loop &loop, size_t index, size_t value, size_t sequence, bool isBackward,
                 size_t firstOwn) {
    Storage storage = storageOf(program, value);
    const alt::Value &owner = program.values[storage.value];
    if (storage.value >= firstOwn && storage.value < sequence &&
        owner.kind == alt::Value::Kind::intermediate && storage.walks.empty() &&
        owner.byteSize() == program.values[value].byteSize())
      return walk(storage.value, sequence, index, isBackward, loop.trips);
    alt::Value piece;
    piece.type = program.values[value].type;
    piece.shape = program.values[value].shape;
    program.values.push_back(piece);
    walk(program.values.size() - 1, sequence, index, isBackward, loop.trips);
    loop.keeps.push_back({value, program.values.size() - 1});
  }

  // As if all at once: what another state's old value is kept from goes through a copy of its own.
  void keepStates(Loop &loop, const LoopBody &body) {
    std::vector<Loop::Copy> last;
    for (auto [state, result] : llvm::zip(body.states, body.newStates)) {
      size_t to = valueOf[state.first], from = valueFor(result);
      size_t owner = storageOf(program, from).value;
      if (owner == storageOf(program, to).value)
        continue;
      bool isState = llvm::any_of(body.states, [&](auto &other) {
        return storageOf(program, valueOf[other.first]).value == owner;
      });
      if (isState) {
        alt::Value copy;
        copy.type = program.values[from].type;
        copy.shape = program.values[from].shape;
        program.values.push_back(copy);
        loop.keeps.push_back({from, program.values.size() - 1});
        from = program.values.size() - 1;
      }
      last.push_back({from, to});
    }
    loop.keeps.insert(loop.keeps.end(), last.begin(), last.end());
    for (auto [argument, state] : body.finalStates)
      valueOf[argument] = valueOf[state];
  }

  std::string wholeText(func::FuncOp function) {
    OwningOpRef<ModuleOp> module = ModuleOp::create(function.getLoc());
    func::FuncOp kernel = function.clone();
    module->push_back(kernel);
    kernel.setName("kernel");
    Builder builder(kernel.getContext());
    for (BlockArgument argument : function.getArguments()) {
      kernel.setArgAttrs(argument.getArgNumber(), DictionaryAttr());
      if (weightOf(argument))
        kernel.setArgAttr(argument.getArgNumber(), "alt.constant", builder.getUnitAttr());
    }
    kernel.removeResAttrsAttr();
    std::string text;
    llvm::raw_string_ostream(text) << *module;
    return text;
  }

  bool isConstant(mlir::Value value) {
    Storage storage = storageOf(program, valueFor(value));
    auto kind = program.values[storage.value].kind;
    return storage.walks.empty() &&
           (kind == alt::Value::Kind::weight || kind == alt::Value::Kind::constant);
  }

  // Reshapes and contiguous slices get their value when somebody asks for it.
  size_t valueFor(mlir::Value value) {
    if (auto known = valueOf.find(value); known != valueOf.end())
      return known->second;
    Operation *op = value.getDefiningOp();
    assert(op && isAlias(op) && "every other tensor is an argument or a group's result");
    size_t source = valueFor(op->getOperand(0));
    size_t index = add(value, alt::Value::Kind::intermediate, "");
    program.values[index].kind = program.values[source].kind == alt::Value::Kind::input
                                     ? alt::Value::Kind::intermediate
                                     : program.values[source].kind;
    program.values[index].aliasOf = source;
    program.values[index].aliasOffset = aliasOffset(op);
    return index;
  }

  Result<void> addCall(const Group &group) {
    for (Operation *op : group.ops)
      if (isa<arith::ConstantOp>(op))
        return Error{ErrorKind::unsupported,
                     place(op->getLoc()) + "this constant's data is not in the file."};
    if (auto concat = dyn_cast<tensor::ConcatOp>(group.last()); concat && writtenInPlace(concat))
      return {};
    Outlined outlined = outline(group, [&](mlir::Value value) { return isConstant(value); });
    Call call;
    bool ahead = true;
    for (mlir::Value input : outlined.inputs) {
      ahead = ahead && isConstant(input);
      call.values.push_back(valueFor(input));
    }
    call.ahead = ahead;
    for (mlir::Value output : outlined.outputs)
      call.values.push_back(
          add(output, ahead ? alt::Value::Kind::constant : alt::Value::Kind::intermediate, ""));
    auto [known, isNew] = kernelOf.try_emplace(outlined.text, program.kernels.size());
    if (isNew)
      if (Result<void> added = addKernel(group, outlined); !added)
        return added.error();
    call.kernel = known->second;
    program.calls.push_back(std::move(call));
    return {};
  }

  Result<void> addKernel(const Group &group, const Outlined &outlined) {
    Result<Workload> workload = describeKernel(outlined.text);
    if (!workload)
      return workload.error();
    if (!group.anchor) {
      workload->axes.clear();
      workload->operands.clear();
    }
    workload->name = kernelName(group, outlined, workload->anchor);
    program.kernels.push_back(std::move(*workload));
    return {};
  }

  // A concatenation along the outermost dimension that is longer than one lays its pieces one after
  // the other: their producers may as well write them there, and nothing is left to do.
  bool writtenInPlace(tensor::ConcatOp concat) {
    for (uint64_t i = 0; i < concat.getDim(); ++i)
      if (concat.getResultType().getDimSize(int64_t(i)) != 1)
        return false;
    std::vector<std::pair<size_t, int64_t>> pieces;
    int64_t offset = 0;
    for (mlir::Value input : concat.getInputs()) {
      size_t piece = valueFor(input);
      size_t owner = storageOf(program, piece).value;
      const alt::Value &storage = program.values[owner];
      bool taken = llvm::any_of(pieces, [&](auto &other) { return other.first == owner; });
      if (taken || storage.kind != alt::Value::Kind::intermediate || offset % 64 != 0 ||
          storage.byteSize() != program.values[piece].byteSize())
        return false;
      pieces.push_back({owner, offset});
      offset += storage.byteSize();
    }
    size_t whole = add(concat.getResult(), alt::Value::Kind::intermediate, "");
    for (auto [owner, begin] : pieces) {
      program.values[owner].aliasOf = whole;
      program.values[owner].aliasOffset = begin;
    }
    return true;
  }

  void addOutputs(func::FuncOp function) {
    auto terminator = function.getBody().front().getTerminator();
    for (auto [i, operand] : llvm::enumerate(terminator->getOperands())) {
      if (function.getResultAttr(unsigned(i), loopAttribute))
        continue;
      auto name = function.getResultAttrOfType<StringAttr>(unsigned(i), "alt.name");
      std::string text = name ? name.str() : "output" + std::to_string(program.outputs.size());
      size_t index = valueFor(operand);
      if (program.values[index].kind != alt::Value::Kind::intermediate) {
        // An input, a weight, or a result that is returned twice: a copy under a name of its own.
        size_t copy = add(operand, alt::Value::Kind::output, "");
        program.values[copy].aliasOf = index;
        index = copy;
      }
      program.values[index].kind = alt::Value::Kind::output;
      program.values[index].name = text;
      program.values[index].type = resultType(function, unsigned(i));
      program.outputs.push_back(index);
    }
  }

  void nameKernelsApart() {
    std::map<std::string, unsigned> seen;
    for (Workload &kernel : program.kernels)
      if (unsigned n = ++seen[kernel.name]; n > 1)
        kernel.name += "_v" + std::to_string(n);
  }

  const Weights &weights;
  Assembled assembled;
  Program &program = assembled.program;
  llvm::DenseMap<mlir::Value, size_t> valueOf;
  std::map<std::string, func::FuncOp, std::less<>> bodies;
  std::optional<size_t> openLoop;
  std::map<std::string, size_t> kernelOf;
};
} // namespace

Result<Assembled> assemble(Functions &functions, const Weights &weights) {
  return Assembler(weights).run(functions);
}

Result<Assembled> assembleAsWritten(func::FuncOp function, const Weights &weights,
                                    std::string name) {
  return Assembler(weights).runAsWritten(function, std::move(name));
}

} // namespace alt
