#include "TuneRow.h"
#include "alt/Lower.h"
#include "alt/Records.h"
#include <algorithm>
#include <iostream>

namespace alt::bench {

namespace {
class Warnings final : public SessionObserver {
  void onWarning(const std::string &warning) override {
    std::cerr << "warning: " << warning << "\n";
  }
};
} // namespace

static Result<bool> isRecorded(const std::filesystem::path &records, const Workload &workload,
                               const Target &target) {
  if (!std::filesystem::exists(records))
    return false;
  auto file = readRecords(records);
  if (!file)
    return file.error();
  return std::any_of(file->records.begin(), file->records.end(), [&](const Record &record) {
    return record.workload == workload.id && record.target == target.key() &&
           record.measurement.ok();
  });
}

Result<SessionResult> tuneRow(const Row &row, const Target &target, const RowTuning &tuning) {
  auto workload = describeKernel(kernelText(row));
  if (!workload)
    return workload.error();
  workload->name = row.name;
  auto recorded = isRecorded(tuning.records, *workload, target);
  if (!recorded)
    return recorded.error();
  SessionOptions session;
  session.trials = tuning.trials ? tuning.trials : *recorded ? 1 : 200;
  session.seed = tuning.seed;
  session.measure.threads = tuning.threads;
  Warnings observer;
  SessionKernel kernel{*workload};
  return runSession({&kernel, 1}, target, session, tuning.records, observer, {});
}

} // namespace alt::bench
