#include "alt/Sampler.h"
#include <gmock/gmock.h>

using namespace alt;

TEST(Samplers, altIsTheFirstAndEachHasASummary) {
  EXPECT_EQ(samplers()[0].name, "alt");
  for (const SamplerInfo &info : samplers())
    EXPECT_FALSE(info.summary.empty()) << info.name;
}

TEST(Samplers, anUnknownNameGetsASuggestion) {
  auto found = findSampler("randon");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::usage);
  EXPECT_EQ(found.error().message, "There is no tuner 'randon'; did you mean 'random'?");
}

TEST(Samplers, aWordLikeNoneGetsTheList) {
  auto found = findSampler("gradient-descent");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, testing::HasSubstr("known are alt, "));
}
