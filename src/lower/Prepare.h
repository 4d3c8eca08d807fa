// From a workload's text to the module that a schedule is applied to.
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <string_view>

namespace alt {

/// Attribute names shared by the steps of lower/.
inline constexpr llvm::StringLiteral constantArgumentAttr = "alt.constant";
inline constexpr llvm::StringLiteral anchorAttr = "alt.anchor";
inline constexpr llvm::StringLiteral rootAttr = "alt.root";
/// Numbered: the fill and the epilogue's inner ops, fused with the anchor ...
inline constexpr llvm::StringLiteral bodyAttr = "alt.body";
/// ... and pads, which are done before it.
inline constexpr llvm::StringLiteral sideAttr = "alt.side";

/// Parses the text of Workload::linalg and returns the module, or null with a diagnostic.
mlir::OwningOpRef<mlir::ModuleOp> parseKernel(std::string_view text, mlir::MLIRContext &);

/// The module's one function.
mlir::func::FuncOp kernelFunction(mlir::ModuleOp);

/// The op that the loop nest to schedule comes from: of the linalg ops with reduction axes the one
/// with most points, else the one whose result is returned. Null when there is none.
mlir::linalg::LinalgOp findAnchor(mlir::func::FuncOp);

/// The linalg op whose only result the function returns; null when the function ends otherwise.
mlir::linalg::LinalgOp findRoot(mlir::func::FuncOp);

/// Named ops become generics, pads become fill and insert_slice (they are not tiled), anchor and
/// root are marked. Must come before the schedule.
void generalizeKernel(mlir::func::FuncOp);

/// The ops that its marks name, in a generalised kernel.
struct MarkedOps {
  mlir::linalg::LinalgOp root, anchor;
};
MarkedOps findMarked(mlir::ModuleOp);

/// The kernel as a schedule finds it. A user's script meets the operations that the user wrote
/// (`asWritten`), our schedules a generalised kernel. Null with a diagnostic when it does not
/// parse.
mlir::OwningOpRef<mlir::ModuleOp> prepareKernel(std::string_view text, bool asWritten,
                                                mlir::MLIRContext &);

/// A copy after a reduction that ends the kernel, so that every kernel ends in an elementwise op:
/// the root's tiles then start from nothing, and the anchor's fill is fused into each of them.
/// Costs nothing: the copy is of registers.
mlir::linalg::LinalgOp appendIdentity(mlir::RewriterBase &, mlir::linalg::LinalgOp anchor);

} // namespace alt
