// Workload and KernelPlan as JSON: what crosses the pipes to the measuring children.
#include "alt/CheckWorkload.h"
#include "alt/KernelPlan.h"
#include "support/Json.h"

namespace alt {

using Json = nlohmann::json;

static void to_json(Json &json, ElementType type) { json = name(type); }
static void from_json(const Json &json, ElementType &type) {
  std::optional<ElementType> known = elementTypeNamed(json.get<std::string>());
  if (!known) // as the library says it; fromJson turns it into an error
    throw Json::type_error::create(302, "no element type is called " + json.dump(), &json);
  type = *known;
}
NLOHMANN_JSON_SERIALIZE_ENUM(AnchorKind, {{AnchorKind::elementwise, "elementwise"},
                                          {AnchorKind::contraction, "contraction"},
                                          {AnchorKind::convolution, "convolution"},
                                          {AnchorKind::reduction, "reduction"}})
NLOHMANN_JSON_SERIALIZE_ENUM(AxisKind,
                             {{AxisKind::parallel, "parallel"}, {AxisKind::reduction, "reduction"}})
NLOHMANN_JSON_SERIALIZE_ENUM(BufferRef::Kind, {{BufferRef::Kind::argument, "argument"},
                                               {BufferRef::Kind::scratch, "scratch"}})
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Axis, name, extent, kind)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(IndexExpr::Term, axis, coefficient)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(IndexExpr, terms, constant)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Operand, name, type, shape, index, isOutput, isConstant, padLow,
                                   padHigh)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FusedResult, axes, wide)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Argument, name, type, shape, isOutput, isConstant)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WorkloadId, value)
// Records keep workloads: one that was written before a field existed has its default.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Workload, name, id, anchor, axes, operands,
                                                fusedResults, arguments, flops, prologueOps,
                                                epilogueOps, linalg, script)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BufferRef, kind, index)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Stage, symbol, buffers, units, ahead)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Scratch, bytes, persistent)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KernelPlan, scratch, stages)

// The library reports by exceptions; they end here.
template <class T> static Result<T> fromJson(std::string_view text, std::string_view what) {
  try {
    return parseJson(text).get<T>();
  } catch (const std::exception &e) {
    return Error{ErrorKind::invalidInput, std::string(what) + ": " + e.what() + "."};
  }
}

std::string toJson(const Workload &workload) { return Json(workload).dump(); }
Result<Workload> workloadFromJson(std::string_view text) {
  Result<Workload> workload = fromJson<Workload>(text, "Not a workload");
  if (workload)
    if (std::string wrong = whatIsWrong(*workload); !wrong.empty())
      return Error{ErrorKind::invalidInput, "Not a workload: " + wrong + "."};
  return workload;
}

std::string toJson(const KernelPlan &plan) { return Json(plan).dump(); }
Result<KernelPlan> kernelPlanFromJson(std::string_view text) {
  return fromJson<KernelPlan>(text, "Not a kernel plan");
}

} // namespace alt
