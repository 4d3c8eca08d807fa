// Writing loops over tensors and vectors by hand: one tensor is carried from step to step.
#pragma once
#include "lower/RegisterTile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include <array>

namespace alt {

class VectorCode {
public:
  VectorCode(mlir::OpBuilder &b, mlir::Location loc, int64_t lanes)
      : b(b), loc(loc), lanes(lanes) {}

  /// body(index, carried) for index = 0, step, ... below extent; no loop around a single step.
  template <class Body>
  mlir::Value loop(int64_t extent, int64_t step, mlir::Value carried, Body body) {
    return extent == step ? body(index(0), carried) : loop(index(extent), step, carried, body);
  }
  template <class Body>
  mlir::Value loop(mlir::Value extent, int64_t step, mlir::Value carried, Body body) {
    auto loop = mlir::scf::ForOp::create(b, loc, index(0), extent, index(step), carried);
    mlir::OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    mlir::Value result = body(loop.getInductionVar(), loop.getRegionIterArg(0));
    mlir::scf::YieldOp::create(b, loc, result);
    return loop.getResult(0);
  }

  /// body(index, chunk, carried) for one vector after the other, then for what is left over.
  template <class Body> mlir::Value overVectors(int64_t extent, mlir::Value carried, Body body) {
    int64_t whole = extent / lanes * lanes;
    if (whole)
      carried = loop(whole, lanes, carried, [&](mlir::Value at, mlir::Value inner) {
        return body(at, Chunk{0, lanes, lanes}, inner);
      });
    for (const Chunk &chunk : cutIntoChunks(extent - whole, lanes))
      carried = body(index(whole + chunk.start), chunk, carried);
    return carried;
  }

  template <class Then, class Else>
  mlir::Value either(mlir::Value condition, mlir::Type type, Then then, Else otherwise) {
    auto branches = mlir::scf::IfOp::create(b, loc, type, condition, /*withElseRegion=*/true);
    mlir::OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branches.thenBlock());
    mlir::scf::YieldOp::create(b, loc, then());
    b.setInsertionPointToStart(branches.elseBlock());
    mlir::scf::YieldOp::create(b, loc, otherwise());
    return branches.getResult(0);
  }

  /// Along the last dimension. Where `inside` is given and false, nothing is read and the lanes are
  /// `padding`; `at` is in the tensor all the same: without a lane to read, CPUs still need hundreds of
  /// cycles for an address on a page that is not there, as before a buffer's first element.
  mlir::Value read(mlir::Value tensor, llvm::ArrayRef<mlir::Value> at, const Chunk &,
                   mlir::TypedAttr padding, mlir::Value inside = {});

  /// shape[0] x shape[1] vectors along the last three dimensions. One write, since bufferisation
  /// takes time cubic in the number of writes.
  mlir::Value write(llvm::ArrayRef<mlir::Value> vectors, std::array<int64_t, 2> shape,
                    mlir::Value tensor, llvm::ArrayRef<mlir::Value> at, const Chunk &,
                    bool inBounds);

  /// low <= at <= high
  mlir::Value within(mlir::Value at, int64_t low, int64_t high);
  mlir::Value both(mlir::Value x, mlir::Value y) {
    return mlir::arith::AndIOp::create(b, loc, x, y);
  }

  mlir::Value index(int64_t i) { return mlir::arith::ConstantIndexOp::create(b, loc, i); }
  mlir::Value affine(mlir::AffineExpr, mlir::Value d0);
  mlir::Value add(mlir::Value x, mlir::Value y) {
    return b.createOrFold<mlir::arith::AddIOp>(loc, x, y);
  }
  mlir::Value add(mlir::Value x, int64_t y) { return add(x, index(y)); }
  mlir::Value subtract(mlir::Value x, mlir::Value y) {
    return b.createOrFold<mlir::arith::SubIOp>(loc, x, y);
  }
  mlir::Value atMost(mlir::Value x, int64_t most) {
    return mlir::arith::MinSIOp::create(b, loc, x, index(most));
  }
  mlir::Value clamp(mlir::Value x, int64_t least, int64_t most) {
    return mlir::arith::MaxSIOp::create(b, loc, atMost(x, most), index(least));
  }

private:
  mlir::OpBuilder &b;
  mlir::Location loc;
  int64_t lanes;
};

} // namespace alt
