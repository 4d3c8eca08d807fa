#include "model/XGBoost.h"
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <xgboost/c_api.h>

namespace alt {

/// The library fails only when called wrongly, which is our mistake, also in a release build.
static void check(int status) {
  if (status == 0)
    return;
  std::fprintf(stderr, "alt: XGBoost refused a call: %s\n", XGBGetLastError());
  std::abort();
}

static std::vector<float> predictWith(void *booster, void *data, int type, uint64_t &columns) {
  std::string config = R"({"type": )" + std::to_string(type) +
                       R"(, "training": false, "iteration_begin": 0, "iteration_end": 0, )" +
                       R"("strict_shape": false})";
  const bst_ulong *shape = nullptr;
  bst_ulong dimensions = 0;
  const float *result = nullptr;
  check(XGBoosterPredictFromDMatrix(booster, data, config.c_str(), &shape, &dimensions, &result));
  size_t count = 1;
  for (bst_ulong d = 0; d < dimensions; ++d)
    count *= shape[d];
  columns = shape[0] ? count / shape[0] : 0;
  return {result, result + count};
}

/// A DMatrix for the length of one call.
static std::vector<float> predictRows(void *booster, const Matrix &rows, int type,
                                      uint64_t &columns) {
  DMatrixHandle data = nullptr;
  check(XGDMatrixCreateFromMat(rows.values.data(), rows.rows(), rows.columns, NAN, &data));
  std::vector<float> result = predictWith(booster, data, type, columns);
  check(XGDMatrixFree(data));
  return result;
}

XGBoost::XGBoost(const Matrix &rows, std::span<const float> labels, const Parameters &parameters) {
  assert(rows.rows() == labels.size() && !labels.empty());
  check(XGDMatrixCreateFromMat(rows.values.data(), rows.rows(), rows.columns, NAN, &data));
  check(XGDMatrixSetFloatInfo(data, "label", labels.data(), labels.size()));
  check(XGBoosterCreate(&data, 1, &booster));
  check(XGBoosterSetParam(booster, "nthread", "1"));
  check(XGBoosterSetParam(booster, "verbosity", "0"));
  for (const auto &[name, value] : parameters)
    check(XGBoosterSetParam(booster, name.c_str(), value.c_str()));
}

XGBoost::XGBoost(XGBoost &&other) noexcept { *this = std::move(other); }

XGBoost &XGBoost::operator=(XGBoost &&other) noexcept {
  std::swap(data, other.data);
  std::swap(booster, other.booster);
  std::swap(rounds, other.rounds);
  return *this;
}

XGBoost::~XGBoost() {
  if (booster)
    XGBoosterFree(booster);
  if (data)
    XGDMatrixFree(data);
}

void XGBoost::grow() { check(XGBoosterUpdateOneIter(booster, rounds++, data)); }

std::vector<float> XGBoost::trainingPredictions() const {
  uint64_t columns;
  return predictWith(booster, data, 0, columns);
}

std::vector<float> XGBoost::predict(const Matrix &rows) const {
  uint64_t columns;
  return rows.rows() ? predictRows(booster, rows, 0, columns) : std::vector<float>{};
}

std::vector<uint32_t> XGBoost::leaves(const Matrix &rows, size_t &trees) const {
  uint64_t columns = 0;
  std::vector<float> values = predictRows(booster, rows, 6, columns);
  trees = columns;
  return {values.begin(), values.end()};
}

} // namespace alt
