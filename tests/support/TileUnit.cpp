#include "TileUnit.h"
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

struct Tile {
  int rows = 0, bytes = 0;
  std::array<std::array<uint8_t, 64>, 16> row{};
  template <class T> T get(int r, int i) const {
    T value;
    std::memcpy(&value, row[r].data() + i * sizeof value, sizeof value);
    return value;
  }
  template <class T> void set(int r, int i, T value) {
    std::memcpy(row[r].data() + i * sizeof value, &value, sizeof value);
  }
};

thread_local std::array<Tile, 8> tiles;

void must(bool holds, const char *what) {
  if (holds)
    return;
  std::fprintf(stderr, "tile unit: %s\n", what);
  std::abort();
}

Tile &used(int8_t tile) {
  must(tile >= 0 && tile < 8, "there are eight tiles");
  must(tiles[tile].rows > 0 && tiles[tile].bytes > 0, "the tile has no shape");
  return tiles[tile];
}

/// Both factors of a product, whose shapes fit those of the sums.
struct Product {
  Tile &sums;
  const Tile &first, &second;
  Product(int8_t s, int8_t f, int8_t t) : sums(used(s)), first(used(f)), second(used(t)) {
    must(s != f && s != t && f != t, "a product takes three different tiles");
    must(sums.rows == first.rows && sums.bytes == second.bytes && first.bytes == 4 * second.rows,
         "the shapes of the product do not fit");
  }
  int columns() const { return sums.bytes / 4; }
};

template <class First, class Second> void multiplyBytes(int8_t s, int8_t f, int8_t t) {
  Product p(s, f, t);
  for (int m = 0; m < p.sums.rows; ++m)
    for (int k = 0; k < p.second.rows; ++k)
      for (int n = 0; n < p.columns(); ++n) {
        auto sum = p.sums.get<uint32_t>(m, n); // which wraps
        for (int i = 0; i < 4; ++i)
          sum += static_cast<uint32_t>(p.first.get<First>(m, 4 * k + i) *
                                       p.second.get<Second>(k, 4 * n + i));
        p.sums.set(m, n, sum);
      }
}

float flushed(float value) {
  return std::fpclassify(value) == FP_SUBNORMAL ? std::copysign(0.0f, value) : value;
}

float fromHalf(uint16_t bits) {
  return flushed(std::bit_cast<float>(static_cast<uint32_t>(bits) << 16));
}

} // namespace

void alt_ldtilecfg(const uint8_t *shapes) {
  must(shapes[0] == 1 && shapes[1] == 0, "the palette is one");
  for (int tile = 0; tile < 8; ++tile) {
    uint16_t bytes;
    std::memcpy(&bytes, shapes + 16 + 2 * tile, 2);
    must(bytes <= 64 && shapes[48 + tile] <= 16, "a tile has at most 16 rows of 64 bytes");
    must((bytes == 0) == (shapes[48 + tile] == 0), "a tile has rows and bytes, or neither");
    tiles[tile] = {shapes[48 + tile], bytes};
  }
}

void alt_tilerelease() { tiles = {}; }

void alt_tilezero(int8_t tile) {
  for (auto &row : used(tile).row)
    row.fill(0);
}

void alt_tileloadd64(int8_t number, const void *rows, int64_t stride) {
  alt_tilezero(number);
  Tile &tile = used(number);
  for (int r = 0; r < tile.rows; ++r)
    std::memcpy(tile.row[r].data(), static_cast<const char *>(rows) + r * stride, tile.bytes);
}

void alt_tileloaddt164(int8_t tile, const void *rows, int64_t stride) {
  alt_tileloadd64(tile, rows, stride);
}

void alt_tilestored64(int8_t number, void *rows, int64_t stride) {
  const Tile &tile = used(number);
  for (int r = 0; r < tile.rows; ++r)
    std::memcpy(static_cast<char *>(rows) + r * stride, tile.row[r].data(), tile.bytes);
}

/// Even and odd steps are summed apart, then both and what was there; each sum is rounded to the
/// nearest float, the even one of two, and numbers below the least normal one count as zero.
void alt_tdpbf16ps(int8_t s, int8_t f, int8_t t) {
  Product p(s, f, t);
  for (int m = 0; m < p.sums.rows; ++m)
    for (int n = 0; n < p.columns(); ++n) {
      float sums[2] = {0, 0};
      for (int k = 0; k < p.second.rows; ++k)
        for (int i = 0; i < 2; ++i)
          sums[i] = flushed(std::fma(fromHalf(p.first.get<uint16_t>(m, 2 * k + i)),
                                     fromHalf(p.second.get<uint16_t>(k, 2 * n + i)), sums[i]));
      float both = flushed(sums[0] + sums[1]);
      p.sums.set(m, n, flushed(flushed(p.sums.get<float>(m, n)) + both));
    }
}

void alt_tdpbssd(int8_t s, int8_t f, int8_t t) { multiplyBytes<int8_t, int8_t>(s, f, t); }
void alt_tdpbsud(int8_t s, int8_t f, int8_t t) { multiplyBytes<int8_t, uint8_t>(s, f, t); }
void alt_tdpbusd(int8_t s, int8_t f, int8_t t) { multiplyBytes<uint8_t, int8_t>(s, f, t); }
void alt_tdpbuud(int8_t s, int8_t f, int8_t t) { multiplyBytes<uint8_t, uint8_t>(s, f, t); }
