#include "program/DeclaredTypes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "program/ReadModule.h"

namespace alt {

using namespace mlir;

static constexpr llvm::StringLiteral typeAttribute = "alt.type";

static ElementType declared(Attribute attribute, Type type) {
  auto name = dyn_cast_or_null<StringAttr>(attribute);
  std::optional<ElementType> known =
      name ? elementTypeNamed(name.getValue()) : elementType(getElementTypeOrSelf(type));
  assert(known && "the function's types were checked");
  return *known;
}

ElementType argumentType(func::FuncOp function, unsigned index) {
  return declared(function.getArgAttr(index, typeAttribute), function.getArgumentTypes()[index]);
}

ElementType resultType(func::FuncOp function, unsigned index) {
  return declared(function.getResultAttr(index, typeAttribute), function.getResultTypes()[index]);
}

// How much wider than declared a tensor's integers are; nullopt when they cannot stand for it.
static std::optional<unsigned> extraBits(Attribute attribute, Type type) {
  auto name = dyn_cast<StringAttr>(attribute);
  std::optional<ElementType> known =
      name ? elementTypeNamed(name.getValue()) : std::optional<ElementType>();
  auto integer = dyn_cast<IntegerType>(getElementTypeOrSelf(type));
  if (!known || info(*known).isReal || !integer || integer.getWidth() < 8 * bytes(*known))
    return std::nullopt;
  return integer.getWidth() - 8 * bytes(*known);
}

static Error cannotBe(const std::string &what, Attribute attribute, Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << "alt.type = " << attribute << ", but its type is " << type;
  return {ErrorKind::invalidInput, what + " has " + text + "."};
}

static mlir::Value cutOff(OpBuilder &builder, mlir::Value value, unsigned bits) {
  auto wide = cast<RankedTensorType>(value.getType());
  auto type = RankedTensorType::get(wide.getShape(), builder.getIntegerType(bits));
  Location loc = value.getLoc();
  mlir::Value empty =
      tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  AffineMap map = builder.getMultiDimIdentityMap(unsigned(type.getRank()));
  SmallVector<utils::IteratorType> loops(size_t(type.getRank()), utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             builder, loc, TypeRange(type), ValueRange(value), ValueRange(empty),
             ArrayRef<AffineMap>{map, map}, loops,
             [&](OpBuilder &b, Location l, ValueRange arguments) {
               mlir::Value narrow =
                   arith::TruncIOp::create(b, l, type.getElementType(), arguments[0]);
               linalg::YieldOp::create(b, l, narrow);
             })
      .getResult(0);
}

Result<void> applyDeclaredTypes(func::FuncOp function) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (Attribute attribute = function.getArgAttr(i, typeAttribute))
      if (extraBits(attribute, function.getArgumentTypes()[i]) != 0u)
        return cannotBe("Argument " + std::to_string(i), attribute, function.getArgumentTypes()[i]);
  Operation *last = function.getBody().front().getTerminator();
  OpBuilder builder(last);
  for (unsigned i = 0; i < function.getNumResults(); ++i) {
    Attribute attribute = function.getResultAttr(i, typeAttribute);
    if (!attribute)
      continue;
    Type type = function.getResultTypes()[i];
    std::optional<unsigned> extra = extraBits(attribute, type);
    if (!extra)
      return cannotBe("Result " + std::to_string(i), attribute, type);
    if (*extra > 0)
      last->setOperand(i, cutOff(builder, last->getOperand(i),
                                 getElementTypeOrSelf(type).getIntOrFloatBitWidth() - *extra));
  }
  function.setType(
      builder.getFunctionType(function.getArgumentTypes(), last->getOperandTypes()));
  return {};
}

} // namespace alt
