// Every derived space prints as a script that reads back as the same space, point for point.
#include "DrawnKernels.h"
#include "Kernels.h"
#include "RunSchedule.h"
#include <gtest/gtest.h>
#include <sstream>

using namespace alt;

namespace {

class Printed : public testing::TestWithParam<test::KernelText> {};

/// The script below the kernel and the comments, without knobs: what is run.
std::string opsOf(const Workload &workload, const SearchSpace &space, const Schedule &point) {
  Result<std::string> module = printSchedule({workload, &space, &point}, hostTarget());
  if (!module)
    return module.error().message;
  std::string ops, line;
  std::istringstream lines(module->substr(module->find("named_sequence")));
  while (std::getline(lines, line))
    if (line.find("tune.knob") == std::string::npos) {
      // Values are numbered, knobs count: the numbers differ.
      for (size_t i = 0; i < line.size(); ++i)
        if (line[i] != '%')
          ops += line[i];
        else
          while (i + 1 < line.size() && std::isdigit(static_cast<unsigned char>(line[i + 1])))
            ++i;
    }
  return ops;
}

/// Every knob, also those that do not apply.
std::string textOf(const SearchSpace &space, const Schedule &point) {
  std::ostringstream text;
  for (size_t k = 0; k < space.knobs().size(); ++k) {
    const Knob &knob = space.knobs()[k];
    text << knob.name << "=";
    if (knob.labels.empty())
      text << knob.options[point.choice[k]] << " ";
    else
      text << knob.labels[point.choice[k]] << " ";
  }
  return text.str();
}

void expectReadsBackAndReplays(const std::string &kernel) {
  for (unsigned threads : {1u, 2u}) {
    Result<Workload> workload = describeKernel(kernel);
    ASSERT_TRUE(workload) << workload.error().message;
    auto space = makeSearchSpace(*workload, hostTarget(), threads);
    std::string text = printSpace(*workload, hostTarget(), threads).script;
    Workload scripted = *workload;
    Result<void> used = useScript(scripted, text, "space.mlir");
    ASSERT_TRUE(used) << used.error().message << "\n" << text;
    auto read = spaceOf(scripted, hostTarget(), threads);
    Rng rng(5);
    for (int i = 0; i < 4; ++i) {
      Schedule point = i ? space->random(rng) : space->defaultSchedule();
      Result<Schedule> same = parse(*read, textOf(*space, point));
      ASSERT_TRUE(same) << same.error().message;
      EXPECT_TRUE(read->legal(*same)) << print(*space, point);
      if (i == 0) {
        EXPECT_EQ(*same, read->defaultSchedule());
      }
      EXPECT_EQ(opsOf(scripted, *read, *same), opsOf(*workload, *space, point));
    }
  }
}

TEST_P(Printed, ReadsBackAndReplays) { expectReadsBackAndReplays(GetParam().text); }

class PrintedDrawn : public testing::TestWithParam<test::DrawnFamily> {};

TEST_P(PrintedDrawn, ReadsBackAndReplays) {
  Rng rng = test::schedulesRng();
  for (int i = 0; i < test::schedulesToTry() && !HasFailure(); i += 4) {
    test::Choices choices(rng);
    std::string text = (test::DrawnKernel(choices).*GetParam().draw)();
    SCOPED_TRACE(text);
    expectReadsBackAndReplays(text);
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Printed, testing::ValuesIn(test::kernelFamilies()),
                         [](const auto &info) { return info.param.name; });
INSTANTIATE_TEST_SUITE_P(Families, PrintedDrawn, testing::ValuesIn(test::drawnFamilies),
                         [](const auto &info) { return std::string(info.param.name); });

} // namespace
