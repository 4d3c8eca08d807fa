// ALT's sampler: filter, score predictor, uncertainty predictor, and a batch chosen by
// informativeness and diversity (Zeng et al., ICCD 2020). docs/learning.md has the formulas, what
// each part is worth, and what was tried in its place.
#pragma once
#include "alt/Options.h"
#include "alt/Sampler.h"
#include "model/Committee.h"
#include "sample/Pool.h"

namespace alt {

/// The defaults are what the ablations of docs/learning.md favour; each module has its off-switch.
struct AltOptions {
  unsigned initial = 0;    ///< trials before the first model; 0: 8 where something is expected, else 4
  unsigned batch = 0;      ///< trials between refits; 0: from what a trial costs, 1 to 8
  double localShare = 1.0 / 3; ///< of the turns: top score among the incumbents' neighbours
  bool adaptive = true;    ///< of those that may win; over the whole space when none may
  double greedyShare = 0.5; ///< of the turns without such a one: top score of the whole space
  double rankShare = 0.5;  ///< of the label; the rest is throughput, which tells the best apart
  double novelty = 0.3;    ///< deviation of what is as far as can be from all that was measured
  bool filter = true;      ///< weigh by the predicted probability to run
  double caution = 8;      ///< of failures, the more the longer nothing is gained; see `caution()`
  bool uncertainty = true; ///< off: one model, its score alone
  bool proximity = true;   ///< less deviation where the models see what was measured already
  unsigned process = 48;   ///< trials until which a Gaussian process has a say; 0: it has none
  bool diversity = true;   ///< what a batch already holds counts as measured for all three
  bool prior = true;       ///< start from other kernels' records, where there are some
  bool analytic = true;    ///< where there are none: from the analytic cost of the loop nest
  bool defaultFirst = true; ///< with either: what the compiler would take unmeasured comes first
  double spread = 0.3;     ///< among the first of these: what being far apart is worth
  double priorShare = 0.8; ///< of the first trials: the prior's choice, or the cost's
  unsigned maxRows = 1000; ///< trials that the models are fitted to: bounds a refit's time
  PoolOptions pool;
  CommitteeOptions committee;
  /// Among a hundred trials that ran a failure weighs p (1 - p) = 0.01: a leaf has to bear that.
  BoostingOptions validity{.trees = 30,
                           .depth = 4,
                           .minChildWeight = 0.1f,
                           .columnShare = 0.8f,
                           .loss = BoostingOptions::Loss::logistic};
};

void bind(OptionTable &, AltOptions &);

std::unique_ptr<Sampler> makeAltSampler(const SamplerContext &, const AltOptions &);

} // namespace alt
