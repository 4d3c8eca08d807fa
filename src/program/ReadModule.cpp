#include "program/ReadModule.h"
#include "alt/ElementCount.h"
#include "alt/Support.h"
#include "alt/Workload.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MLProgram/IR/MLProgram.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

namespace alt {

using namespace mlir;

std::unique_ptr<MLIRContext> makeProgramContext() {
  DialectRegistry registry;
  registry.insert<arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect,
                  linalg::LinalgDialect, math::MathDialect, ml_program::MLProgramDialect,
                  scf::SCFDialect, tensor::TensorDialect, ub::UBDialect>();
  auto context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

Result<OwningOpRef<ModuleOp>> readModule(const std::filesystem::path &path, MLIRContext *context) {
  Result<std::string> text = readFile(path);
  if (!text)
    return text.error();
  if (text->find('\0') != std::string::npos)
    return Error{ErrorKind::invalidInput, path.string() + ": not an MLIR text file."};
  FirstError errors(context);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBuffer(*text, path.string()), {});
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, context);
  if (!module)
    return errors.error(ErrorKind::invalidInput, path.string() + ": not a valid MLIR module.");
  return module;
}

// What a signature may hold: tensors of static shape and a type that a C caller can give.
static std::optional<Error> refuse(Type type, const std::string &what) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  std::string printed;
  llvm::raw_string_ostream(printed) << type;
  if (llvm::StringRef inner = printed; inner.consume_front("tensor<") && inner.consume_back(">"))
    printed = inner.str(); // "2x3xf32"
  if (!tensor)
    return Error{ErrorKind::unsupported,
                 what + " has the type " + printed + "; only ranked tensors are supported."};
  if (!tensor.hasStaticShape())
    return Error{ErrorKind::unsupported, what + " has a dynamic shape, " + printed +
                                             "; give every size (--shape for an ONNX model)."};
  if (!elementType(tensor.getElementType()))
    return Error{ErrorKind::unsupported, what + " has an element type that is not supported, " +
                                             printed +
                                             " (supported: " + elementTypeNames() + ")."};
  if (!countElements(tensor.getShape()))
    return Error{ErrorKind::unsupported,
                 what + " has more elements than any memory, " + printed + "."};
  if (tensor.getNumElements() == 0)
    return Error{ErrorKind::unsupported, what + " has no elements, " + printed + "."};
  return std::nullopt;
}

static std::optional<Error> refuse(func::FuncOp function, const std::string &file) {
  // By the model's names where there are some.
  auto value = [&](const char *what, const char *named, size_t index, DictionaryAttr attributes) {
    if (auto name = attributes ? attributes.getAs<StringAttr>("alt.name") : StringAttr())
      return file + ": " + named + " '" + name.str() + "'";
    return file + ": " + what + " " + std::to_string(index) + " of @" + function.getName().str();
  };
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
    if (auto error = refuse(type, value("argument", "input", index, function.getArgAttrDict(unsigned(index)))))
      return error;
  for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
    if (auto error = refuse(type, value("result", "output", index, function.getResultAttrDict(unsigned(index)))))
      return error;
  std::optional<Error> found;
  for (Operation &op : function.getBody().front()) {
    for (Type type : op.getResultTypes())
      if (isa<TensorType>(type) && !found)
        found = refuse(type, place(op.getLoc()) + "the result of '" +
                                 op.getName().getStringRef().str() + "'");
    bool memory = llvm::any_of(op.getResultTypes(), [](Type t) { return isa<MemRefType>(t); });
    bool scalar = llvm::any_of(op.getResultTypes(), [](Type t) { return !isa<TensorType>(t); });
    if (op.getNumRegions() && scalar && !found)
      found = Error{ErrorKind::unsupported,
                    place(op.getLoc()) + "'" + op.getName().getStringRef().str() +
                        "' has a result that is no tensor; make it a tensor of one element."};
    if ((memory || isa<CallOpInterface>(op)) && !found)
      found = Error{ErrorKind::unsupported,
                    place(op.getLoc()) + "'" + op.getName().getStringRef().str() +
                        "' is not supported: only operations on tensors are."};
    if (found)
      return found;
  }
  return std::nullopt;
}

static std::optional<Error> refuseForm(func::FuncOp function, const std::string &file) {
  std::string name = file + ": @" + function.getName().str();
  if (!function.getBody().hasOneBlock())
    return Error{ErrorKind::unsupported, name + " has branches; one block is needed."};
  if (function.getNumResults() == 0)
    return Error{ErrorKind::invalidInput, name + " returns nothing."};
  return refuse(function, file);
}

std::vector<func::FuncOp> Functions::all() const {
  std::vector<func::FuncOp> functions = {main};
  functions.insert(functions.end(), loops.begin(), loops.end());
  return functions;
}

Result<Functions> functionsOf(ModuleOp module, const std::filesystem::path &path) {
  std::string file = path.string();
  Functions found;
  std::vector<func::FuncOp> programs;
  for (func::FuncOp function : module.getOps<func::FuncOp>())
    if (!function.isDeclaration())
      (function->hasAttr(tripsAttribute) ? found.loops : programs).push_back(function);
  if (programs.empty())
    return Error{ErrorKind::invalidInput, file + ": the module is empty: it has no function."};
  if (programs.size() > 1) {
    std::string names;
    for (func::FuncOp function : programs)
      names += (names.empty() ? "@" : ", @") + function.getName().str();
    return Error{ErrorKind::invalidInput, file + ": the module has " +
                                              std::to_string(programs.size()) + " functions (" +
                                              names + ") where one is needed."};
  }
  found.main = programs.front();
  for (func::FuncOp function : found.all())
    if (std::optional<Error> error = refuseForm(function, file))
      return *error;
  return found;
}

} // namespace alt
