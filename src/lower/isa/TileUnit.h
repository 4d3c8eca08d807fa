// The instructions of a tile unit as LLVM has them, one method each; or calls to functions that do
// the same, for machines without one (`alt_` and the instruction's name;
// tests/support/TileUnit.cpp).
#pragma once
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include <array>
#include <compare>

namespace alt {

/// Of each tile register, its rows and the bytes of a row; nothing of one that is not used.
struct TileShapes {
  static constexpr unsigned registers = 8;
  struct Shape {
    int64_t rows = 0, bytes = 0;
    bool operator==(const Shape &) const = default;
  };
  std::array<Shape, registers> of;
  bool operator==(const TileShapes &) const = default;
};

class TileUnit {
public:
  TileUnit(mlir::OpBuilder &b, mlir::ModuleOp module, bool emulated)
      : b(b), module(module), emulated(emulated) {}

  /// Sets the shapes; what the registers held is lost.
  void configure(mlir::Location, const TileShapes &);
  void release(mlir::Location);
  void zero(mlir::Location, unsigned tile);
  /// Rows are `stride` bytes apart. A stream passes L1 by.
  void load(mlir::Location, unsigned tile, mlir::Value pointer, mlir::Value stride, bool stream);
  void store(mlir::Location, unsigned tile, mlir::Value pointer, mlir::Value stride);
  /// sums += first * second
  void multiply(mlir::Location, llvm::StringRef instruction, unsigned sums, unsigned first,
                unsigned second);

private:
  void call(mlir::Location, llvm::StringRef instruction, mlir::ValueRange operands);
  mlir::Value number(mlir::Location, unsigned tile);
  std::string constantOf(const TileShapes &);

  mlir::OpBuilder &b;
  mlir::ModuleOp module;
  bool emulated;
};

} // namespace alt
