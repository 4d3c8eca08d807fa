// Features of a recorded space's points, made when it was read: its schedules are rows of a table,
// and what they were in the space they were measured in is known only there.
#pragma once
#include "alt/Features.h"
#include "model/Matrix.h"
#include "replay/TableSpace.h"
#include <algorithm>

namespace alt {

class TableFeatures final : public FeatureExtractor {
public:
  /// rows: one a point of the space, which must be a TableSpace.
  TableFeatures(std::shared_ptr<const SearchSpace> space, std::string version,
                std::vector<std::string> names, Matrix rows)
      : space(std::move(space)), versionText(std::move(version)), columns(std::move(names)),
        rows(std::move(rows)) {}

  std::string_view version() const override { return versionText; }
  std::span<const std::string> names() const override { return columns; }
  void extract(const Schedule &schedule, std::span<float> row) const override {
    const auto &table = static_cast<const TableSpace &>(*space);
    std::ranges::copy(rows.row(table.indexOf(schedule)), row.begin());
  }

private:
  std::shared_ptr<const SearchSpace> space;
  std::string versionText;
  std::vector<std::string> columns;
  Matrix rows;
};

} // namespace alt
