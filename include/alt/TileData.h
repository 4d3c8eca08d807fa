// Tile registers hold kilobytes that the system must save: Linux gives them to a process that asks.
#pragma once
#include "alt/Result.h"

namespace alt {

/// Whether the system can give tile registers to a process; asks for nothing.
bool systemHasTiles();

/// For this process, its threads and what it forks. Any number of times. The error says what
/// refused; an alternate signal stack that is too small for the registers is a reason.
Result<void> requestTileData();

} // namespace alt
