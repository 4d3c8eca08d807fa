// ALT's sampler: filter, score predictor, uncertainty predictor, and a batch chosen by
// informativeness and diversity (Zeng et al., ICCD 2020). docs/learning.md has the formulas, what
// each part is worth, and what was tried in its place.
#pragma once
#include "alt/Options.h"
#include "alt/Sampler.h"
#include "model/Committee.h"

namespace alt {

/// The defaults are what the ablations of docs/learning.md favour; each module has its off-switch.
struct AltOptions {
  unsigned initial = 16;   ///< random trials before the first model; more: safer, slower
  unsigned batch = 0;      ///< trials between refits; 0: from what a trial costs, 2 to 8
  unsigned pool = 1000;    ///< random candidates scored at each refit
  unsigned parents = 10;   ///< best schedules whose neighbours join the pool
  unsigned incumbents = 3; ///< best schedules around which the score's share is chosen
  double localShare = 0.5; ///< of a batch: top score among the incumbents' neighbours
  double rankShare = 0.5;  ///< of the label; the rest is throughput, which tells the best apart
  bool filter = true;      ///< weigh by the predicted probability to run
  bool uncertainty = true; ///< off: one model, its score alone
  bool diversity = true;   ///< no two schedules of a batch that the models cannot tell apart
  CommitteeOptions committee;
  BoostingOptions validity{
      .trees = 30, .depth = 4, .columnShare = 0.8f, .loss = BoostingOptions::Loss::logistic};
};

void bind(OptionTable &, AltOptions &);

std::unique_ptr<Sampler> makeAltSampler(const SamplerContext &, const AltOptions &);

} // namespace alt
