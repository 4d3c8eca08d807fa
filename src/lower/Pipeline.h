// The fixed way from a scheduled kernel to LLVM IR, one step at a time.
#pragma once
#include "alt/KernelPlan.h"
#include "alt/Target.h"
#include "mlir/IR/BuiltinOps.h"

namespace alt {

/// Tensors -> memrefs, in place; allocations out of loops; copies as loops.
mlir::LogicalResult bufferizeKernel(mlir::ModuleOp);

/// What is left of linalg, vectors, loops and memrefs -> the LLVM dialect. Stage functions become
/// `void f(ptr..., i64, i64)`.
mlir::LogicalResult lowerToLlvmDialect(mlir::ModuleOp);

/// LLVM dialect -> object file, for the target's CPU. `allPasses` asks for plain -O2 with the loop
/// vectoriser; scheduled kernels are vectorised already and get the few passes that serve them.
mlir::LogicalResult emitObject(mlir::ModuleOp, const Target &, const std::string &path,
                               bool allPasses);

} // namespace alt
