// What models are taught of a measurement: how good it is among its like, not its seconds.
#pragma once
#include "alt/Measure.h"
#include <span>
#include <vector>

namespace alt {

/// The rank of each among the valid ones, scaled to [0, 1] with 1 the fastest, ties their mean;
/// failures (infinite seconds) get 0. Ranks keep the trees from being spent on telling the slow
/// apart from the very slow, as logarithms of times do.
std::vector<float> rankLabels(std::span<const double> seconds);

/// Best / own time, failures 0: AutoTVM's label.
std::vector<float> throughputLabels(std::span<const double> seconds);

} // namespace alt
