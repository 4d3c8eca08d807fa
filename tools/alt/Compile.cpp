#include "Tuning.h"

namespace alt {

namespace {
class Compile final : public TuningCommand {
public:
  std::string name() const override { return "compile"; }
  std::string summary() const override { return "Turn a model into a tuned C library"; }
  std::string examples() const override {
    return "  alt compile model.onnx --out build/model --budget 90s\n"
           "  alt compile model.onnx --out build/model --shape x=1x3x48x192 --threads 2\n"
           "  alt compile model.onnx --out build/model --untuned   # default schedules, in seconds\n";
  }
  bool single() const override { return false; }
};
} // namespace

std::unique_ptr<Command> makeCompile() { return std::make_unique<Compile>(); }

} // namespace alt
