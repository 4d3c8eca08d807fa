#include "sample/Proximity.h"
#include <algorithm>

namespace alt {

Proximity::Proximity(const Committee &committee, const Columns &told, const Columns &pool)
    : committee(&committee), pool(&pool), nearest(pool.rows) {
  for (size_t row = 0; row < told.rows; ++row)
    appendLeaves(told, row, measured);
  trees = told.rows ? measured.size() / told.rows : 0;
}

void Proximity::appendLeaves(const Columns &columns, size_t row, std::vector<uint8_t> &to) const {
  for (const GradientBoosting &model : committee->models())
    model.appendLeaves(columns, row, to);
}

bool Proximity::settle(size_t i) {
  if (nearest.empty() || trees == 0 || nearest[i].compared * trees == measured.size())
    return false;
  own.clear();
  appendLeaves(*pool, i, own);
  auto &[share, compared] = nearest[i];
  for (; compared * trees < measured.size(); ++compared) {
    const uint8_t *other = measured.data() + compared * trees;
    unsigned same = 0;
    for (size_t tree = 0; tree < trees; ++tree)
      same += own[tree] == other[tree];
    share = std::max(share, float(same) / float(trees));
  }
  return true;
}

void Proximity::choose(size_t i) {
  if (!nearest.empty())
    appendLeaves(*pool, i, measured);
}

} // namespace alt
