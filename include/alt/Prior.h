// Starting from other kernels' records: where a prior comes from, and how one is made.
#pragma once
#include "alt/Records.h"
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace alt {

class Prior; // model/Prior.h

/// By what the user gave as --prior: "shipped", "none" (nullptr), a file that `alt train-prior`
/// wrote, or records files, comma-separated, from which one is made here and now. Errors say which
/// file is of no use and why: a foreign one, one of another version of the features, records that
/// do not say what they were measured of.
Result<std::shared_ptr<const Prior>> loadPrior(std::string_view source);
/// One line for people: "28 kernels, 4480 schedules, features loops-1"; "none".
std::string describe(const Prior *);

std::string toJson(const Prior &);
/// `from` is named in the error.
Result<std::shared_ptr<const Prior>> priorFromJson(std::string_view text, const std::string &from);
/// The model that was made of our own kernels and is part of the program.
std::string_view shippedPriorJson();

/// How well a prior of all other kernels would have ordered one kernel's records.
struct LeftOut {
  std::string kernel;
  unsigned rows = 0;
  double spearman = 0; ///< rank correlation with the measured quality
  double best16 = 0;   ///< the best quality among the 16 that it puts first
};
struct TrainedPrior {
  std::shared_ptr<const Prior> prior;
  std::vector<LeftOut> leftOut; ///< empty unless asked for
  std::vector<std::string> warnings; ///< kernels of which nothing could be used
};
/// Made of records files.
Result<TrainedPrior> trainPrior(const std::vector<std::filesystem::path> &records, uint64_t seed,
                                bool leaveOneOut);

} // namespace alt
