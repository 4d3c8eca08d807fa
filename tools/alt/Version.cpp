#include "Command.h"
#include "alt/Records.h"
#include "alt/Target.h"
#include <iostream>
#include <nlohmann/json.hpp>

namespace alt {

namespace {
class Version final : public Command {
public:
  std::string name() const override { return "version"; }
  std::string summary() const override { return "The tool, its LLVM, and this machine as it sees it"; }
  std::string examples() const override { return "  alt version --json\n"; }
  void declare(CLI::App &) override {}
  Result<int> run(const Invocation &invocation) override {
    RecordHeader session = describeSession();
    Target target = hostTarget();
    if (invocation.json)
      printJson(nlohmann::ordered_json{
          {"tool", std::string("alt ") + ALT_VERSION},
          {"revision", session.revision},
          {"llvm", session.compiler},
          {"cpu", {{"name", session.cpu},
                   {"llvm_name", target.cpu},
                   {"features", target.features},
                   {"vector_bits", target.vectorBits},
                   {"cores", target.cores},
                   {"l1_bytes", target.l1Bytes},
                   {"l2_bytes", target.l2Bytes},
                   {"l3_bytes", target.l3Bytes}}},
          {"triple", target.triple},
          {"target", target.key()}}.dump(2));
    else
      std::cout << "alt " ALT_VERSION " (" << session.revision << "), " << session.compiler << "\n"
                << session.cpu << ": " << target.cpu << ", vectors of " << target.vectorBits
                << " bits, " << target.cores << " cores, " << target.triple << "\n";
    return exitOk;
  }
};
} // namespace

std::unique_ptr<Command> makeVersion() { return std::make_unique<Version>(); }

} // namespace alt
