#include "program/LoopBody.h"
#include "mlir/IR/BuiltinTypes.h"
#include "program/ReadModule.h"
#include "program/Simplify.h"

namespace alt {

using namespace mlir;

StringAttr loopOf(BlockArgument argument) {
  auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
  return function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), loopAttribute);
}

namespace {
/// Reads the attributes, and finds what is bound to what.
class Reader {
public:
  Reader(func::FuncOp body, func::FuncOp around) : body(body), around(around) {}

  Result<LoopBody> run() {
    auto trips = body->getAttrOfType<IntegerAttr>(tripsAttribute);
    auto states = body->getAttrOfType<IntegerAttr>("alt.states");
    auto slices = body->getAttrOfType<DenseI64ArrayAttr>("alt.slices");
    auto pieces = body->getAttrOfType<DenseI64ArrayAttr>("alt.pieces");
    if (!trips || !states || !slices || !pieces || trips.getInt() < 1 || states.getInt() < 0)
      return wrong("lacks alt.states, alt.slices or alt.pieces, or takes no step");
    found.trips = trips.getInt();
    found.isWhile = body->hasAttr("alt.while");
    found.mustEnd = body->hasAttr("alt.must_end");
    if (!bindOperands(size_t(states.getInt()), slices.asArrayRef()) ||
        !bindResults(pieces.asArrayRef()) || (found.isWhile && found.states.empty()))
      return wrong("does not fit the function around it");
    return std::move(found);
  }

private:
  Error wrong(const std::string &what) {
    return {ErrorKind::invalidInput, "The loop '" + body.getName().str() + "' " + what + "."};
  }

  static bool isPiece(mlir::Value piece, mlir::Value whole, int64_t trips) {
    auto small = cast<RankedTensorType>(piece.getType()),
         large = cast<RankedTensorType>(whole.getType());
    return large.getRank() == small.getRank() + 1 && large.getDimSize(0) == trips &&
           large.getShape().drop_front() == small.getShape() &&
           large.getElementType() == small.getElementType();
  }

  // States, slices and what is captured, in the order of the arguments; weights and inner loops'
  // results are bound elsewhere.
  bool bindOperands(size_t states, ArrayRef<int64_t> directions) {
    std::vector<mlir::Value> operands;
    for (auto [i, operand] :
         llvm::enumerate(around.getBody().front().getTerminator()->getOperands()))
      if (auto name = around.getResultAttrOfType<StringAttr>(unsigned(i), loopAttribute);
          name && name == body.getName())
        operands.push_back(operand);
    size_t next = 0, slice = 0;
    for (BlockArgument argument : body.getArguments()) {
      if (weightOf(argument) || loopOf(argument))
        continue;
      if (next == operands.size())
        return false;
      mlir::Value operand = operands[next++];
      if (found.states.size() < states) {
        found.states.push_back({argument, operand});
      } else if (slice < directions.size()) {
        found.slices.push_back({argument, operand, directions[slice++] < 0});
        if (!isPiece(argument, operand, found.trips))
          return false;
        continue;
      } else {
        found.captured.push_back({argument, operand});
      }
      if (argument.getType() != operand.getType())
        return false;
    }
    return next == operands.size() && found.states.size() == states && slice == directions.size();
  }

  bool bindResults(ArrayRef<int64_t> directions) {
    std::vector<mlir::Value> results;
    for (auto [i, result] : llvm::enumerate(body.getBody().front().getTerminator()->getOperands()))
      if (!body.getResultAttr(unsigned(i), loopAttribute))
        results.push_back(result);
    if (results.size() != found.states.size() + directions.size())
      return false;
    for (size_t s = 0; s < found.states.size(); ++s) {
      if (results[s].getType() != found.states[s].first.getType())
        return false;
      found.newStates.push_back(results[s]);
    }
    for (BlockArgument argument : around.getArguments()) {
      if (StringAttr name = loopOf(argument); !name || name != body.getName())
        continue;
      auto index = around.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(), "alt.result");
      if (!index || index.getInt() < 0 || size_t(index.getInt()) >= results.size())
        return false;
      size_t result = size_t(index.getInt());
      if (result < found.states.size()) {
        if (argument.getType() != found.states[result].first.getType())
          return false;
        found.finalStates.push_back({argument, found.states[result].first});
        continue;
      }
      if (!isPiece(results[result], argument, found.trips))
        return false;
      found.results.push_back(
          {results[result], argument, directions[result - found.states.size()] < 0});
    }
    return true;
  }

  func::FuncOp body, around;
  LoopBody found;
};
} // namespace

Result<LoopBody> LoopBody::of(func::FuncOp body, func::FuncOp around) {
  return Reader(body, around).run();
}

LoopOrder::LoopOrder(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    if (StringAttr loop = loopOf(argument))
      needed[argument].insert(loop.str());
  for (Operation &op : function.getBody().front()) {
    Names names;
    op.walk([&](Operation *inner) {
      for (mlir::Value operand : inner->getOperands())
        if (auto found = needed.find(operand); found != needed.end())
          names.insert(found->second.begin(), found->second.end());
    });
    neededBy[&op] = names;
    for (mlir::Value result : op.getResults())
      needed[result] = names;
  }
  for (auto [i, operand] :
       llvm::enumerate(function.getBody().front().getTerminator()->getOperands()))
    if (auto name = function.getResultAttrOfType<StringAttr>(unsigned(i), loopAttribute)) {
      auto loop = llvm::find_if(left, [&](auto &other) { return other.first == name.str(); });
      if (loop == left.end())
        loop = left.insert(left.end(), {name.str(), {}});
      const Names &names = needed[operand];
      loop->second.insert(names.begin(), names.end());
    }
}

bool LoopOrder::mayRun(const Group &group) const {
  return llvm::all_of(group.ops, [&](Operation *op) {
    return llvm::all_of(neededBy.lookup(op),
                        [&](const std::string &name) { return done.contains(name); });
  });
}

std::optional<std::string> LoopOrder::next() {
  auto ready = llvm::find_if(left, [&](auto &loop) {
    return llvm::all_of(loop.second, [&](const std::string &name) { return done.contains(name); });
  });
  if (ready == left.end())
    return std::nullopt;
  std::string name = ready->first;
  left.erase(ready);
  done.insert(name);
  return name;
}

} // namespace alt
