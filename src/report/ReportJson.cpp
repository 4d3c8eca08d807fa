#include "alt/Report.h"
#include <cmath>
#include <nlohmann/json.hpp>

namespace alt {

using Json = nlohmann::ordered_json;

static Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

static Json outcomesJson(const std::array<unsigned, outcomeCount> &outcomes) {
  Json json = Json::object();
  for (unsigned i = 0; i < outcomeCount; ++i)
    json[std::string(name(static_cast<Outcome>(i)))] = outcomes[i];
  return json;
}

static Json layoutsJson(const std::vector<OperandLayout> &layouts) {
  Json list = Json::array();
  for (const OperandLayout &layout : layouts)
    list.push_back({{"operand", layout.operand},
                    {"argument", layout.argument ? Json(*layout.argument) : Json(nullptr)},
                    {"type", name(layout.type)},
                    {"order", layout.order},
                    {"shape", layout.shape},
                    {"made", name(layout.made)},
                    {"copied_bytes", layout.copiedBytes()}});
  return list;
}

static Json kernelJson(const KernelReport &kernel) {
  Json curve = Json::array();
  for (const CurvePoint &point : kernel.curve)
    curve.push_back({{"trial", point.trial}, {"wall", point.wall}, {"seconds", point.seconds}});
  return {{"name", kernel.name},
          {"id", kernel.id},
          {"anchor", kernel.anchor},
          {"count", kernel.uses},
          {"flops", kernel.flops},
          {"space_size", number(kernel.spaceSize)},
          {"default_seconds", number(kernel.defaultSeconds)},
          {"best_seconds", number(kernel.bestSeconds)},
          {"gflops", number(kernel.gflops(kernel.bestSeconds))},
          {"default_gflops", number(kernel.gflops(kernel.defaultSeconds))},
          {"best_schedule", kernel.bestSchedule},
          {"default_schedule", kernel.defaultSchedule},
          {"layouts", layoutsJson(kernel.layouts)},
          {"default_kept", kernel.isDefault},
          {"plain_loops", kernel.plain},
          {"trials", kernel.trials},
          {"resumed", kernel.resumed},
          {"outcomes", outcomesJson(kernel.outcomes)},
          {"failures", kernel.failures},
          {"stop_reason", kernel.stopReason},
          {"expected_left", number(kernel.expectedLeft)},
          {"curve", std::move(curve)}};
}

/// A function with several anchor ops: the times and schedules of all of them together.
static void addSums(Json &json, const TuneReport &report) {
  double flops = 0;
  std::string best;
  for (const KernelReport &kernel : report.kernels) {
    flops += kernel.uses * static_cast<double>(kernel.flops);
    best += (best.empty() ? "" : "\n") + kernel.name + ": " + kernel.bestSchedule;
  }
  json["best_seconds"] = number(report.tunedSeconds());
  json["default_seconds"] = number(report.untunedSeconds());
  json["gflops"] = number(flops / report.tunedSeconds() * 1e-9);
  json["best_schedule"] = best;
}

std::string toJson(const TuneReport &report, bool single) {
  Json json;
  json["name"] = report.title;
  if (single && report.kernels.size() == 1) {
    json = kernelJson(report.kernels.front());
  } else {
    if (single)
      addSums(json, report);
    json["kernels"] = Json::array();
    for (const KernelReport &kernel : report.kernels)
      json["kernels"].push_back(kernelJson(kernel));
    json["trials"] = report.trials();
    json["resumed"] = report.resumed();
    json["outcomes"] = outcomesJson(report.outcomes());
  }
  json["untuned_seconds"] = number(report.untunedSeconds());
  json["tuned_seconds"] = number(report.tunedSeconds());
  PhaseTimes spent = report.spent();
  json["spent"] = {{"learn", spent.propose.count()},
                   {"build", spent.build.count()},
                   {"check", spent.check.count()},
                   {"run", spent.run.count()}};
  json["wall_seconds"] = report.wallSeconds;
  json["learning_seconds"] = report.learningSeconds();
  json["trials_per_second"] = report.trialsPerSecond();
  json["tuner"] = report.tuner;
  json["seed"] = report.seed;
  json["threads"] = report.threads;
  json["tool"] = report.tool;
  json["target"] = report.target;
  json["cpu"] = report.cpu;
  json["agrees_with_reference"] = report.agreesWithReference ? Json(true) : Json(nullptr);
  json["agrees_with_untuned"] = report.agreesWithUntuned ? Json(true) : Json(nullptr);
  json["interrupted"] = report.interrupted;
  json["notes"] = report.notes;
  json["options"] = report.options;
  // Names come from the user's files and may be in any encoding.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace alt
