#include "program/PythonScript.h"
#include "alt/Support.h"

namespace alt {

namespace fs = std::filesystem;

static fs::path besideProgram() { return thisProgram().parent_path(); }

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

static Result<fs::path> findScript(const std::string &name) {
  for (const fs::path &place : {besideProgram() / "../share/alt", fs::path(ALT_PYTHON_DIR)})
    if (std::error_code ignored; fs::exists(place / name, ignored))
      return place / name;
  return Error{ErrorKind::internal, name + " was not found beside alt."};
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

Result<PythonScript> findPythonScript(const std::string &name, const fs::path &torchMlir) {
  Result<fs::path> tools = findTools(torchMlir);
  if (!tools)
    return tools.error();
  Result<fs::path> script = findScript(name);
  if (!script)
    return script.error();
  return PythonScript{{interpreter(*tools), *script}, *tools};
}

} // namespace alt
