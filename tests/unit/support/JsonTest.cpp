#include "support/Json.h"
#include "alt/ElementCount.h"
#include "support/Sha256.h"
#include <gtest/gtest.h>
#include <vector>

using namespace alt;

namespace {

TEST(Json, isReadAsFarAsFormatsNest) {
  auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parseJson(nested(deepestJson)).is_array());
  EXPECT_THROW(parseJson(nested(deepestJson + 1)), std::invalid_argument);
  EXPECT_THROW(parseJson(nested(1000000)), std::invalid_argument);
  EXPECT_THROW(parseJson("[1,"), nlohmann::json::exception);
}

TEST(Json, bracketsInStringsDoNotNest) {
  std::string brackets(200, '[');
  EXPECT_EQ(parseJson("[\"" + brackets + "\\\"" + brackets + "\"]")[0], brackets + "\"" + brackets);
}

// The standard's examples (FIPS 180-2, appendix B).
TEST(Sha256, isTheStandards) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(CountElements, knowsWhatCanBe) {
  using Shape = std::vector<int64_t>;
  EXPECT_EQ(countElements(Shape{}), 1);
  EXPECT_EQ(countElements(Shape{2, 3, 4}), 24);
  EXPECT_EQ(countElements(Shape{2, 0, 4}), 0);
  EXPECT_EQ(countElements(Shape{mostElements}), mostElements);
  EXPECT_FALSE(countElements(Shape{mostElements, 2}));
  EXPECT_FALSE(countElements(Shape{-2, -2}));
  EXPECT_FALSE(countElements(Shape{9000000000000000000, 9000000000000000000}));
  EXPECT_FALSE(countElements(Shape{0, -1}));
}

} // namespace
