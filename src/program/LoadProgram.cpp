// From a file to a Program: every step, once, in order.
#include "alt/Lower.h"
#include "alt/Program.h"
#include "lower/CropPads.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "program/DeclaredTypes.h"
#include "program/KernelName.h"
#include "program/Layout.h"
#include "program/ReadModule.h"
#include "program/Simplify.h"
#include <map>
#include <regex>

namespace alt {

using namespace mlir;

static Result<void> simplify(func::FuncOp function, Weights &weights,
                             const ImportOptions &options) {
  if (auto taken = takeWeights(function, weights); !taken)
    return taken.error();
  separateCrops(function);
  constantsToWeights(function, weights, /*all=*/false);
  if (auto generalized = generalize(function); !generalized)
    return generalized.error();
  separateBias(function);
  auto fuse = [&]() -> Result<void> {
    if (auto folded = foldWeights(function, weights); !folded)
      return folded;
    if (auto done = canonicalize(function); !done)
      return done;
    return fuseElementwise(function);
  };
  if (auto fused = fuse(); !fused)
    return fused.error();
  // After broadcasts have become maps, so that only what is stored is transposed.
  if (!options.keepLayout)
    toChannelsLast(function);
  generalizeTransposes(function);
  if (auto dropped = dropKeptDims(function); !dropped)
    return dropped.error();
  // Twice: what one round makes plain, the next may fuse.
  for (int round = 0; round < 2; ++round)
    if (auto fused = fuse(); !fused)
      return fused.error();
  if (auto done = canonicalize(function); !done)
    return done.error();
  // Last, so that single numbers could become scalars in the bodies that use them.
  constantsToWeights(function, weights, /*all=*/true);
  if (auto folded = foldWeights(function, weights); !folded)
    return folded.error();
  dropUnusedWeights(function);
  return {};
}

namespace {
class Assembler {
public:
  Assembler(func::FuncOp function, const Weights &weights) : function(function), weights(weights) {}

  Result<Program> run() {
    addArguments();
    std::vector<Group> groups = cut(function);
    for (const Group &group : groups)
      if (Result<void> added = addCall(group); !added)
        return added.error();
    addOutputs();
    nameKernelsApart();
    return std::move(program);
  }

  /// The function itself is the one kernel, and its arguments are the kernel's.
  Result<Program> runAsWritten(std::string name) {
    addArguments();
    Call call;
    for (BlockArgument argument : function.getArguments())
      call.values.push_back(valueFor(argument));
    for (mlir::Value result : function.getBody().front().getTerminator()->getOperands())
      call.values.push_back(add(result, alt::Value::Kind::intermediate, ""));
    Result<Workload> workload = describeKernel(wholeText());
    if (!workload)
      return workload.error();
    workload->name = std::move(name);
    program.kernels.push_back(std::move(*workload));
    program.calls.push_back(std::move(call));
    addOutputs();
    return std::move(program);
  }
  /// Which weight each value of kind weight is.
  const std::map<size_t, size_t> &weightIndices() const { return weightOfValue; }

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

  void addArguments() {
    for (BlockArgument argument : function.getArguments()) {
      unsigned i = argument.getArgNumber();
      auto name = function.getArgAttrOfType<StringAttr>(i, "alt.name");
      if (std::optional<size_t> weight = weightOf(argument)) {
        size_t index = add(argument, alt::Value::Kind::weight,
                           name ? name.str() : "weight" + std::to_string(i));
        program.values[index].splat = weights[*weight].splat;
        program.values[index].weightOffset = -1;
        weightOfValue[index] = *weight;
      } else {
        std::string fallback = "input" + std::to_string(program.inputs.size());
        program.inputs.push_back(
            add(argument, alt::Value::Kind::input, name ? name.str() : fallback));
        program.values.back().type = argumentType(function, i);
      }
    }
  }

  std::string wholeText() {
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
    auto kind = program.values[storageOf(program, valueFor(value)).value].kind;
    return kind == alt::Value::Kind::weight || kind == alt::Value::Kind::constant;
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

  void addOutputs() {
    auto terminator = function.getBody().front().getTerminator();
    for (auto [i, operand] : llvm::enumerate(terminator->getOperands())) {
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

  func::FuncOp function;
  const Weights &weights;
  Program program;
  llvm::DenseMap<mlir::Value, size_t> valueOf;
  std::map<size_t, size_t> weightOfValue;
  std::map<std::string, size_t> kernelOf;
};
} // namespace

static Result<void> writeWeights(Program &program, const Weights &weights,
                                 const std::map<size_t, size_t> &weightIndices,
                                 const ImportOptions &options) {
  std::vector<size_t> wanted, owners;
  bool any = false;
  for (auto [value, weight] : weightIndices) {
    owners.push_back(value);
    wanted.push_back(weight);
    any = any || (weights[weight].hasValue() && !weights[weight].splat);
  }
  std::filesystem::path file = options.workDir / (program.name + ".weights");
  Result<std::vector<int64_t>> offsets = weights.write(file, wanted);
  if (!offsets)
    return offsets.error();
  for (size_t i = 0; i < owners.size(); ++i)
    program.values[owners[i]].weightOffset = (*offsets)[i];
  if (any)
    program.weightsFile = file;
  return {};
}

static Result<Program> loadMlir(const std::filesystem::path &path, const std::string &name,
                                const ImportOptions &options) {
  std::unique_ptr<MLIRContext> context = makeProgramContext();
  Result<OwningOpRef<ModuleOp>> module = readModule(path, context.get());
  if (!module)
    return module.error();
  Result<func::FuncOp> function = theFunction(**module, path);
  if (!function)
    return function.error();
  if (Result<void> applied = applyDeclaredTypes(*function); !applied)
    return Error{applied.error().kind, path.string() + ": " + applied.error().message};
  Weights weights;
  if (auto file = (**module)->getAttrOfType<StringAttr>("alt.weights"))
    weights.setFile(path.parent_path() / file.str());
  Result<void> ready = options.asWritten ? takeWeights(*function, weights)
                                         : simplify(*function, weights, options);
  if (!ready)
    return ready.error();
  Assembler assembler(*function, weights);
  Result<Program> program = options.asWritten ? assembler.runAsWritten(name) : assembler.run();
  if (!program)
    return program;
  program->name = name;
  if (Result<void> written = writeWeights(*program, weights, assembler.weightIndices(), options);
      !written)
    return written.error();
  return program;
}

/// What is wrong with an imported model is said of the model, not of the text that was made of it.
static Error saidOfModel(Error error, const std::filesystem::path &imported,
                         const std::filesystem::path &model) {
  const std::regex place(R"(:\d+:\d+)"), operation(R"((the result of )?'[a-z_]+\.[a-z_.]+')");
  std::string &text = error.message;
  if (size_t at = text.find(imported.string()); at != std::string::npos)
    text.replace(at, imported.string().size(), model.string());
  text = std::regex_replace(text, place, "", std::regex_constants::format_first_only);
  text = std::regex_replace(text, operation, "a value inside");
  return error;
}

Result<Program> loadProgram(const std::filesystem::path &path, const ImportOptions &options) {
  std::string name = options.name.empty() ? programName(path) : options.name;
  if (path.extension() != ".onnx") {
    if (!options.shapes.empty() || !options.constants.empty())
      return Error{ErrorKind::usage, "--shape and --constant are for ONNX models; " + path.string() +
                                         " is MLIR, whose shapes are written in it."};
    return loadMlir(path, name, options);
  }
  // A folder of its own: the weights that are written last must not meet those that are read.
  std::filesystem::path imported = options.workDir / "onnx" / (name + ".mlir");
  std::error_code failed;
  std::filesystem::create_directories(imported.parent_path(), failed);
  if (failed)
    return Error{ErrorKind::io,
                 imported.parent_path().string() + ": cannot make it: " + failed.message() + "."};
  if (Result<void> done = importOnnx(path, imported, options); !done)
    return done.error();
  Result<Program> program = loadMlir(imported, name, options);
  if (!program)
    return saidOfModel(program.error(), imported, path);
  return program;
}

} // namespace alt
