#include "record/RecordJson.h"
#include "measure/Protocol.h"
#include "support/Json.h"

namespace alt {

using Json = nlohmann::json;

// Invalid UTF-8 in a diagnostic must not cost the record.
static std::string dump(const Json &json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string toLine(const RecordHeader &header) {
  return dump({{"alt_records", header.schema},
               {"tool", header.tool},
               {"revision", header.revision},
               {"compiler", header.compiler},
               {"cpu", header.cpu},
               {"governor", header.governor},
               {"kernel", header.kernel},
               {"aslr", header.aslr},
               {"load", header.load},
               {"cores", header.cores},
               {"when", header.when},
               {"options", header.options}});
}

static RecordHeader headerFromJson(const Json &json) {
  RecordHeader header;
  header.schema = json.at("alt_records").get<int>();
  header.tool = json.value("tool", "");
  header.revision = json.value("revision", "");
  header.compiler = json.value("compiler", "");
  header.cpu = json.value("cpu", "");
  header.governor = json.value("governor", "");
  header.kernel = json.value("kernel", "");
  header.aslr = json.value("aslr", -1);
  header.load = json.value("load", 0.0);
  header.cores = json.value("cores", 0u);
  header.when = json.value("when", 0.0);
  header.options = json.value("options", std::map<std::string, std::string>());
  return header;
}

// As it crosses the pipe to the measuring children.
std::string toLine(const RecordedTask &task) {
  DescribeWorkload description{task.workload, task.target, task.threads};
  description.workload.linalg.clear();
  return dump({{"alt_task", Json::parse(toJson(Request(description)))}});
}

static Result<RecordedTask> taskFromJson(const Json &json) {
  auto request = requestFromJson(json.dump());
  if (!request)
    return request.error();
  auto *description = std::get_if<DescribeWorkload>(&*request);
  if (!description)
    return Error{ErrorKind::invalidInput, "no description of a workload"};
  description->workload.script.clear(); // code of others; its space is made from what the user gives
  return RecordedTask{description->workload, description->target, description->threads};
}

std::string toLine(const Record &record) {
  const Measurement &m = record.measurement;
  Json samples = Json::array();
  for (Seconds s : m.samples)
    samples.push_back(s.count());
  Json json = {{"workload", record.workload.hex()},
               {"name", record.workloadName},
               {"target", record.target},
               {"schedule", record.schedule},
               {"outcome", name(m.outcome)},
               {"samples", samples},
               {"spent",
                {{"propose", m.spent.propose.count()},
                 {"build", m.spent.build.count()},
                 {"check", m.spent.check.count()},
                 {"run", m.spent.run.count()}}},
               {"tuner", record.tuner},
               {"seed", record.seed},
               {"when", record.when}};
  if (!m.detail.empty())
    json["detail"] = m.detail;
  if (m.artifact) // for people; the object itself goes with the session
    json["object_hash"] = m.artifact->objectHash;
  return dump(json);
}

static Record recordFromJson(const Json &json) {
  Record record;
  record.workload.value = std::stoull(json.at("workload").get<std::string>(), nullptr, 16);
  record.workloadName = json.value("name", "");
  record.target = json.at("target").get<std::string>();
  record.schedule = json.at("schedule").get<std::string>();
  record.tuner = json.value("tuner", "");
  record.seed = json.value("seed", uint64_t(0));
  record.when = json.value("when", 0.0);

  Measurement &m = record.measurement;
  std::string outcome = json.at("outcome").get<std::string>();
  std::optional<Outcome> known = outcomeFromName(outcome);
  if (!known)
    throw std::invalid_argument("unknown outcome '" + outcome + "'");
  m.outcome = *known;
  for (double s : json.at("samples").get<std::vector<double>>())
    m.samples.emplace_back(s);
  m.detail = json.value("detail", "");
  Json spent = json.value("spent", Json::object());
  m.spent.propose = Seconds(spent.value("propose", 0.0));
  m.spent.build = Seconds(spent.value("build", 0.0));
  m.spent.check = Seconds(spent.value("check", 0.0));
  m.spent.run = Seconds(spent.value("run", 0.0));
  return record;
}

Line parseLine(std::string_view text) {
  // The library (and stoull) report by exceptions; they end here.
  try {
    Json json = parseJson(text);
    if (!json.is_object())
      return Error{ErrorKind::invalidInput, "not a JSON object"};
    if (json.contains("alt_task")) {
      auto task = taskFromJson(json.at("alt_task"));
      return task ? Line(*task) : Line(task.error());
    }
    if (!json.contains("alt_records"))
      return recordFromJson(json);
    if (int schema = json.at("alt_records").get<int>(); schema != recordSchema)
      return ForeignSchema{schema};
    return headerFromJson(json);
  } catch (const std::exception &e) {
    return Error{ErrorKind::invalidInput, e.what()};
  }
}

} // namespace alt
