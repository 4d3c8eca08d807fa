#include "lower/Stages.h"
#include "lower/Prepare.h"
#include "space/LoopNest.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/SetVector.h"

namespace alt {

using namespace mlir;

namespace {

/// Follows views back to the argument or allocation they look into.
Value baseBuffer(Value buffer) {
  while (auto view = buffer.getDefiningOp<ViewLikeOpInterface>())
    buffer = view.getViewSource();
  return buffer;
}

struct Touched {
  llvm::SetVector<Value> read, written;
};

/// Base buffers that `op` and what is nested in it may read or write, among those defined outside.
Touched touchedBuffers(Operation *op) {
  Touched touched;
  op->walk([&](Operation *inner) {
    if (isa<ViewLikeOpInterface>(inner) ||
        (inner->getNumRegions() > 0 && !isa<DestinationStyleOpInterface>(inner)))
      return;
    auto effects = dyn_cast<MemoryEffectOpInterface>(inner);
    for (OpOperand &operand : inner->getOpOperands()) {
      if (!isa<MemRefType>(operand.get().getType()))
        continue;
      Value base = baseBuffer(operand.get());
      if (op->isAncestor(base.getParentRegion()->getParentOp()))
        continue; // private to op
      SmallVector<MemoryEffects::EffectInstance> found;
      if (effects)
        effects.getEffectsOnValue(operand.get(), found);
      bool reads = false, writes = false;
      for (auto &effect : found) {
        reads |= isa<MemoryEffects::Read>(effect.getEffect());
        writes |= isa<MemoryEffects::Write>(effect.getEffect());
      }
      if (!effects || (!reads && !writes && !found.empty()))
        reads = writes = true; // unknown: assume both
      if (reads)
        touched.read.insert(base);
      if (writes)
        touched.written.insert(base);
    }
  });
  return touched;
}

/// A top-level op that writes, with the ops before it that only read: their results are for it.
struct Write {
  SmallVector<Operation *> ops;
  Touched touched;
};

struct Group {
  SmallVector<Operation *> ops;
  bool parallel = false; ///< one scf.forall, or those of all parts of a kernel
  bool ahead = false;
};

class Outliner {
public:
  Outliner(ModuleOp module, func::FuncOp kernel, std::string prefix)
      : module(module), kernel(kernel), prefix(std::move(prefix)), builder(module.getContext()) {}

  FailureOr<KernelPlan> run() {
    if (failed(collectScratch()))
      return failure();
    collectWrites();
    findAheadBuffers();
    for (Group &group : groupOps())
      if (failed(outline(group)))
        return failure();
    kernel.erase();
    return plan;
  }

private:
  LogicalResult collectScratch() {
    for (auto alloc : kernel.getBody().front().getOps<memref::AllocOp>()) {
      MemRefType type = alloc.getType();
      if (!type.hasStaticShape())
        return alloc.emitError("scratch buffer of dynamic size");
      scratch.insert(alloc);
      int64_t bits = type.getNumElements() * std::max(8u, type.getElementTypeBitWidth());
      plan.scratch.push_back({bits / 8, false});
    }
    return success();
  }

  void collectWrites() {
    Write pending;
    for (Operation &op : kernel.getBody().front()) {
      if (isPure(op))
        continue;
      Touched touched = touchedBuffers(&op);
      pending.ops.push_back(&op);
      pending.touched.read.insert(touched.read.begin(), touched.read.end());
      if (touched.written.empty())
        continue;
      pending.touched.written = std::move(touched.written);
      writes.push_back(std::move(pending));
      pending = {};
    }
  }

  /// In program order: each forall alone, but that parts of the same loops, one after the other, run
  /// at once; runs of other writes together unless one is ahead and the other is not. Everything
  /// else is pure and cloned where needed.
  SmallVector<Group> groupOps() {
    SmallVector<Group> groups;
    for (const Write &write : writes) {
      bool parallel = isa<scf::ForallOp>(write.ops.back());
      bool ahead = isAhead(write);
      bool together = !groups.empty() && groups.back().ahead == ahead &&
                      (parallel ? isPart(groups.back().ops.back()) && isPart(write.ops.back())
                                : !groups.back().parallel);
      if (!together)
        groups.push_back({{}, parallel, ahead});
      groups.back().ops.append(write.ops);
    }
    return groups;
  }

  /// As ScheduleScript.cpp marks them.
  static bool isPart(Operation *op) {
    auto forall = dyn_cast<scf::ForallOp>(op);
    return forall && forall.getMapping() && !forall.getMapping()->empty();
  }

  static bool isPure(Operation &op) {
    return isa<memref::AllocOp, memref::DeallocOp, ViewLikeOpInterface, memref::GetGlobalOp>(op) ||
           op.hasTrait<OpTrait::IsTerminator>() || isMemoryEffectFree(&op);
  }

  /// The scratch buffers whose every writer reads constants (or other such buffers) only: the
  /// largest such set, by striking out until nothing changes.
  void findAheadBuffers() {
    aheadBuffers.insert(scratch.begin(), scratch.end());
    auto constant = [&](Value buffer) {
      auto argument = dyn_cast<BlockArgument>(buffer);
      return argument ? bool(kernel.getArgAttr(argument.getArgNumber(), constantArgumentAttr))
                      : aheadBuffers.contains(buffer) || buffer.getDefiningOp<memref::GetGlobalOp>();
    };
    for (bool changed = true; changed;) {
      changed = false;
      for (const Write &write : writes) {
        bool ahead = llvm::all_of(write.touched.read, constant) && isAhead(write);
        if (!ahead)
          for (Value buffer : write.touched.written)
            changed |= aheadBuffers.erase(buffer);
      }
    }
    // What only other ahead stages read (filters that are transformed, then packed) is done with then.
    llvm::DenseSet<Value> readLater;
    for (const Write &write : writes)
      if (!isAhead(write))
        readLater.insert(write.touched.read.begin(), write.touched.read.end());
    for (auto [i, buffer] : llvm::enumerate(scratch))
      plan.scratch[i].persistent = aheadBuffers.contains(buffer) && readLater.contains(buffer);
  }

  bool isAhead(const Write &write) {
    return llvm::all_of(write.touched.written, [&](Value b) { return aheadBuffers.contains(b); });
  }

  LogicalResult outline(Group &group) {
    Location loc = kernel.getLoc();
    Stage stage;
    stage.symbol = prefix + "_s" + std::to_string(plan.stages.size());
    stage.ahead = group.ahead;

    builder.setInsertionPointToEnd(module.getBody());
    auto function =
        func::FuncOp::create(builder, loc, stage.symbol, builder.getFunctionType({}, {}));
    Block *body = function.addEntryBlock();
    IRMapping mapping;
    bindBuffers(group, stage, *body, mapping);
    Value begin = body->addArgument(builder.getIndexType(), loc);
    Value end = body->addArgument(builder.getIndexType(), loc);
    function.setFunctionType(builder.getFunctionType(body->getArgumentTypes(), {}));
    // Distinct buffers never overlap (see Emit's memory plan), which is what LLVM needs to know to
    // keep accumulators in registers.
    for (unsigned i = 0; i + 2 < body->getNumArguments(); ++i)
      function.setArgAttr(i, "llvm.noalias", builder.getUnitAttr());

    builder.setInsertionPointToStart(body);
    if (group.parallel)
      stage.units = 0;
    for (Operation *op : group.ops)
      if (auto forall = dyn_cast<scf::ForallOp>(op))
        stage.units += cloneForall(forall, {begin, end}, stage.units, mapping);
      else
        cloneWithOperands(op, mapping);
    func::ReturnOp::create(builder, loc);
    plan.stages.push_back(std::move(stage));
    return privateBuffersOnStack(function);
  }

  /// Stage parameters: every base buffer that the group's ops look at, arguments first.
  void bindBuffers(Group &group, Stage &stage, Block &body, IRMapping &mapping) {
    llvm::SetVector<Value> used;
    llvm::DenseSet<Value> seen; // expressions share operands: a walk without it is exponential
    std::function<void(Operation *)> visitOperands;
    std::function<void(Value)> visit = [&](Value value) {
      if (!seen.insert(value).second)
        return;
      if (auto argument = dyn_cast<BlockArgument>(value)) {
        if (argument.getOwner() == &kernel.getBody().front())
          used.insert(value);
      } else if (scratch.contains(value)) {
        used.insert(value);
      } else if (value.getParentRegion() == &kernel.getBody()) {
        visitOperands(value.getDefiningOp());
      }
    };
    visitOperands = [&](Operation *op) { // what a loop captures is an operand, too
      op->walk([&](Operation *inner) {
        for (Value operand : inner->getOperands())
          visit(operand);
      });
    };
    for (Operation *op : group.ops)
      visitOperands(op);
    for (unsigned i = 0; i < kernel.getNumArguments(); ++i)
      if (used.contains(kernel.getArgument(i)))
        bind(kernel.getArgument(i), {BufferRef::Kind::argument, i}, stage, body, mapping);
    for (auto [i, alloc] : llvm::enumerate(scratch))
      if (used.contains(alloc))
        bind(alloc, {BufferRef::Kind::scratch, static_cast<unsigned>(i)}, stage, body, mapping);
  }

  void bind(Value buffer, BufferRef ref, Stage &stage, Block &body, IRMapping &mapping) {
    mapping.map(buffer, body.addArgument(buffer.getType(), buffer.getLoc()));
    stage.buffers.push_back(ref);
  }

  /// Clones `op`; the pure ops at top level that it needs are cloned before it.
  void cloneWithOperands(Operation *op, IRMapping &mapping) {
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        cloneProducer(operand, mapping);
    });
    builder.clone(*op, mapping);
  }

  void cloneProducer(Value value, IRMapping &mapping) {
    if (mapping.contains(value) || isa<BlockArgument>(value) ||
        value.getParentRegion() != &kernel.getBody())
      return;
    cloneWithOperands(value.getDefiningOp(), mapping);
  }

  struct Range {
    Value begin, end;
  };

  /// For those of its units that are in the range, counted from `first`: the forall's body at the
  /// unit's multi-index. Returns how many units it has.
  int64_t cloneForall(scf::ForallOp forall, Range range, int64_t first, IRMapping &mapping) {
    Location loc = forall.getLoc();
    SmallVector<int64_t> counts, steps, lowers;
    int64_t units = 1;
    for (auto [lower, upper, step] : llvm::zip(forall.getStaticLowerBound(),
                                               forall.getStaticUpperBound(), forall.getStaticStep())) {
      counts.push_back((upper - lower + step - 1) / step);
      steps.push_back(step);
      lowers.push_back(lower);
      units *= counts.back();
    }
    forall.walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        cloneProducer(operand, mapping);
    });
    if (isPart(forall))
      range = within(range, first, units, loc);
    Value one = arith::ConstantIndexOp::create(builder, loc, 1);
    auto loop = scf::ForOp::create(builder, loc, range.begin, range.end, one);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    AffineExpr unit = builder.getAffineDimExpr(0);
    int64_t below = 1;
    for (int axis = static_cast<int>(counts.size()) - 1; axis >= 0; --axis) {
      AffineExpr index = (unit.floorDiv(below)) % counts[axis] * steps[axis] + lowers[axis];
      mapping.map(forall.getInductionVar(axis),
                  affine::AffineApplyOp::create(builder, loc, AffineMap::get(1, 0, index),
                                                loop.getInductionVar())
                      .getResult());
      below *= counts[axis];
    }
    for (Operation &op : forall.getBody()->without_terminator())
      builder.clone(op, mapping);
    return units;
  }

  /// The numbers in it of the units that begin at `first`.
  Range within(Range range, int64_t first, int64_t units, Location loc) {
    auto index = [&](int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); };
    auto number = [&](Value unit) -> Value {
      Value own = arith::SubIOp::create(builder, loc, unit, index(first));
      Value atLeast = arith::MaxSIOp::create(builder, loc, own, index(0));
      return arith::MinSIOp::create(builder, loc, atLeast, index(units));
    };
    return {number(range.begin), number(range.end)};
  }

  LogicalResult privateBuffersOnStack(func::FuncOp function) {
    int64_t bytes = 0;
    SmallVector<memref::AllocOp> allocs;
    SmallVector<memref::DeallocOp> deallocs;
    function.walk([&](Operation *op) {
      if (auto alloc = dyn_cast<memref::AllocOp>(op))
        allocs.push_back(alloc);
      else if (auto dealloc = dyn_cast<memref::DeallocOp>(op))
        deallocs.push_back(dealloc);
    });
    for (memref::DeallocOp dealloc : deallocs)
      dealloc.erase();
    builder.setInsertionPointToStart(&function.getBody().front());
    for (memref::AllocOp alloc : allocs) {
      MemRefType type = alloc.getType();
      if (!type.hasStaticShape())
        return alloc.emitError("private buffer of dynamic size");
      bytes += type.getNumElements() * std::max(8u, type.getElementTypeBitWidth()) / 8;
      if (bytes > stackBytes)
        return alloc.emitError("private buffers take more than ") << stackBytes << " bytes";
      auto onStack = memref::AllocaOp::create(builder, alloc.getLoc(), type, ValueRange(),
                                              builder.getI64IntegerAttr(64));
      alloc.replaceAllUsesWith(onStack.getResult());
      alloc.erase();
    }
    return success();
  }

  ModuleOp module;
  func::FuncOp kernel;
  std::string prefix;
  OpBuilder builder;
  KernelPlan plan;
  SmallVector<Write> writes;
  llvm::SetVector<Value> scratch;
  llvm::DenseSet<Value> aheadBuffers;
};

} // namespace

FailureOr<KernelPlan> outlineStages(ModuleOp module, const std::string &prefix) {
  func::FuncOp kernel = kernelFunction(module);
  return Outliner(module, kernel, prefix).run();
}

} // namespace alt
