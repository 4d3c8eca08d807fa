#include "Interrupt.h"
#include "OutputFolder.h"
#include "Tuning.h"
#include <nlohmann/json.hpp>

namespace alt {

namespace fs = std::filesystem;

/// Whole or not at all, also where the disk is full.
static Result<void> publish(const fs::path &from, const fs::path &to) {
  fs::path beside = to;
  beside += ".part";
  std::error_code failed, ignored;
  fs::copy_file(from, beside, fs::copy_options::overwrite_existing, failed);
  if (!failed)
    fs::rename(beside, to, failed);
  if (!failed)
    return {};
  fs::remove(beside, ignored);
  return Error{ErrorKind::io, to.string() + ": cannot write: " + failed.message() + "."};
}

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
    fs::path made = work.path() / "imported" / out.filename();
    std::error_code failed;
    fs::create_directories(made.parent_path(), failed);
    if (auto done = importOnnx(source.model, made, *options); !done)
      return done.error();
    for (const fs::path &file : {out, fs::path(out).replace_extension(".weights")})
      folder->claim(file);
    // The program last: who finds it finds its weights.
    if (auto done = publish(fs::path(made).replace_extension(".weights"),
                            fs::path(out).replace_extension(".weights"));
        !done)
      return done.error();
    if (auto done = publish(made, out); !done)
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
