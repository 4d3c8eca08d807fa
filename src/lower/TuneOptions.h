// What tune.knob and tune.alternatives offer, as knobs of a space.
#pragma once
#include "alt/Result.h"
#include "mlir/Dialect/Transform/TuneExtension/TuneExtensionOps.h"
#include "space/TuneScript.h"
#include <optional>

namespace alt {

/// An integer, or a boolean as 0 or 1.
std::optional<int64_t> integerValue(mlir::Attribute);

/// The options in the script's order: a list, or llvm/lighthouse's dictionary with `options`,
/// `lower_bound`, `upper_bound`, `divisible_by`, `divides`. Empty when it is neither.
llvm::SmallVector<mlir::Attribute> optionsOf(mlir::transform::tune::KnobOp);

Result<Tunable> tunableOf(mlir::transform::tune::KnobOp);
Tunable tunableOf(mlir::transform::tune::AlternativesOp);

/// As a schedule's text has it: "8", "0.5", "avx", "1,0,2".
std::string optionText(mlir::Attribute);

/// The attribute behind option `option` of tunableOf(knob).
mlir::Attribute selection(mlir::transform::tune::KnobOp, uint16_t option);

} // namespace alt
