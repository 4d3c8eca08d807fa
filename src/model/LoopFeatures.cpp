// A schedule as the machine meets it: one row of ratios and logarithms that mean the same for every
// kernel and shape. docs/features.md defines each.
#include "alt/Features.h"
#include "model/NestCost.h"
#include "space/AlgorithmSpace.h"
#include <algorithm>
#include <cassert>
#include <cmath>

namespace alt {

namespace {

using Along = OperandAccess::Along;

/// Operands by what they do in the register tile, so that a column means the same for a matmul's B
/// and a convolution's filter: the output, the larger input that vectors run along, the largest
/// other input. Absent roles are -1.
constexpr unsigned roleCount = 3;
constexpr const char *roleNames[roleCount] = {"out.", "vec.", "other."};
using Roles = std::array<int, roleCount>;

Roles rolesFor(const NestModel &model, unsigned vectorAxis) {
  Roles roles = {-1, -1, -1};
  auto larger = [&](size_t o, int than) {
    return than < 0 ||
           model.operands[o].totalBytes() > model.operands[static_cast<size_t>(than)].totalBytes();
  };
  for (size_t o = 0; o < model.operands.size(); ++o) {
    const OperandAccess &access = model.operands[o];
    if (access.isOutput() && roles[0] < 0)
      roles[0] = static_cast<int>(o);
    else if (!access.isOutput() && access.moves(vectorAxis) && larger(o, roles[1]))
      roles[1] = static_cast<int>(o);
  }
  for (size_t o = 0; o < model.operands.size(); ++o)
    if (static_cast<int>(o) != roles[0] && static_cast<int>(o) != roles[1] && larger(o, roles[2]))
      roles[2] = static_cast<int>(o);
  return roles;
}

/// log2, with a floor for what may be zero.
float lg(float value) { return std::log2(std::max(value, 1e-6f)); }

/// The two ends that describe() may have: names once, values often. One list keeps them in step.
struct NameSink {
  std::vector<std::string> &names;
  const char *prefix = "";
  void operator()(const char *name, float) { names.push_back(std::string(prefix) + name); }
};

struct RowSink {
  float *out;
  const char *prefix = "";
  void operator()(const char *, float value) { *out++ = value; }
};

template <class Sink>
void describeOperand(Sink &put, const NestModel &model, const LoopNest &nest, const NestCost &cost,
                     const OperandAccess &access, const OperandCost &operand) {
  float tileIterations = cost.bodyIterations * cost.reductionTrips;
  Along along = access.along(nest.vectorAxis);
  put("along_vector", along == Along::contiguous ? 2 : along == Along::broadcast ? 1 : -1);
  put("body_loads_share", operand.loads / std::max(1.0f, cost.bodyOperations));
  put("body_reuse", lg(cost.bodyIterations / operand.body.elements));
  put("tile_bytes", lg(operand.registerTile.bytes));
  put("tile_fit_l1", lg(operand.registerTile.l1 / model.cacheBytes[0]));
  put("tile_reuse", lg(tileIterations / operand.registerTile.elements));
  put("tile_line_waste", lg(operand.registerTile.lines * 64 / operand.registerTile.bytes));
  put("tile_pages", lg(operand.registerTile.pages));
  put("tile_crowding_l1", lg(operand.registerTile.l1 / (operand.registerTile.lines * 64)));
  put("cache_fit_l2", lg(operand.cacheTile.l2 / model.cacheBytes[1]));
  put("cache_pages", lg(operand.cacheTile.pages));
  put("whole_fit_l2", lg(operand.whole.bytes / model.cacheBytes[1]));
  put("step_bytes", lg(1 + std::fabs(operand.stepBytes)));
  put("reuse_distance_l1", lg(operand.reuseDistance / model.cacheBytes[0]));
  put("moved_by_register_loop", operand.movedByRegisterLoop);
  put("moved_by_cache_loop", operand.movedByCacheLoop);
  float perOperation = model.lanes / (model.iterations * model.arithmetic);
  put("traffic_l1", lg(operand.traffic[0] * perOperation));
  put("traffic_l2", lg(operand.traffic[1] * perOperation));
  put("traffic_l3", lg(operand.traffic[2] * perOperation));
  put("packed", operand.panel > 0);
}

template <class Sink>
void describeNest(Sink &put, const NestModel &model, const LoopNest &nest, const NestCost &cost,
                  unsigned threads) {
  float perOperation = model.lanes / (model.iterations * model.arithmetic);
  put("efficiency", lg(cost.idealCycles / cost.cycles));
  put("core_cycles", lg(cost.coreCycles / cost.idealCycles));
  put("tile_cycles", lg(cost.tileCycles / cost.idealCycles));
  put("memory_cycles", lg(cost.memoryCycles / cost.idealCycles));
  put("traffic_l1", lg(cost.traffic[0] * perOperation));
  put("traffic_l2", lg(cost.traffic[1] * perOperation));
  put("traffic_l3", lg(cost.traffic[2] * perOperation));
  put("accumulators", lg(cost.accumulators));
  put("registers_used",
      (cost.accumulators + std::min(cost.rowVectors, 4.0f) + 1) / model.registers);
  put("row_vectors", lg(cost.rowVectors));
  put("rows", lg(cost.rows));
  put("lane_use", cost.laneUse);
  put("whole_tile_share", cost.wholeTileShare);
  put("tail_axes", cost.tailAxes);
  put("unroll", lg(cost.unroll));
  put("code_size", lg(cost.accumulators * cost.unroll * cost.copies));
  put("operations_per_load", lg(cost.bodyOperations / std::max(1.0f, cost.bodyLoads)));
  put("body_cycles_share", lg(cost.bodyOperations / 2 / cost.bodyCycles));
  put("loop_overhead", lg(1.5f / cost.bodyCycles));
  put("latency_hidden", std::min(1.0f, cost.accumulators / 8));
  put("innermost_trips", lg(cost.innermostTrips));
  put("reduction_trips", lg(cost.reductionTrips));
  put("register_trips", lg(cost.registerTrips));
  put("block_trips", lg(cost.blockTrips));
  put("cache_trips", lg(cost.cacheTrips));
  put("unit_trips", lg(cost.unitTrips));
  put("blocked", nest.blocked());
  put("vector_reduction", cost.vectorReduction);
  put("tile_fit_l1", lg(cost.registerTileFill[0] / model.cacheBytes[0]));
  put("tile_fit_l2", lg(cost.registerTileFill[1] / model.cacheBytes[1]));
  put("cache_fit_l1", lg(cost.cacheTileFill[0] / model.cacheBytes[0]));
  put("cache_fit_l2", lg(cost.cacheTileFill[1] / model.cacheBytes[1]));
  put("cache_fit_l3", lg(cost.cacheTileFill[2] / model.cacheBytes[2]));
  put("unit_fit_l2", lg(cost.unitFill[1] / model.cacheBytes[1]));
  put("packed_traffic", lg(cost.packedBytes * perOperation));
  put("pad_traffic", lg(cost.paddedBytes * perOperation));
  put("skip_pad", nest.skipPad);
  float perThread = cost.unitTrips / static_cast<float>(threads);
  put("thread_balance", perThread / std::ceil(perThread));
}

/// The knobs by role rather than by axis: vectors' axis, the other parallel axes by register tile,
/// the reductions by extent.
template <class Sink> void describeKnobs(Sink &put, const LoopNest &nest) {
  float vectorReg = 1, vectorTile = 1, reg1 = 1, reg2 = 1, tile1 = 1, tile2 = 1;
  float block = 1, longest = 1, others = 1;
  for (unsigned a = 0; a < nest.axes.size(); ++a) {
    const LoopNest::Level &axis = nest.axes[a];
    auto reg = static_cast<float>(std::min(axis.reg, axis.tile)),
         tile = static_cast<float>(axis.tile);
    if (a == nest.vectorAxis) {
      vectorReg = reg;
      vectorTile = tile;
    } else if (axis.kind == AxisKind::parallel) {
      if (reg > reg1)
        std::swap(reg, reg1);
      reg2 = std::max(reg2, reg);
      if (tile > tile1)
        std::swap(tile, tile1);
      tile2 = std::max(tile2, tile);
    } else if (static_cast<float>(axis.extent) > longest) {
      others *= block;
      longest = static_cast<float>(axis.extent);
      block = tile;
    } else {
      others *= tile;
    }
  }
  float unroll = 1;
  if (!nest.reductionOrder.empty())
    unroll = static_cast<float>(nest.axes[nest.reductionOrder.back()].reg);
  put("vector_reg", lg(vectorReg));
  put("vector_tile", lg(vectorTile));
  put("reg_1", lg(reg1));
  put("reg_2", lg(reg2));
  put("tile_1", lg(tile1));
  put("tile_2", lg(tile2));
  put("block", lg(block));
  put("block_others", lg(others));
  put("innermost_unroll", lg(unroll));
  put("vector_innermost", !nest.innerOrder.empty() && nest.innerOrder.back() == nest.vectorAxis);
  put("vector_outermost", !nest.outerOrder.empty() && nest.outerOrder.front() == nest.vectorAxis);
}

class LoopFeatures final : public FeatureExtractor {
public:
  LoopFeatures(const Workload &workload, const AlgorithmSpace &space, const Target &target)
      : space(space) {
    float bytes = 0, flops = static_cast<float>(workload.flops);
    for (const Argument &argument : workload.arguments)
      bytes += static_cast<float>(argument.byteSize());
    for (const AlgorithmSpace::Algorithm &algorithm : space.algorithms()) {
      Described &described =
          nests.emplace_back(Described{NestModel(algorithm.workload, target, algorithm.tiles), {}, {}});
      for (unsigned a = 0; a < std::max<size_t>(1, algorithm.workload.axes.size()); ++a)
        described.roles.push_back(rolesFor(described.model, a));
      described.kernelValues = {lg(flops),
                                lg(described.model.iterations * described.model.share() /
                                   std::max(1.0f, flops)),
                                lg(bytes / static_cast<float>(target.l2Bytes)),
                                lg(flops / std::max(1.0f, bytes)),
                                static_cast<float>(workload.prologueOps),
                                static_cast<float>(workload.epilogueOps)};
    }
    LoopNest nest;
    NestCost cost;
    NameSink sink{columnNames};
    describe(space.defaultSchedule(), nest, cost, sink);
  }

  std::string_view version() const override { return loopFeaturesVersion; }
  std::span<const std::string> names() const override { return columnNames; }

  void extract(const Schedule &schedule, std::span<float> row) const override {
    assert(row.size() == columnNames.size() && "a row has a value for every name");
    thread_local LoopNest nest; // its vectors are reused: nothing is allocated from row to row
    NestCost cost;
    RowSink sink{row.data()};
    describe(schedule, nest, cost, sink);
    assert(sink.out == row.data() + row.size() && "names and values come from one list");
  }

private:
  template <class Sink>
  void describe(const Schedule &schedule, LoopNest &nest, NestCost &cost, Sink &put) const {
    space.decode(schedule, nest);
    const auto &[model, roles, kernelValues] = nests[space.chosen(schedule)];
    analyse(model, nest, cost);
    static constexpr const char *kernelNames[] = {"kernel.flops",    "kernel.iterations_per_flop",
                                                  "kernel.fit_l2",   "kernel.intensity",
                                                  "kernel.prologue", "kernel.epilogue"};
    for (size_t i = 0; i < kernelValues.size(); ++i)
      put(kernelNames[i], kernelValues[i]);
    describeNest(put, model, nest, cost, space.threadCount());
    const Roles &role = roles[nest.vectorAxis];
    for (unsigned r = 0; r < roleCount; ++r) {
      put.prefix = roleNames[r];
      if (role[r] >= 0) {
        auto o = static_cast<size_t>(role[r]);
        describeOperand(put, model, nest, cost, model.operands[o], cost.operands[o]);
      } else {
        describeOperand(put, model, nest, cost, absent, nothing);
      }
    }
    put.prefix = "knob.";
    describeKnobs(put, nest);
  }

  /// One algorithm's loop nest.
  struct Described {
    NestModel model;
    std::vector<Roles> roles;        ///< by vector axis
    std::vector<float> kernelValues; ///< the same in every row of it
  };
  AlgorithmSpace space;
  std::vector<Described> nests;
  std::vector<std::string> columnNames;
  OperandAccess absent{Operand{}, 4096, 4096}; ///< a role that no operand plays
  OperandCost nothing = noCost();

  static OperandCost noCost() {
    OperandCost cost;
    for (auto *touched : {&cost.body, &cost.registerTile, &cost.cacheTile, &cost.whole})
      *touched = {1, 1, 1.0f / 64, 1, 1, 1};
    cost.movedByRegisterLoop = cost.movedByCacheLoop = false;
    return cost;
  }
};

} // namespace

std::unique_ptr<FeatureExtractor> makeLoopFeatures(const Workload &workload,
                                                   const SearchSpace &space, const Target &target) {
  const auto *loops = dynamic_cast<const AlgorithmSpace *>(&space);
  assert(loops && "loop features describe the spaces of makeSearchSpace");
  return std::make_unique<LoopFeatures>(workload, *loops, target);
}

size_t loopFeatureCount() {
  static const size_t count = [] { // the same of every kernel
    Workload workload;
    workload.axes = {{"i0", 64, AxisKind::parallel}};
    Operand in{"in0", ElementType::f32, {64}, {IndexExpr{{{0, 1}}, 0}}}, out = in;
    out.name = "out0";
    out.isOutput = true;
    workload.operands = {in, out};
    Target target;
    auto space = makeSearchSpace(workload, target);
    return makeLoopFeatures(workload, *space, target)->names().size();
  }();
  return count;
}

std::unique_ptr<FeatureExtractor> makeFeatures(const Workload &workload, const SearchSpace &space,
                                               const Target &target) {
  return workload.script.empty() ? makeLoopFeatures(workload, space, target)
                                 : makeKnobFeatures(space);
}

} // namespace alt
