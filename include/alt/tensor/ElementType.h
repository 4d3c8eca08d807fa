// Element types: one table of what is known about each. Another type is one more row.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace alt {

/// One byte, zero or one.
struct Bit {
  uint8_t bits = 0;
  Bit() = default;
  explicit Bit(double value) : bits(value != 0) {}
  explicit operator double() const { return bits != 0; }
  bool operator==(const Bit &) const = default;
};

using Half = _Float16;

/// The upper half of a float. Rounds to nearest, ties to even; a NaN stays one.
struct BFloat16 {
  uint16_t bits = 0;
  BFloat16() = default;
  explicit BFloat16(double value);
  explicit operator double() const {
    return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  }
  bool operator==(const BFloat16 &) const = default;
};

/// How random values are drawn: kernels' inputs while tuning, a library's by `alt run`.
enum class Draw {
  real,  ///< uniform in a small interval
  coin,  ///< zero or one
  any,   ///< every value of the type
  small, ///< few values from zero on: they may be indices into another tensor
};

// X(name, C++ type, C type, .npy, ONNX's number, draw, tolerance, poison)
//
// The name stands in manifests and records. It is MLIR's, too, but for unsigned integers: MLIR's have
// no sign, so only a program's inputs and outputs have these types, kernels' arguments the signed. Tolerance is what results may differ
// by, relative to their magnitude (0: not at all). Poison is a value that no kernel writes, for
// floats a NaN of a certain payload. NumPy has no bfloat16: ml_dtypes saves two raw bytes.
#define ALT_ELEMENT_TYPES(X)                                                                       \
  X(f32, float, "float", "<f4", 1, real, 1e-4, 0xffc5a5a5)                                         \
  X(f64, double, "double", "<f8", 11, real, 1e-9, 0xfff8a5a5a5a5a5a5)                              \
  X(f16, Half, "uint16_t", "<f2", 10, real, 2e-3, 0xffc5)                                          \
  X(bf16, BFloat16, "uint16_t", "<V2", 16, real, 2e-2, 0xffc5)                                     \
  X(i1, Bit, "uint8_t", "|b1", 9, coin, 0, 0xa5)                                                   \
  X(i8, int8_t, "int8_t", "|i1", 3, any, 0, 0xa5)                                                  \
  X(u8, uint8_t, "uint8_t", "|u1", 2, any, 0, 0xa5)                                                \
  X(i16, int16_t, "int16_t", "<i2", 5, any, 0, 0xffc5)                                             \
  X(u16, uint16_t, "uint16_t", "<u2", 4, any, 0, 0xffc5)                                           \
  X(i32, int32_t, "int32_t", "<i4", 6, small, 0, 0xffc5a5a5)                                       \
  X(u32, uint32_t, "uint32_t", "<u4", 12, small, 0, 0xffc5a5a5)                                    \
  X(i64, int64_t, "int64_t", "<i8", 7, small, 0, 0xfff8a5a5a5a5a5a5)                               \
  X(u64, uint64_t, "uint64_t", "<u8", 13, small, 0, 0xfff8a5a5a5a5a5a5)

enum class ElementType {
#define ALT_ENUMERATOR(name, ...) name,
  ALT_ELEMENT_TYPES(ALT_ENUMERATOR)
#undef ALT_ENUMERATOR
};

struct ElementInfo {
  ElementType type;
  std::string_view name;
  unsigned bytes; ///< of one element in memory
  bool isReal, isSigned;
  std::string_view cName;
  std::string_view npy; ///< .npy's descr
  int onnx;             ///< TensorProto.DataType
  Draw draw;
  double tolerance;
  uint64_t poison; ///< the lower `bytes` of it
};
const ElementInfo &info(ElementType);
/// All, in the order of the table.
std::span<const ElementInfo> elementTypes();

inline std::string_view name(ElementType type) { return info(type).name; }
/// Of one element in memory.
inline unsigned bytes(ElementType type) { return info(type).bytes; }
/// nullopt: there is none of that name.
std::optional<ElementType> elementTypeNamed(std::string_view name);
/// "f32, f64, ...", for messages.
std::string elementTypeNames();

/// Calls `f` with a zero of the C++ type that holds one element.
template <class F> decltype(auto) visit(ElementType type, F &&f) {
  switch (type) {
#define ALT_CASE(name, T, ...)                                                                     \
  case ElementType::name:                                                                          \
    return f(T());
    ALT_ELEMENT_TYPES(ALT_CASE)
#undef ALT_CASE
  }
  __builtin_unreachable();
}

/// Of the C++ types above.
template <class T>
constexpr bool isReal = !std::is_integral_v<T> && !std::is_same_v<T, Bit>;

/// The element at `at`, which need not be aligned. Integers of 64 bits may be rounded.
double toDouble(ElementType, const std::byte *at);
/// `value` as bits in memory, zeros above; it must be in the type's range.
uint64_t toBits(ElementType, double value);

} // namespace alt
