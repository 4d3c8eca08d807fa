#include "lower/Interpret.h"
#include "mlir/Dialect/Linalg/TransformOps/LinalgTransformOps.h"
#include "mlir/Dialect/Transform/IR/TransformOps.h"
#include "mlir/Dialect/Transform/Transforms/TransformInterpreterUtils.h"

namespace alt {

using namespace mlir;

LogicalResult interpret(ModuleOp script, ModuleOp kernel) {
  auto entry = transform::detail::findTransformEntryPoint(script, {});
  if (!entry)
    return failure();
  return transform::applyTransformNamedSequence(kernel, entry, script,
                                                transform::TransformOptions());
}

Operation *findUnmatched(ModuleOp script, ModuleOp kernel) {
  auto entry = transform::detail::findTransformEntryPoint(script, {});
  if (!entry)
    return nullptr;
  // To the interpreter a handle to nothing is fine. Behind each match goes a check that it is not,
  // and that is told from other failures by its location.
  OpBuilder builder(script.getContext());
  auto number = transform::ParamType::get(builder.getContext(), builder.getI64Type());
  llvm::DenseMap<Location, Operation *> matches;
  SmallVector<transform::MatchOp> checked;
  for (auto match : entry->getRegion(0).front().getOps<transform::MatchOp>())
    if (match.getOps() || match.getOpAttrs())
      checked.push_back(match);
  for (auto [i, match] : llvm::enumerate(checked)) {
    Location mark = NameLoc::get(builder.getStringAttr("match " + Twine(i)), match.getLoc());
    matches[mark] = match;
    builder.setInsertionPointAfter(match);
    Value found = transform::NumAssociationsOp::create(builder, mark, number, match.getResults());
    Value one =
        transform::ParamConstantOp::create(builder, mark, number, builder.getI64IntegerAttr(1));
    transform::MatchParamCmpIOp::create(builder, mark, found, one,
                                        transform::MatchCmpIPredicate::ge);
  }
  Operation *unmatched = nullptr;
  ScopedDiagnosticHandler handler(script.getContext(), [&](Diagnostic &diagnostic) {
    if (!unmatched)
      unmatched = matches.lookup(diagnostic.getLocation());
    return success();
  });
  (void)interpret(script, kernel);
  return unmatched;
}

} // namespace alt
