#include "prior/Examples.h"
#include "alt/Features.h"
#include <algorithm>
#include <cmath>

namespace alt {

/// Appends one kernel's rows; false when none of its records ran or fits today's space.
static bool addKernel(const RecordFile &file, const RecordedTask &task, PriorExamples &examples) {
  auto isOutput = [](const Operand &operand) { return operand.isOutput; };
  if (std::ranges::none_of(task.workload.operands, isOutput))
    return false; // one of plain loops
  auto space = makeSearchSpace(task.workload, task.target, task.threads);
  auto features = makeFeatures(task.workload, *space, task.target);
  if (features->version() != loopFeaturesVersion)
    return false; // a script's knobs mean nothing elsewhere
  Resumable usable = selectRecords(file, task.workload.id, task.target.key(), *space);
  Seconds best(INFINITY);
  for (const Observation &observation : usable.observations)
    best = std::min(best, observation.measurement.seconds());
  if (!std::isfinite(best.count()))
    return false;
  if (examples.rows.columns == 0)
    examples.rows = Matrix(features->names().size());
  for (const Observation &observation : usable.observations) {
    features->extract(observation.schedule, examples.rows.addRow());
    examples.quality.push_back(float(best / observation.measurement.seconds())); // 0 when it failed
    examples.kernel.push_back(uint32_t(examples.kernels.size()));
  }
  examples.kernels.push_back(task.workload.name);
  return true;
}

Result<PriorExamples> readExamples(const std::vector<std::filesystem::path> &files) {
  PriorExamples examples;
  for (const std::filesystem::path &path : files) {
    auto file = readRecords(path);
    if (!file)
      return file.error();
    if (file->tasks.empty() && !file->warnings.empty())
      return Error{ErrorKind::invalidInput, file->warnings.front()};
    if (file->tasks.empty())
      return Error{ErrorKind::invalidInput,
                   path.string() +
                       ": These records do not say what they were measured of (an older alt wrote "
                       "them), so no prior can be made of them; run `alt tune --records` on them "
                       "once more."};
    for (const RecordedTask &task : file->tasks)
      if (!addKernel(*file, task, examples))
        examples.unused.push_back(path.string() + ": No record of " + task.workload.name +
                                  " both ran and fits today's search space.");
  }
  if (examples.kernels.empty())
    return Error{ErrorKind::invalidInput,
                 examples.unused.front() + " There is nothing to make a prior of; measure anew."};
  return examples;
}

} // namespace alt
