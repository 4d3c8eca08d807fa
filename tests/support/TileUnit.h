// A tile unit in plain C++, for tests on machines that have none: what code lowered with
// `emulatedTiles` calls in place of instructions. Bit by bit what the instructions do, which
// TileUnitTest compares where they are. Misuse, such as tiles whose shapes do not fit, ends the
// test.
#pragma once
#include <cstdint>

extern "C" {
void alt_ldtilecfg(const uint8_t *shapes);
void alt_tilerelease();
void alt_tilezero(int8_t tile);
void alt_tileloadd64(int8_t tile, const void *rows, int64_t stride);
void alt_tileloaddt164(int8_t tile, const void *rows, int64_t stride);
void alt_tilestored64(int8_t tile, void *rows, int64_t stride);
void alt_tdpbf16ps(int8_t sums, int8_t first, int8_t second);
void alt_tdpbssd(int8_t sums, int8_t first, int8_t second);
void alt_tdpbsud(int8_t sums, int8_t first, int8_t second);
void alt_tdpbusd(int8_t sums, int8_t first, int8_t second);
void alt_tdpbuud(int8_t sums, int8_t first, int8_t second);
}
