// What is to be made fast: one kernel's loop nest and operands, without a schedule and without MLIR.
#pragma once
#include "alt/Result.h"
#include "alt/tensor/ElementType.h"
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alt {

enum class AxisKind { parallel, reduction };

/// One loop of the anchor op, in the order of its iteration space.
struct Axis {
  std::string name; ///< "i0", "i1", ... ; unique in the nest
  int64_t extent = 1;
  AxisKind kind = AxisKind::parallel;
};

/// One index of an operand: the sum of coefficient * axis, plus a constant.
struct IndexExpr {
  struct Term {
    unsigned axis;
    int64_t coefficient;
    bool operator==(const Term &) const = default;
  };
  std::vector<Term> terms;
  int64_t constant = 0;
  bool operator==(const IndexExpr &) const = default;
};

/// One operand of the anchor op and how the loop axes index it.
struct Operand {
  std::string name;
  ElementType type = ElementType::f32;
  std::vector<int64_t> shape;
  std::vector<IndexExpr> index; ///< one for each dimension of `shape`
  bool isOutput = false;
  bool isConstant = false; ///< known before the first run (a weight): may be re-laid out ahead of time
  /// Where the kernel pads what it reads: elements before and after, one for each dimension of
  /// `shape` (which counts them). Empty when it does not.
  std::vector<int64_t> padLow = {}, padHigh = {};
};

/// What an elementwise op leaves that is fused with the anchor (the fill before it, the epilogue).
struct FusedResult {
  std::vector<unsigned> axes; ///< the anchor's, along each dimension longer than one, outermost first
  bool wide = false;          ///< elements of 64 bits: half as many in a vector
  bool operator==(const FusedResult &) const = default;
};

/// One argument of the kernel function: inputs in order, then outputs. Dense, row-major.
struct Argument {
  std::string name;
  ElementType type = ElementType::f32;
  std::vector<int64_t> shape;
  bool isOutput = false;
  bool isConstant = false;
  int64_t elements() const;
  int64_t byteSize() const { return elements() * alt::bytes(type); }
};

enum class AnchorKind {
  contraction, ///< matmul, batch matmul, matrix-vector: projected-permutation maps, mul-add body
  convolution, ///< some operand is indexed by a sum of two axes (also depthwise, 1-D, 3-D)
  reduction,   ///< pooling (window) or any other reduction
  elementwise, ///< no reduction axis
};
std::string_view name(AnchorKind);

struct WorkloadId {
  uint64_t value = 0;
  auto operator<=>(const WorkloadId &) const = default;
  std::string hex() const; ///< 16 lower-case digits
};

/// One tensor computation to tune. Two workloads with equal ids may share tuning records.
struct Workload {
  std::string name; ///< for people: "conv_56x56x64_64_3x3s1"
  WorkloadId id;    ///< FNV-1a of `linalg` and `script`; the same on every machine, in every run
  AnchorKind anchor = AnchorKind::elementwise;
  /// Of the anchor op. Empty when the kernel has no single loop nest to schedule (a concatenation, a
  /// gather, a loop): such a kernel is lowered as plain loops and has one legal schedule.
  std::vector<Axis> axes;
  std::vector<Operand> operands;   ///< of the anchor op; outputs last
  std::vector<FusedResult> fusedResults; ///< the kinds there are, in no order
  std::vector<Argument> arguments; ///< of the kernel function; inputs, then outputs
  uint64_t flops = 0;              ///< nominal; a multiply-add counts two
  unsigned prologueOps = 0;        ///< pads taken along
  unsigned epilogueOps = 0;        ///< elementwise ops taken along
  /// Canonical MLIR: a module with one `func.func @kernel(tensor...) -> tensor...`, static shapes.
  /// Constant arguments carry the attribute `alt.constant`. Only lower/ and program/ parse it.
  std::string linalg;
  /// The user's own transform script, whose open choices are then the search space (useScript).
  /// Empty: the space is derived from the loop nest.
  std::string script;
  /// False: there is one way to compile it, plain loops.
  bool tunable() const { return !axes.empty() || !script.empty(); }
};

/// FNV-1a over the text.
WorkloadId workloadId(std::string_view linalg);

/// One JSON document; from(to(w)) == w. Crosses the pipe to the build workers.
std::string toJson(const Workload &);
Result<Workload> workloadFromJson(std::string_view);

} // namespace alt
