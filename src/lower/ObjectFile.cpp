#include "lower/Pipeline.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "space/ProductInstructions.h"
#include "llvm/Analysis/MemorySSAUpdater.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"

namespace alt {

using namespace mlir;

static std::string featuresOf(const Target &target) {
  size_t kept = target.features.size() - (emulatesTiles(target) ? emulatedTiles.size() : 0);
  return target.features.substr(0, kept);
}

static std::unique_ptr<llvm::TargetMachine> targetMachine(const Target &target) {
  static const bool initialised = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    llvm::InitializeNativeTargetAsmParser();
    return true;
  }();
  (void)initialised;
  std::string error;
  llvm::Triple triple(target.triple);
  const llvm::Target *found = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!found)
    return nullptr;
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Fast; // a*b+c in one rounding
  return std::unique_ptr<llvm::TargetMachine>(
      found->createTargetMachine(triple, target.cpu, featuresOf(target), options, llvm::Reloc::PIC_,
                                 std::nullopt, llvm::CodeGenOptLevel::Aggressive));
}

static void setFunctionAttributes(llvm::Module &module, const Target &target) {
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", target.cpu);
    function.addFnAttr("target-features", featuresOf(target));
    // Without it LLVM splits 512-bit vectors in two on the CPUs that once throttled (63 -> 165
    // GFLOP/s for a matmul).
    function.addFnAttr("prefer-vector-width", std::to_string(target.vectorBits));
    function.addFnAttr(llvm::Attribute::NoUnwind);
  }
}

namespace {
/// Carries so many vectors from step to step, the accumulators of a register tile, that they take
/// most of the registers.
bool fillsRegisters(const llvm::Loop &loop, const llvm::TargetTransformInfo &target) {
  auto accumulators = llvm::count_if(loop.getHeader()->phis(), [](const llvm::PHINode &carried) {
    return carried.getType()->isVectorTy();
  });
  return 2 * accumulators >
         target.getNumberOfRegisters(target.getRegisterClassForType(/*Vector=*/true));
}

/// As LLVM's, but what only the epilogue of a register tile reads, a bias for one, is read there:
/// it would else be held in registers beside the accumulators, and LLVM spills those.
struct LicmBesideRegisterTiles : llvm::PassInfoMixin<LicmBesideRegisterTiles> {
  llvm::PreservedAnalyses run(llvm::Loop &loop, llvm::LoopAnalysisManager &analyses,
                              llvm::LoopStandardAnalysisResults &results,
                              llvm::LPMUpdater &updater) {
    llvm::SmallPtrSet<llvm::Instruction *, 16> inside; // the loop, and read from memory
    for (llvm::BasicBlock *block : loop.blocks())
      for (llvm::Instruction &instruction : *block)
        if (instruction.getType()->isVectorTy() && llvm::isa<llvm::LoadInst>(instruction))
          inside.insert(&instruction);
    llvm::PreservedAnalyses preserved =
        llvm::LICMPass(llvm::LICMOptions()).run(loop, analyses, results, updater);
    auto tiles = loop.getLoopsInPreorder();
    llvm::erase_if(tiles, [&](const llvm::Loop *inner) {
      return inner == &loop || !fillsRegisters(*inner, results.TTI);
    });
    if (!tiles.empty() && loop.getLoopPreheader())
      for (llvm::Instruction &hoisted : llvm::make_early_inc_range(*loop.getLoopPreheader()))
        if (inside.contains(&hoisted))
          putBack(hoisted, loop, tiles, results);
    return preserved;
  }

private:
  static void putBack(llvm::Instruction &load, const llvm::Loop &loop,
                      llvm::ArrayRef<llvm::Loop *> tiles,
                      llvm::LoopStandardAnalysisResults &results) {
    llvm::Instruction *firstUser = nullptr;
    for (llvm::User *user : load.users()) {
      auto *at = llvm::cast<llvm::Instruction>(user);
      bool inTile = llvm::any_of(tiles, [&](const llvm::Loop *tile) { return tile->contains(at); });
      bool elsewhere = firstUser && firstUser->getParent() != at->getParent();
      if (!loop.contains(at) || inTile || elsewhere || llvm::isa<llvm::PHINode>(at))
        return;
      if (!firstUser || at->comesBefore(firstUser))
        firstUser = at;
    }
    if (!firstUser)
      return;
    load.moveBefore(firstUser->getIterator());
    if (auto *access = results.MSSA->getMemoryAccess(&load))
      llvm::MemorySSAUpdater(results.MSSA)
          .moveToPlace(access, firstUser->getParent(), llvm::MemorySSA::Beginning);
  }
};
} // namespace

/// Scheduled kernels come vectorised, unrolled and with accumulators in registers. What is left to
/// do is tidying; -O2 makes builds 1.3 to 1.9 times as long, and schedules worth finding no faster
/// (bench/README.md, which also says what loses).
static llvm::FunctionPassManager schedulePasses() {
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::SimplifyCFGPass());
  passes.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/true));
  passes.addPass(llvm::InstCombinePass());
  llvm::LoopPassManager loops;
  loops.addPass(LicmBesideRegisterTiles());
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(std::move(loops), /*UseMemorySSA=*/true));
  passes.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/true));
  passes.addPass(llvm::SimplifyCFGPass());
  return passes;
}

static void optimise(llvm::Module &module, llvm::TargetMachine &machine, bool allPasses) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  llvm::ModulePassManager passes;
  if (allPasses)
    passes = builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2);
  else
    passes.addPass(llvm::createModuleToFunctionPassAdaptor(schedulePasses()));
  passes.run(module, modules);
}

LogicalResult emitObject(ModuleOp module, const Target &target, const std::string &path,
                         bool allPasses) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> llvmModule = translateModuleToLLVMIR(module, context);
  if (!llvmModule)
    return failure();
  std::unique_ptr<llvm::TargetMachine> machine = targetMachine(target);
  if (!machine)
    return module.emitError("LLVM has no code generator for ") << target.triple;
  llvmModule->setTargetTriple(machine->getTargetTriple());
  llvmModule->setDataLayout(machine->createDataLayout());
  setFunctionAttributes(*llvmModule, target);
  optimise(*llvmModule, *machine, allPasses);

  std::error_code code;
  llvm::raw_fd_ostream out(path, code, llvm::sys::fs::OF_None);
  if (code)
    return module.emitError("cannot write ") << path << ": " << code.message();
  llvm::legacy::PassManager codegen;
  if (machine->addPassesToEmitFile(codegen, out, nullptr, llvm::CodeGenFileType::ObjectFile))
    return module.emitError("LLVM cannot emit an object for ") << target.triple;
  codegen.run(*llvmModule);
  out.close();
  if (out.has_error())
    return module.emitError("cannot write ") << path << ": " << out.error().message();
  return success();
}

} // namespace alt
