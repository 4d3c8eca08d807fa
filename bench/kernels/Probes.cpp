#include "Race.h"
#include "measure/child/Gang.h"
#include <algorithm>

namespace alt::bench {

namespace {
class FmaProbe final : public Contestant {
public:
  explicit FmaProbe(std::span<const int> cores) : gang(cores.size(), cores) {}
  void call() override {
    gang.run([](unsigned) { fmaSteps(100'000); });
  }
  void result(Buffer &) override {}

private:
  Gang gang;
};

class ReadProbe final : public Contestant {
public:
  explicit ReadProbe(std::span<const int> cores)
      : gang(cores.size(), cores), floats(readBytes / 4), sums(cores.size()) {
    std::fill(floats.begin(), floats.end(), 1.f);
  }
  void call() override {
    size_t share = readBytes / 4 / sums.size() / 64 * 64;
    gang.run([&](unsigned thread) {
      sums[thread] = readAll({floats.data() + thread * share, share});
    });
  }
  void result(Buffer &) override {}

private:
  Gang gang;
  Buffer floats;
  std::vector<float> sums;
};
} // namespace

std::unique_ptr<Contestant> enterFmaProbe(std::span<const int> cores) {
  return std::make_unique<FmaProbe>(cores);
}

std::unique_ptr<Contestant> enterReadProbe(std::span<const int> cores) {
  return std::make_unique<ReadProbe>(cores);
}

} // namespace alt::bench
