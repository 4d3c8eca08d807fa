#include "measure/Protocol.h"
#include "support/Json.h"
#include <charconv>

namespace nlohmann {
template <> struct adl_serializer<alt::Seconds> {
  static void to_json(json &j, const alt::Seconds &s) { j = s.count(); }
  static void from_json(const json &j, alt::Seconds &s) { s = alt::Seconds(j.get<double>()); }
};
template <> struct adl_serializer<std::filesystem::path> {
  static void to_json(json &j, const std::filesystem::path &p) { j = p.string(); }
  static void from_json(const json &j, std::filesystem::path &p) { p = j.get<std::string>(); }
};
} // namespace nlohmann

namespace alt {

using Json = nlohmann::json;

// The text forms that other stages have are embedded as JSON.
template <class T> static T embedded(const Json &json, Result<T> (*parse)(std::string_view)) {
  Result<T> value = parse(json.dump());
  if (!value)
    throw std::invalid_argument(value.error().message);
  return *std::move(value);
}
static void to_json(Json &j, const Workload &w) { j = Json::parse(toJson(w)); }
static void from_json(const Json &j, Workload &w) { w = embedded(j, workloadFromJson); }
static void to_json(Json &j, const KernelPlan &p) { j = Json::parse(toJson(p)); }
static void from_json(const Json &j, KernelPlan &p) { p = embedded(j, kernelPlanFromJson); }
static void to_json(Json &j, const WorkloadId &id) { j = id.value; }
static void from_json(const Json &j, WorkloadId &id) { id.value = j.get<uint64_t>(); }
static void to_json(Json &j, const Outcome &o) { j = name(o); }
static void from_json(const Json &j, Outcome &o) {
  std::optional<Outcome> outcome = outcomeFromName(j.get<std::string>());
  if (!outcome)
    throw std::invalid_argument("unknown outcome");
  o = *outcome;
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Target, triple, cpu, features, vectorBits, vectorRegisters,
                                   cores, l1Bytes, l2Bytes, l3Bytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Artifact, object, objectHash, plan)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PhaseTimes, propose, build, check, run)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ChildLimits, wall, memory)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DescribeWorkload, workload, target, threads)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ForgetWorkload, workload)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BuildRequest, number, workload, schedule, object, limits)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BuildAnswer, number, outcome, detail, spent, artifact)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ReferenceRequest, number, workload, artifact, positive, limits)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TimeRequest, number, workload, artifacts, threads, sampleTime,
                                   samplingTime, samples, hopeless, cores, limits)

static void to_json(Json &j, const Measurement &m) {
  j = {{"outcome", m.outcome}, {"samples", m.samples}, {"detail", m.detail}, {"spent", m.spent}};
}
static void from_json(const Json &j, Measurement &m) {
  m.outcome = j.at("outcome").get<Outcome>();
  m.samples = j.at("samples").get<std::vector<Seconds>>();
  m.detail = j.at("detail").get<std::string>();
  m.spent = j.at("spent").get<PhaseTimes>();
}
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TimeAnswer, number, measurements, finite)

std::string toText(const Place &place) {
  std::string text;
  for (int core : place.cores)
    text += (text.empty() ? "" : ",") + std::to_string(core);
  if (place.yields)
    text += text.empty() ? "yield" : ":yield";
  return text.empty() ? "any" : text;
}

Place placeFromText(std::string_view text) {
  Place place;
  if (text.ends_with("yield")) {
    place.yields = true;
    text.remove_suffix(5);
  }
  for (const char *at = text.data(), *end = at + text.size(); at < end;) {
    int core = 0;
    auto [next, code] = std::from_chars(at, end, core);
    if (code == std::errc())
      place.cores.push_back(core);
    at = next + 1;
  }
  return place;
}

// A compiler's diagnostic may hold any bytes.
static std::string dump(const Json &json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

static constexpr const char *requestNames[] = {"describe", "forget", "build", "reference", "time"};

std::string toJson(const Request &request) {
  Json json = std::visit([](const auto &r) { return Json(r); }, request);
  json["do"] = requestNames[request.index()];
  return dump(json);
}

// The library reports by exceptions; they end in these two.
template <class T> static Result<T> answerFromJson(std::string_view text) {
  try {
    return parseJson(text).get<T>();
  } catch (const std::exception &e) {
    return Error{ErrorKind::internal,
                 std::string("Not an answer of alt-runner: ") + e.what() + "."};
  }
}

/// Records have these from other machines, or from nobody's.
static const char *whatIsWrong(const DescribeWorkload &d) {
  auto within = [](int64_t value, int64_t least, int64_t most) {
    return value >= least && value <= most;
  };
  const Target &t = d.target;
  constexpr int64_t largestCache = int64_t(1) << 44;
  if (!within(d.threads, 1, 4096))
    return "no machine has so many threads";
  if (!within(t.vectorBits, 32, 1 << 16) || t.vectorBits % 32 || !within(t.vectorRegisters, 4, 4096))
    return "no machine has such vectors";
  if (!within(t.cores, 1, 1 << 20) || !within(t.l1Bytes, 1, largestCache) ||
      !within(t.l2Bytes, 1, largestCache) || !within(t.l3Bytes, 1, largestCache))
    return "no machine has such cores and caches";
  return "";
}

Result<Request> requestFromJson(std::string_view text) {
  try {
    Json json = parseJson(text);
    std::string what = json.at("do").get<std::string>();
    if (what == requestNames[0]) {
      auto described = json.get<DescribeWorkload>();
      if (const char *wrong = whatIsWrong(described); *wrong)
        throw std::invalid_argument(wrong);
      return Request(std::move(described));
    }
    if (what == requestNames[1])
      return Request(json.get<ForgetWorkload>());
    if (what == requestNames[2])
      return Request(json.get<BuildRequest>());
    if (what == requestNames[3])
      return Request(json.get<ReferenceRequest>());
    if (what == requestNames[4])
      return Request(json.get<TimeRequest>());
    return Error{ErrorKind::invalidInput, "Unknown request '" + what + "'."};
  } catch (const std::exception &e) {
    return Error{ErrorKind::invalidInput, std::string("Not a request: ") + e.what() + "."};
  }
}

std::string toJson(const BuildAnswer &answer) { return dump(answer); }
Result<BuildAnswer> buildAnswerFromJson(std::string_view text) {
  return answerFromJson<BuildAnswer>(text);
}
std::string toJson(const TimeAnswer &answer) { return dump(answer); }
Result<TimeAnswer> timeAnswerFromJson(std::string_view text) {
  return answerFromJson<TimeAnswer>(text);
}

} // namespace alt
