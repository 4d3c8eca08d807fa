#include "lower/isa/DotProduct.h"
#include "lower/ElementTypes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace alt {

using namespace mlir;
namespace {
/// A factor of the product: the block argument behind its widening, and how it is widened.
struct Factor {
  unsigned argument;
  Type narrow;
  bool isSigned;
};
} // namespace

static std::optional<Factor> factorOf(Value value, Block *body) {
  Operation *widening = value.getDefiningOp();
  if (!isa_and_nonnull<arith::ExtFOp, arith::ExtSIOp, arith::ExtUIOp>(widening))
    return std::nullopt;
  auto argument = dyn_cast<BlockArgument>(widening->getOperand(0));
  if (!argument || argument.getOwner() != body)
    return std::nullopt;
  return Factor{argument.getArgNumber(), argument.getType(), !isa<arith::ExtUIOp>(widening)};
}

/// The product that the yielded sum adds to the accumulator.
static Operation *productOf(linalg::LinalgOp op) {
  Block *body = op.getBlock();
  Operation *sum = body->getTerminator()->getOperand(0).getDefiningOp();
  if (!isa_and_nonnull<arith::AddFOp, arith::AddIOp>(sum))
    return nullptr;
  Value accumulator = body->getArgument(static_cast<unsigned>(op.getNumDpsInputs()));
  for (unsigned i : {0u, 1u})
    if (sum->getOperand(i) == accumulator)
      if (Operation *product = sum->getOperand(1 - i).getDefiningOp())
        return isa<arith::MulFOp, arith::MulIOp>(product) ? product : nullptr;
  return nullptr;
}

/// Rows of the table for the dot product's elements, of those named.
static SmallVector<const ProductInstruction *> rowsFor(ElementType element, ElementType sum,
                                                       StringRef instructions) {
  SmallVector<StringRef> named;
  instructions.split(named, ' ');
  SmallVector<const ProductInstruction *> rows;
  for (const ProductInstruction &row : productInstructions())
    if (row.element == element && row.sum == sum && llvm::is_contained(named, StringRef(row.name)))
      rows.push_back(&row);
  return rows;
}

/// By the first row that takes the factors with their signs as they are or changed over, or with an
/// offset; else by one that widens them.
static bool chooseInstruction(DotProduct &dot, ArrayRef<const ProductInstruction *> rows) {
  auto take = [&](auto fits) {
    const auto *found = llvm::find_if(rows, fits);
    dot.instruction = found == rows.end() ? nullptr : *found;
    return dot.instruction != nullptr;
  };
  bool spread = dot.spreadSigned, along = dot.alongSigned;
  auto takes = [](const ProductInstruction *row, bool first, bool second) {
    return !row->widened && row->firstSigned == first && row->secondSigned == second;
  };
  if (take([&](const auto *row) { return takes(row, spread, along); }))
    return true;
  dot.alongFirst = take([&](const auto *row) { return takes(row, along, spread); });
  dot.offset = !dot.alongFirst && spread && along &&
               take([&](const auto *row) { return takes(row, false, true); });
  return dot.alongFirst || dot.offset || take([](const auto *row) { return row->widened; });
}

std::optional<DotProduct> withoutOffset(const DotProduct &dot, StringRef instructions) {
  DotProduct other = dot;
  other.offset = false;
  const ProductInstruction &row = *dot.instruction;
  auto rows = rowsFor(row.element, row.sum, instructions);
  llvm::erase_if(rows, [](const ProductInstruction *of) { return !of->widened; });
  return chooseInstruction(other, rows) ? std::optional(other) : std::nullopt;
}

std::optional<DotProduct> matchDotProduct(linalg::LinalgOp op, int vectorAxis,
                                          StringRef instructions) {
  if (vectorAxis < 0 || op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1)
    return std::nullopt;
  Operation *product = productOf(op);
  if (!product)
    return std::nullopt;
  auto left = factorOf(product->getOperand(0), op.getBlock());
  auto right = factorOf(product->getOperand(1), op.getBlock());
  if (!left || !right || left->argument == right->argument || left->narrow != right->narrow ||
      left->argument > 1 || right->argument > 1)
    return std::nullopt;
  auto runsAlong = [&](const Factor &factor) {
    return op.getMatchingIndexingMap(op.getDpsInputOperand(factor.argument))
        .isFunctionOfDim(static_cast<unsigned>(vectorAxis));
  };
  if (runsAlong(*left))
    std::swap(left, right);
  if (runsAlong(*left) || !runsAlong(*right))
    return std::nullopt;
  DotProduct dot{op.getDpsInputOperand(left->argument), op.getDpsInputOperand(right->argument),
                 left->isSigned, right->isSigned};
  auto element = elementType(left->narrow), sum = elementType(product->getResult(0).getType());
  if (!element || !sum || !chooseInstruction(dot, rowsFor(*element, *sum, instructions)))
    return std::nullopt;
  return dot;
}

bool hasLanes(const DotProduct &, int64_t lanes) { return lanes == 4 || lanes == 8 || lanes == 16; }

Value interleaveSteps(RewriterBase &b, Location loc, ArrayRef<Value> steps) {
  if (steps.size() == 2)
    return vector::InterleaveOp::create(b, loc, steps[0], steps[1]);
  Value even = vector::InterleaveOp::create(b, loc, steps[0], steps[2]);
  Value odd = vector::InterleaveOp::create(b, loc, steps[1], steps[3]);
  return vector::InterleaveOp::create(b, loc, even, odd);
}

/// The few elements repeated for every lane, by way of one 32-bit number.
static Value repeat(RewriterBase &b, Location loc, Value few, int64_t lanes) {
  Type element = cast<VectorType>(few.getType()).getElementType();
  int64_t count = cast<VectorType>(few.getType()).getNumElements();
  auto number = VectorType::get({1}, b.getI32Type()),
       numbers = VectorType::get({lanes}, b.getI32Type());
  Value whole =
      vector::ExtractOp::create(b, loc, vector::BitCastOp::create(b, loc, number, few), 0);
  return vector::BitCastOp::create(b, loc, VectorType::get({lanes * count}, element),
                                   vector::BroadcastOp::create(b, loc, numbers, whole));
}

static Value widen(RewriterBase &b, Location loc, Value bytes, bool isSigned) {
  auto type = cast<VectorType>(bytes.getType()).clone(b.getI16Type());
  return isSigned ? arith::ExtSIOp::create(b, loc, type, bytes).getResult()
                  : arith::ExtUIOp::create(b, loc, type, bytes).getResult();
}

static Value callDot(RewriterBase &b, Location loc, const ProductInstruction &instruction,
                     Value acc, Value x, Value y) {
  auto type = cast<VectorType>(acc.getType());
  std::string intrinsic = "llvm.x86." + std::string(instruction.intrinsic) + "." +
                          std::to_string(32 * type.getNumElements());
  return LLVM::CallIntrinsicOp::create(b, loc, Type(type), b.getStringAttr(intrinsic),
                                       ValueRange{acc, x, y})
      ->getResult(0);
}

/// The byte 128 in every place.
static Value offsets(RewriterBase &b, Location loc, VectorType type) {
  return arith::ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, int8_t(-128)));
}

Value emitExcess(RewriterBase &b, Location loc, const DotProduct &dot, Value excess, Value along) {
  Value all = offsets(b, loc, cast<VectorType>(along.getType()));
  return callDot(b, loc, *dot.instruction, excess, all, along);
}

Value emitDotProduct(RewriterBase &b, Location loc, const DotProduct &dot, Value acc, Value spread,
                     Value along) {
  int64_t lanes = cast<VectorType>(acc.getType()).getNumElements();
  if (dot.instruction->widened) {
    along = widen(b, loc, along, dot.alongSigned);
    spread = widen(b, loc, spread, dot.spreadSigned);
  }
  Value repeated = repeat(b, loc, spread, lanes);
  if (dot.offset) // turning the top bit adds 128
    repeated = arith::XOrIOp::create(b, loc, repeated,
                                     offsets(b, loc, cast<VectorType>(repeated.getType())));
  return dot.alongFirst ? callDot(b, loc, *dot.instruction, acc, along, repeated)
                        : callDot(b, loc, *dot.instruction, acc, repeated, along);
}

} // namespace alt
