// The emulated tile unit beside the real one, where there is one.
#include "TileUnit.h"
#include "alt/Target.h"
#include "alt/TileData.h"
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <random>

#if defined(__x86_64__)
#include <immintrin.h>

namespace {

/// 16 rows of 64 bytes, of which a tile may take fewer.
using Memory = std::array<uint8_t, 1024>;

struct Shapes {
  int rows, columns, depth; ///< columns and depth in units of four bytes
  std::array<uint8_t, 64> bytes() const {
    std::array<uint8_t, 64> config = {1};
    auto set = [&](int tile, int tileRows, int words) {
      config[16 + 2 * tile] = static_cast<uint8_t>(4 * words);
      config[48 + tile] = static_cast<uint8_t>(tileRows);
    };
    set(0, rows, columns);
    set(1, rows, depth);
    set(2, depth, columns);
    return config;
  }
};

#define ALT_ON_TILES(INSTRUCTION)                                                                  \
  __attribute__((target("amx-tile,amx-bf16,amx-int8"))) void real_##INSTRUCTION(                   \
      const uint8_t *config, Memory &sums, const Memory &first, const Memory &second) {            \
    _tile_loadconfig(config);                                                                      \
    _tile_loadd(0, sums.data(), 64);                                                               \
    _tile_loadd(1, first.data(), 64);                                                              \
    _tile_stream_loadd(2, second.data(), 64);                                                      \
    _tile_##INSTRUCTION(0, 1, 2);                                                                  \
    _tile_stored(0, sums.data(), 64);                                                              \
    _tile_release();                                                                               \
  }                                                                                                \
  void emulated_##INSTRUCTION(const uint8_t *config, Memory &sums, const Memory &first,            \
                              const Memory &second) {                                              \
    alt_ldtilecfg(config);                                                                         \
    alt_tileloadd64(0, sums.data(), 64);                                                           \
    alt_tileloadd64(1, first.data(), 64);                                                          \
    alt_tileloaddt164(2, second.data(), 64);                                                       \
    alt_td##INSTRUCTION(0, 1, 2);                                                                  \
    alt_tilestored64(0, sums.data(), 64);                                                          \
    alt_tilerelease();                                                                             \
  }
#define alt_tddpbf16ps alt_tdpbf16ps
#define alt_tddpbssd alt_tdpbssd
#define alt_tddpbsud alt_tdpbsud
#define alt_tddpbusd alt_tdpbusd
#define alt_tddpbuud alt_tdpbuud
ALT_ON_TILES(dpbf16ps)
ALT_ON_TILES(dpbssd)
ALT_ON_TILES(dpbsud)
ALT_ON_TILES(dpbusd)
ALT_ON_TILES(dpbuud)

using Product = void (*)(const uint8_t *, Memory &, const Memory &, const Memory &);
struct Pair {
  const char *name;
  Product real, emulated;
};

bool hasTiles() {
  return alt::hostTarget().features.find("+amx-int8") != std::string::npos &&
         alt::hostTarget().features.find("+amx-bf16") != std::string::npos &&
         alt::requestTileData();
}

/// Any NaN is as good as another.
void expectSame(const Memory &real, const Memory &emulated, bool floats) {
  for (size_t i = 0; i < real.size(); i += 4) {
    uint32_t a, b;
    std::memcpy(&a, &real[i], 4);
    std::memcpy(&b, &emulated[i], 4);
    if (floats && std::isnan(std::bit_cast<float>(a)) && std::isnan(std::bit_cast<float>(b)))
      continue;
    ASSERT_EQ(a, b) << "word " << i / 4;
  }
}

} // namespace

TEST(TileUnit, EmulationIsBitByBitWhatTheHardwareDoes) {
  if (!hasTiles())
    GTEST_SKIP() << "no tile registers here";
  constexpr Pair pairs[] = {{"bf16", real_dpbf16ps, emulated_dpbf16ps},
                            {"ss", real_dpbssd, emulated_dpbssd},
                            {"su", real_dpbsud, emulated_dpbsud},
                            {"us", real_dpbusd, emulated_dpbusd},
                            {"uu", real_dpbuud, emulated_dpbuud}};
  std::mt19937_64 rng(5);
  for (int round = 0; round < 2000; ++round) {
    Memory sums, first, second;
    for (Memory *memory : {&sums, &first, &second})
      for (uint8_t &byte : *memory)
        byte = static_cast<uint8_t>(rng());
    if (round % 2) // of a size at which rounding matters; else all exponents there are
      for (size_t i = 1; i < first.size(); i += 2) {
        first[i] = static_cast<uint8_t>(0x3e + rng() % 3);
        second[i] = static_cast<uint8_t>((rng() % 2) << 7 | (0x3e + rng() % 3));
        if (i % 4 == 3)
          sums[i] = second[i];
      }
    Shapes shapes{1 + int(rng() % 16), 1 + int(rng() % 16), 1 + int(rng() % 16)};
    for (const Pair &pair : pairs) {
      SCOPED_TRACE(std::string(pair.name) + " round " + std::to_string(round));
      Memory real = sums, emulated = sums;
      pair.real(shapes.bytes().data(), real, first, second);
      pair.emulated(shapes.bytes().data(), emulated, first, second);
      expectSame(real, emulated, pair.real == real_dpbf16ps);
      if (testing::Test::HasFatalFailure())
        return;
    }
  }
}
#endif
