// A prior as a file: one JSON document, small because numbers keep five digits.
#include "alt/Features.h"
#include "alt/Prior.h"
#include "model/Prior.h"
#include "support/Json.h"
#include <cmath>

namespace alt {

using Json = nlohmann::ordered_json;

/// Five digits, which is far less than the noise of what the trees were made from. An infinite
/// threshold (nothing was worth asking) is null.
static Json number(float value) {
  if (std::isinf(value))
    return nullptr;
  char text[32];
  std::snprintf(text, sizeof text, "%.5g", double(value));
  return std::strtod(text, nullptr);
}

static float threshold(const Json &json) { return json.is_null() ? INFINITY : json.get<float>(); }

static Json toJson(const GradientBoosting &model) {
  const GradientBoosting::Trees &trees = model.plain();
  Json columns = Json::array(), thresholds = Json::array(), leaves = Json::array();
  for (const GradientBoosting::Question &question : trees.questions) {
    columns.push_back(question.column);
    thresholds.push_back(number(question.threshold));
  }
  for (float leaf : trees.leaves)
    leaves.push_back(number(leaf));
  return {{"base", number(trees.base)},
          {"depth", trees.depth},
          {"columns", columns},
          {"thresholds", thresholds},
          {"leaves", leaves}};
}

static GradientBoosting modelFromJson(const Json &json) {
  GradientBoosting::Trees trees;
  trees.base = json.at("base").get<float>();
  trees.depth = json.at("depth").get<unsigned>();
  const Json &columns = json.at("columns"), &thresholds = json.at("thresholds");
  for (size_t i = 0; i < columns.size(); ++i)
    trees.questions.push_back({threshold(thresholds.at(i)), columns[i].get<uint32_t>()});
  trees.leaves = json.at("leaves").get<std::vector<float>>();
  size_t count = trees.leaves.size() >> std::min(trees.depth, 8u);
  if (trees.depth < 1 || trees.depth > 8 || trees.leaves.size() != count << trees.depth ||
      trees.questions.size() != count * trees.depth || thresholds.size() != columns.size())
    throw std::invalid_argument("its trees are not whole");
  return GradientBoosting(std::move(trees));
}

std::string toJson(const Prior &prior) {
  Json json = {{"alt_prior", 1},
               {"features", prior.features()},
               {"columns", prior.columns()},
               {"kernels", prior.kernels()},
               {"schedules", prior.rows()},
               {"members", Json::array()}};
  for (const GradientBoosting &member : prior.members())
    json["members"].push_back(toJson(member));
  return json.dump() + "\n";
}

Result<std::shared_ptr<const Prior>> priorFromJson(std::string_view text, const std::string &from) {
  auto bad = [&](const std::string &what) {
    return Error{ErrorKind::invalidInput, from + ": " + what};
  };
  // The library reports by exceptions; they end here.
  try {
    Json json = parseJson<Json>(text);
    std::string features = json.at("features").get<std::string>();
    if (json.at("alt_prior").get<int>() != 1 || features != loopFeaturesVersion)
      return bad("The prior was made for features " + features + " and this alt has " +
                 std::string(loopFeaturesVersion) +
                 "; make it again from its records with `alt train-prior`.");
    size_t columns = json.at("columns").get<size_t>();
    std::vector<GradientBoosting> members;
    for (const Json &member : json.at("members")) {
      members.push_back(modelFromJson(member));
      for (const GradientBoosting::Question &question : members.back().plain().questions)
        if (question.column >= columns)
          return bad("The prior's trees ask for a column that it does not have.");
    }
    if (members.empty())
      return bad("The prior has no members.");
    if (columns != loopFeatureCount())
      return bad("The prior has " + std::to_string(columns) + " columns where features " + features +
                 " have " + std::to_string(loopFeatureCount()) +
                 "; make it again from its records with `alt train-prior`.");
    return std::make_shared<const Prior>(features, columns, json.at("kernels").get<unsigned>(),
                                         json.at("schedules").get<unsigned>(),
                                         Committee(std::move(members)));
  } catch (const std::exception &e) {
    return bad(std::string("Not a prior of alt: ") + e.what() + ".");
  }
}

} // namespace alt
