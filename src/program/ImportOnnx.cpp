// The only importer: our script in a child process, with the Python that torch-mlir lives in.
#include "alt/Options.h"
#include "alt/Program.h"
#include "alt/Log.h"
#include "program/PythonScript.h"
#include "support/Subprocess.h"
#include <csignal>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

namespace alt {

namespace fs = std::filesystem;

// What the script says when it refuses: {"kind": ..., "message": ...} on its last line.
static Error errorFrom(const ChildResult &result, const std::string &model) {
  if (WIFSIGNALED(result.status) && WTERMSIG(result.status) == SIGXCPU)
    return {ErrorKind::unsupported,
            model + ": its import comes to no end; it was stopped after more processor time than "
                    "a model of its size needs."};
  if (WIFSIGNALED(result.status))
    return {ErrorKind::unsupported, model + ": the importer was killed (" + result.signalName() +
                                        "); is there enough memory?"};
  auto json = nlohmann::json::parse(lastLine(result.out), nullptr, /*allow_exceptions=*/false);
  if (json.is_object() && json.contains("message") && json["message"].is_string()) {
    std::string kind = json.value("kind", "");
    return {kind == "usage"         ? ErrorKind::usage
            : kind == "io"          ? ErrorKind::io
            : kind == "unsupported" ? ErrorKind::unsupported
                                    : ErrorKind::invalidInput,
            json["message"]};
  }
  stderrLog().debug(result.err);
  return {ErrorKind::unsupported, model + ": the importer fails on this model, which is a fault of alt; "
                                          "-v shows what it said."};
}

Result<void> importOnnx(const fs::path &model, const fs::path &outMlir,
                        const ImportOptions &options) {
  std::error_code failed;
  if (!fs::exists(model, failed))
    return Error{ErrorKind::io, model.string() + ": no such file."};
  Result<PythonScript> script = findPythonScript("onnx_to_linalg.py", options.torchMlir);
  if (!script)
    return script.error();
  std::vector<std::string> command = script->command;
  command.insert(command.end(),
                 {model, outMlir, "--tools", script->tools, "--work", options.workDir});
  for (const ShapeBinding &binding : options.shapes) {
    std::string text = binding.input + "=";
    for (int64_t extent : binding.shape)
      text += (text.back() == '=' ? "" : "x") + std::to_string(extent);
    command.push_back("--shape");
    command.push_back(text);
  }
  for (const std::string &constant : options.constants) {
    command.push_back("--constant");
    command.push_back(constant);
  }
  if (options.memory)
    command.insert(command.end(), {"--memory", std::to_string(options.memory)});
  ChildOptions limits;
  if (options.limit.count() > 0)
    limits.limit = options.limit;
  Result<ChildResult> result = runChild(command, limits);
  if (!result)
    return result.error();
  if (result->timedOut)
    return Error{ErrorKind::unsupported, model.string() + ": its import was not done within " +
                                             printDuration(options.limit) +
                                             "; --import-limit allows more."};
  if (result->succeeded())
    return {};
  return errorFrom(*result, model.string());
}

} // namespace alt
