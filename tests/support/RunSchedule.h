// A schedule lowered, loaded and run in the test's own process.
#pragma once
#include "LoadedKernel.h"
#include "alt/Lower.h"
#include "alt/TileData.h"
#include <bit>
#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace alt::test {

/// Thousands of schedules are too slow for each build, so a seeded handful is tried of every
/// kernel; `ALT_SCHEDULES=1000` asks for more, `ALT_SEED=4` for others.
inline int environmentOr(const char *name, int otherwise) {
  const char *value = std::getenv(name);
  return value ? std::atoi(value) : otherwise;
}
inline int schedulesToTry() { return environmentOr("ALT_SCHEDULES", 4); }
inline Rng schedulesRng() { return Rng(static_cast<uint64_t>(environmentOr("ALT_SEED", 3))); }

/// Small values of the argument's type, which sums hold exactly where they are integers.
inline std::vector<float> drawValues(const Argument &argument, Rng &rng) {
  std::vector<float> buffer(static_cast<size_t>((argument.byteSize() + 3) / 4), NAN);
  auto *bytes = reinterpret_cast<char *>(buffer.data());
  auto fill = [&](auto draw) {
    for (int64_t e = 0; e < argument.elements(); ++e) {
      auto value = draw();
      std::memcpy(bytes + e * static_cast<int64_t>(sizeof value), &value, sizeof value);
    }
  };
  auto hundredths = [&] { return static_cast<int>(rng() % 201) - 100; };
  auto upperHalf = [](float of) {
    return static_cast<uint16_t>(std::bit_cast<uint32_t>(of) >> 16);
  };
  if (argument.isOutput)
    return buffer;
  if (argument.type == ElementType::f32)
    fill([&] { return static_cast<float>(hundredths()) / 100; });
  else if (argument.type == ElementType::f64)
    fill([&] { return hundredths() / 100.0; });
  else if (argument.type == ElementType::bf16) // exact: 8 bits
    fill([&] { return upperHalf(static_cast<float>(static_cast<int8_t>(rng())) / 64); });
  else if (argument.type == ElementType::i8)
    fill([&] { return static_cast<int8_t>(rng()); });
  else
    fill([&] { return hundredths(); });
  return buffer;
}

/// Of all arguments; they hold other types as floats do.
inline Buffers makeBuffers(const Workload &workload) {
  Buffers buffers;
  Rng rng(7);
  for (const Argument &argument : workload.arguments)
    buffers.push_back(drawValues(argument, rng));
  return buffers;
}

/// As much as another order of the same sum may differ.
inline void expectSameSums(const std::vector<float> &actual, const std::vector<float> &expected,
                           const Argument &argument) {
  auto compare = [&]<class T>(T, double tolerance) {
    for (int64_t e = 0; e < argument.elements(); ++e) {
      T one, other;
      std::memcpy(&one, reinterpret_cast<const char *>(actual.data()) + e * int64_t(sizeof one),
                  sizeof one);
      std::memcpy(&other, reinterpret_cast<const char *>(expected.data()) + e * int64_t(sizeof one),
                  sizeof one);
      if (one == other) // two infinities, too
        continue;
      auto difference = static_cast<double>(one) - static_cast<double>(other);
      ASSERT_LE(std::fabs(difference), tolerance * (1 + std::fabs(static_cast<double>(other))))
          << "element " << e << ": " << one << " for " << other;
    }
  };
  if (argument.type == ElementType::f32)
    compare(0.0f, 1e-4);
  else if (argument.type == ElementType::f64)
    compare(0.0, 1e-10);
  else
    compare(int32_t(), 0);
}

/// Lowers, links and runs; the failure's text, or "" with `out` (and `plan`) filled.
inline std::string evaluate(const LowerRequest &request, const Buffers &inputs, int64_t pieces,
                            std::vector<float> &out, KernelPlan *plan = nullptr,
                            const Target &target = hostTarget()) {
  std::filesystem::path object =
      std::filesystem::path(testing::TempDir()) / ("schedule" + std::to_string(getpid()) + ".o");
  auto lowered = lowerToObject(request, target, object);
  if (auto *failure = std::get_if<LowerFailure>(&lowered))
    return failure->detail;
  void *library = loadObject(object);
  if (!library)
    return "does not link";
  Buffers buffers = inputs;
  constexpr float guard = 4321.5f; // behind each buffer, where nothing is written
  for (std::vector<float> &buffer : buffers)
    buffer.insert(buffer.end(), 64, guard);
  if (systemHasTiles())
    (void)requestTileData();
  runPlan(std::get<KernelPlan>(lowered), library, buffers, pieces);
  dlclose(library);
  for (std::vector<float> &buffer : buffers) {
    if (std::any_of(buffer.end() - 64, buffer.end(), [](float value) { return value != guard; }))
      return "writes behind a buffer";
    buffer.resize(buffer.size() - 64);
  }
  out = buffers.back();
  if (plan)
    *plan = std::get<KernelPlan>(lowered);
  return "";
}

/// What is said of a schedule's layouts is what its object has buffers for.
inline void expectLayoutsOf(const KernelPlan &plan, const LowerRequest &request,
                            const Target &target) {
  auto layouts = layoutsOf(request, target);
  ASSERT_TRUE(layouts) << layouts.error().message;
  ASSERT_EQ(layouts->size(), request.workload.operands.size());
  std::vector<int64_t> persistent, others, ahead;
  for (const Scratch &scratch : plan.scratch)
    (scratch.persistent ? persistent : others).push_back(scratch.bytes);
  for (const OperandLayout &layout : *layouts)
    if (layout.made == OperandLayout::Made::ahead)
      ahead.push_back(layout.copiedBytes());
    else if (layout.made == OperandLayout::Made::everyCall)
      EXPECT_THAT(others, testing::Contains(layout.copiedBytes())) << print(layout);
  EXPECT_THAT(ahead, testing::UnorderedElementsAreArray(persistent));
}

/// A kernel with inputs, and what the reference makes of them.
class CheckedKernel {
public:
  explicit CheckedKernel(const std::string &text, Target given = hostTarget())
      : target(std::move(given)) {
    Result<Workload> described = describeKernel(text);
    EXPECT_TRUE(described) << described.error().message;
    if (!described)
      return;
    workload = *std::move(described);
    EXPECT_FALSE(workload.axes.empty());
    inputs = makeBuffers(workload);
    EXPECT_EQ(evaluate({.workload = workload, .reference = true}, inputs, 1, expected), "");
  }

  void expectRight(const SearchSpace &space, const Schedule &schedule, unsigned threads) const {
    ASSERT_TRUE(space.legal(schedule));
    SCOPED_TRACE(std::to_string(threads) + " threads: " + print(space, schedule));
    std::vector<float> actual;
    LowerRequest request{workload, &space, &schedule};
    KernelPlan plan;
    ASSERT_EQ(evaluate(request, inputs, threads, actual, &plan, target), "");
    expectLayoutsOf(plan, request, target);
    expectSameSums(actual, expected, workload.arguments.back());
  }

  /// The default and `count` others, on one thread and on two.
  void expectRight(int count, Rng &rng) const {
    for (unsigned threads : {1u, 2u}) {
      std::unique_ptr<SearchSpace> space = makeSearchSpace(workload, target, threads);
      for (int i = 0; i <= count && !testing::Test::HasFatalFailure(); ++i)
        expectRight(*space, i ? space->random(rng) : space->defaultSchedule(), threads);
    }
  }

  Workload workload;
  Target target;
  Buffers inputs;
  std::vector<float> expected; ///< of the last output
};

} // namespace alt::test
