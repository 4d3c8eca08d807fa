// A schedule lowered, loaded and run in the test's own process.
#pragma once
#include "LoadedKernel.h"
#include "alt/Lower.h"
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace alt::test {

/// Thousands of schedules are too slow for each build, so a seeded handful is tried of every kernel;
/// `ALT_SCHEDULES=1000` asks for more, `ALT_SEED=4` for others.
inline int environmentOr(const char *name, int otherwise) {
  const char *value = std::getenv(name);
  return value ? std::atoi(value) : otherwise;
}
inline int schedulesToTry() { return environmentOr("ALT_SCHEDULES", 4); }
inline Rng schedulesRng() { return Rng(static_cast<uint64_t>(environmentOr("ALT_SEED", 3))); }

inline Buffers makeBuffers(const Workload &workload) {
  Buffers buffers;
  Rng rng(7);
  for (const Argument &argument : workload.arguments) {
    std::vector<float> values(static_cast<size_t>(argument.elements()));
    for (float &value : values)
      value =
          argument.isOutput ? NAN : static_cast<float>(static_cast<int>(rng() % 201) - 100) / 100;
    buffers.push_back(std::move(values));
  }
  return buffers;
}

/// Lowers, links and runs; the failure's text, or "" with `out` (and `plan`) filled.
inline std::string evaluate(const LowerRequest &request, const Buffers &inputs, int64_t pieces,
                            std::vector<float> &out, KernelPlan *plan = nullptr) {
  std::filesystem::path object =
      std::filesystem::path(testing::TempDir()) / ("schedule" + std::to_string(getpid()) + ".o");
  auto lowered = lowerToObject(request, hostTarget(), object);
  if (auto *failure = std::get_if<LowerFailure>(&lowered))
    return failure->detail;
  void *library = loadObject(object);
  if (!library)
    return "does not link";
  Buffers buffers = inputs;
  runPlan(std::get<KernelPlan>(lowered), library, buffers, pieces);
  dlclose(library);
  out = buffers.back();
  if (plan)
    *plan = std::get<KernelPlan>(lowered);
  return "";
}

/// What is said of a schedule's layouts is what its object has buffers for.
inline void expectLayoutsOf(const KernelPlan &plan, const LowerRequest &request) {
  auto layouts = layoutsOf(request, hostTarget());
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

} // namespace alt::test
