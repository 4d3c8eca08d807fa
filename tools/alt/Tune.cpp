#include "Tuning.h"

namespace alt {

namespace {
class Tune final : public TuningCommand {
public:
  std::string name() const override { return "tune"; }
  std::string summary() const override { return "Find the fastest schedule of one function"; }
  std::string examples() const override {
    return "  alt tune matmul.mlir --trials 100\n"
           "  alt tune matmul.mlir --budget 30s --records matmul.jsonl   # again: goes on from there\n"
           "  alt tune matmul.mlir --schedule mine.mlir      # tunes the knobs of your own script\n"
           "  alt tune conv.mlir --tuner autotvm --json | jq .gflops\n";
  }
  bool single() const override { return true; }
};
} // namespace

std::unique_ptr<Command> makeTune() { return std::make_unique<Tune>(); }

} // namespace alt
