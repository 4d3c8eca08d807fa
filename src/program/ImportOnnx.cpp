// The only importer: our script in a child process, with the Python that torch-mlir lives in.
#include "alt/Program.h"
#include "alt/Support.h"
#include "support/Subprocess.h"
#include <csignal>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

namespace alt {

namespace fs = std::filesystem;

static fs::path besideProgram() {
  std::error_code failed;
  return fs::read_symlink("/proc/self/exe", failed).parent_path();
}

static bool holdsTools(const fs::path &directory) {
  std::error_code ignored;
  return fs::exists(directory / "torch-mlir-opt", ignored) &&
         fs::exists(directory / "torch-mlir-import-onnx", ignored);
}

static Result<fs::path> findTools(const fs::path &given) {
  const std::string help = "run `make build`, which installs it into build/venv, or name the "
                           "directory of its programs with --torch-mlir DIR.";
  if (!given.empty()) {
    if (holdsTools(given))
      return fs::absolute(given);
    if (holdsTools(given / "bin"))
      return fs::absolute(given / "bin");
    return Error{ErrorKind::io, given.string() +
                                    ": torch-mlir is not there (torch-mlir-opt and "
                                    "torch-mlir-import-onnx are looked for): " +
                                    help};
  }
  for (const fs::path &place : {besideProgram() / "../venv/bin", fs::path(ALT_VENV_DIR) / "bin"})
    if (holdsTools(place))
      return fs::canonical(place);
  return Error{ErrorKind::io, "torch-mlir was not found, which reads ONNX models: " + help};
}

static Result<fs::path> findScript() {
  const char *name = "onnx_to_linalg.py";
  for (const fs::path &place : {besideProgram() / "../share/alt", fs::path(ALT_PYTHON_DIR)})
    if (std::error_code ignored; fs::exists(place / name, ignored))
      return place / name;
  return Error{ErrorKind::internal, std::string(name) + " was not found beside alt."};
}

// The interpreter beside the programs, or the one that their first line names.
static fs::path interpreter(const fs::path &tools) {
  for (const char *name : {"python3", "python"})
    if (std::error_code ignored; fs::exists(tools / name, ignored))
      return tools / name;
  if (Result<std::string> text = readFile(tools / "torch-mlir-import-onnx"))
    if (text->starts_with("#!"))
      return text->substr(2, text->find_first_of(" \n") - 2);
  return "python3";
}

// What the script says when it refuses: {"kind": ..., "message": ...} on its last line.
static Error errorFrom(const ChildResult &result, const std::string &model) {
  if (WIFSIGNALED(result.status) && WTERMSIG(result.status) == SIGINT)
    return {ErrorKind::interrupted, model + ": the import was interrupted."};
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
  return {ErrorKind::unsupported, model + ": the import failed: " + lastLine(result.err) + "."};
}

Result<void> importOnnx(const fs::path &model, const fs::path &outMlir,
                        const ImportOptions &options) {
  std::error_code failed;
  if (!fs::exists(model, failed))
    return Error{ErrorKind::io, model.string() + ": no such file."};
  Result<fs::path> tools = findTools(options.torchMlir);
  if (!tools)
    return tools.error();
  Result<fs::path> script = findScript();
  if (!script)
    return script.error();
  std::vector<std::string> command = {interpreter(*tools), *script, model,    outMlir,
                                      "--tools",           *tools,  "--work", options.workDir};
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
  Result<ChildResult> result = runChild(command);
  if (!result)
    return result.error();
  if (result->succeeded())
    return {};
  return errorFrom(*result, model.string());
}

} // namespace alt
