// Choices that were made at random, noted so that they can be made again, and made simpler.
#pragma once
#include <cstdint>
#include <iterator>
#include <random>
#include <utility>
#include <vector>

namespace alt::test {

/// What a generator draws from. Whatever it draws is small where the choice is 0, so that a program
/// made of smaller choices is a simpler one.
class Choices {
public:
  explicit Choices(std::mt19937_64 &rng) : rng(&rng) {}
  /// Those given once more; zeros when they are used up.
  explicit Choices(std::vector<uint64_t> given) : given(std::move(given)) {}

  uint64_t below(uint64_t count) {
    uint64_t choice = rng                           ? (*rng)() % count
                      : taken.size() < given.size() ? given[taken.size()] % count
                                                    : 0;
    taken.push_back(choice);
    return choice;
  }
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low + 1)));
  }
  bool oneIn(int64_t n) { return between(1, n) == n; } // not, where the choice is 0
  template <class List> auto &oneOf(List &list) { return list[below(std::size(list))]; }
  const std::vector<uint64_t> &made() const { return taken; }

private:
  std::mt19937_64 *rng = nullptr;
  std::vector<uint64_t> given, taken;
};

} // namespace alt::test
