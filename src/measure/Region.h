// Memory for a kernel's buffer that ends where a guard page begins: an access past the end is a
// signal, not a silent success. Starts 64-byte aligned, as the emitted library's buffers do.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

namespace alt {

class Region {
public:
  Region() = default;
  /// Zeros; `shared` memory keeps what a forked child writes. bytes() is 0 when there is no memory.
  explicit Region(int64_t bytes, bool shared = false);
  Region(Region &&other) noexcept { swap(other); }
  Region &operator=(Region &&other) noexcept {
    swap(other);
    return *this;
  }
  ~Region();

  std::byte *data() const { return begin; }
  int64_t size() const { return bytes; }
  explicit operator bool() const { return begin; }
  void makeReadOnly();
  /// `address` lies in the region; or behind it, in the guard.
  bool contains(const void *address) const;
  bool guards(const void *address) const;

private:
  void swap(Region &other) {
    std::swap(mapping, other.mapping);
    std::swap(mapped, other.mapped);
    std::swap(begin, other.begin);
    std::swap(bytes, other.bytes);
  }
  std::byte *mapping = nullptr, *begin = nullptr;
  int64_t mapped = 0, bytes = 0;
};

} // namespace alt
