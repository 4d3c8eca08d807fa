#include "lower/isa/TileUnit.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace alt {

using namespace mlir;

void TileUnit::call(Location loc, StringRef instruction, ValueRange operands) {
  if (!emulated) {
    LLVM::CallIntrinsicOp::create(b, loc, b.getStringAttr("llvm.x86." + instruction), operands);
    return;
  }
  std::string name = "alt_" + instruction.str();
  if (!module.lookupSymbol(name)) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(module.getBody());
    auto declared = func::FuncOp::create(b, loc, name, b.getFunctionType(operands.getTypes(), {}));
    declared.setPrivate();
  }
  func::CallOp::create(b, loc, name, TypeRange(), operands);
}

Value TileUnit::number(Location loc, unsigned tile) {
  return LLVM::ConstantOp::create(b, loc, b.getI8Type(),
                                  b.getI8IntegerAttr(static_cast<int8_t>(tile)));
}

/// The 64 bytes that the configuration is loaded from.
static std::array<uint8_t, 64> bytesOf(const TileShapes &shapes) {
  std::array<uint8_t, 64> bytes = {1}; // the palette
  for (unsigned tile = 0; tile < TileShapes::registers; ++tile) {
    bytes[16 + 2 * tile] = static_cast<uint8_t>(shapes.of[tile].bytes);
    bytes[48 + tile] = static_cast<uint8_t>(shapes.of[tile].rows);
  }
  return bytes;
}

/// A global of the module; the same for the same shapes.
std::string TileUnit::constantOf(const TileShapes &shapes) {
  auto type = RankedTensorType::get({64}, b.getI8Type());
  std::array<uint8_t, 64> bytes = bytesOf(shapes);
  auto value = DenseElementsAttr::getFromRawBuffer(
      type, ArrayRef(reinterpret_cast<const char *>(bytes.data()), bytes.size()));
  unsigned number = 0;
  for (auto global : module.getOps<memref::GlobalOp>()) {
    if (!global.getSymName().starts_with("alt_tile_shapes"))
      continue;
    if (global.getInitialValue() == value)
      return global.getSymName().str();
    ++number;
  }
  std::string name = "alt_tile_shapes" + std::to_string(number);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(module.getBody());
  memref::GlobalOp::create(b, module.getLoc(), name, b.getStringAttr("private"),
                           MemRefType::get({64}, b.getI8Type()), value, /*constant=*/true,
                           b.getI64IntegerAttr(64));
  return name;
}

void TileUnit::configure(Location loc, const TileShapes &shapes) {
  Value memory =
      memref::GetGlobalOp::create(b, loc, MemRefType::get({64}, b.getI8Type()), constantOf(shapes));
  Value address = memref::ExtractAlignedPointerAsIndexOp::create(b, loc, memory);
  Value number = arith::IndexCastOp::create(b, loc, b.getI64Type(), address);
  Value pointer =
      LLVM::IntToPtrOp::create(b, loc, LLVM::LLVMPointerType::get(b.getContext()), number);
  call(loc, "ldtilecfg", pointer);
}

void TileUnit::release(Location loc) { call(loc, "tilerelease", {}); }

void TileUnit::zero(Location loc, unsigned tile) { call(loc, "tilezero", number(loc, tile)); }

void TileUnit::load(Location loc, unsigned tile, Value pointer, Value stride, bool stream) {
  call(loc, stream ? "tileloaddt164" : "tileloadd64", {number(loc, tile), pointer, stride});
}

void TileUnit::store(Location loc, unsigned tile, Value pointer, Value stride) {
  call(loc, "tilestored64", {number(loc, tile), pointer, stride});
}

void TileUnit::multiply(Location loc, StringRef instruction, unsigned sums, unsigned first,
                        unsigned second) {
  call(loc, instruction, {number(loc, sums), number(loc, first), number(loc, second)});
}

} // namespace alt
