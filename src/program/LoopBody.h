// Loops of a program: each is a function that does one step, with attributes that say how its
// arguments and results meet those of the function around it (docs/importing.md).
#pragma once
#include "alt/Result.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "program/Cut.h"
#include <set>
#include <string>

namespace alt {

/// The loop whose result the argument is, or null.
mlir::StringAttr loopOf(mlir::BlockArgument);

struct LoopBody {
  using Binding = std::pair<mlir::BlockArgument, mlir::Value>;
  /// One step's part of a sequence: the first step takes the first, or the last where `isBackward`.
  struct Piece {
    mlir::Value piece, whole;
    bool isBackward;
  };
  int64_t trips;
  bool isWhile, mustEnd;       ///< the first state is the condition; must have ended within `trips`
  std::vector<Binding> states; ///< and what they begin with
  std::vector<mlir::Value> newStates;
  std::vector<Binding> finalStates; ///< arguments of the function around, and which states they are
  std::vector<Piece> slices;        ///< arguments
  std::vector<Piece> results;       ///< those that are asked for
  std::vector<Binding> captured;    ///< and what they are outside

  static Result<LoopBody> of(mlir::func::FuncOp body, mlir::func::FuncOp around);
};

/// In which order a function's loops can run, and which groups before and after which.
class LoopOrder {
public:
  explicit LoopOrder(mlir::func::FuncOp);
  /// All loops that the group waits for have run.
  bool mayRun(const Group &) const;
  /// The next loop, which counts as run from then on; none when no other is left that can.
  std::optional<std::string> next();

private:
  using Names = std::set<std::string>;
  llvm::DenseMap<mlir::Value, Names> needed;
  llvm::DenseMap<mlir::Operation *, Names> neededBy;
  std::vector<std::pair<std::string, Names>> left; ///< loops, and those that they wait for
  Names done;
};

} // namespace alt
