#include "Interrupt.h"
#include "OutputFolder.h"
#include "Tuning.h"
#include <nlohmann/json.hpp>

namespace alt {

namespace {
class Import final : public Command {
public:
  std::string name() const override { return "import"; }
  std::string summary() const override { return "Turn an ONNX model into linalg-on-tensors MLIR"; }
  std::string examples() const override {
    return "  alt import model.onnx --out model.mlir\n"
           "  alt import model.onnx --out model.mlir --shape x=1x3x224x224\n";
  }
  void declare(CLI::App &app) override {
    source.declare(app, "MODEL", "A .onnx file");
    app.add_option("--out", out, "The .mlir file to write")->required()->type_name("FILE");
  }
  Result<int> run(const Invocation &invocation) override {
    WorkFolder work;
    auto options = source.importOptions(work.path());
    if (!options)
      return options.error();
    auto folder = OutputFolder::prepare(out.has_parent_path() ? out.parent_path() : ".");
    if (!folder)
      return folder.error();
    if (auto made = folder->make(); !made)
      return made.error();
    if (auto done = importOnnx(source.model, out, *options); !done)
      return done.error();
    folder->keep();
    if (invocation.json)
      printJson(nlohmann::json{{"program", out.string()}}.dump());
    else
      invocation.log.info("Wrote " + out.string() + ".");
    return exitOk;
  }

private:
  ModelArguments source;
  std::filesystem::path out;
};
} // namespace

std::unique_ptr<Command> makeImport() { return std::make_unique<Import>(); }

} // namespace alt
