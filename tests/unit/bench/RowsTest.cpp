#include "Row.h"
#include "alt/Lower.h"
#include <gtest/gtest.h>
#include <set>

using namespace alt;
using namespace alt::bench;

static std::vector<Row> listed() {
  auto rows = readRows(ALT_BENCH_ROWS);
  EXPECT_TRUE(rows) << rows.error().message;
  return rows ? *rows : std::vector<Row>();
}

static void expectKernelOfTheRow(const Row &row) {
  auto workload = describeKernel(kernelText(row));
  ASSERT_TRUE(workload) << row.name << ": " << workload.error().message;
  EXPECT_EQ(double(workload->flops), row.flops()) << row.name;
  ASSERT_EQ(workload->arguments.size(), 3u) << row.name;
  EXPECT_EQ(workload->arguments[0].elements(), row.inputElements()) << row.name;
  EXPECT_EQ(workload->arguments[1].elements(), row.weightElements()) << row.name;
  EXPECT_EQ(workload->arguments[2].elements(), row.outputElements()) << row.name;
}

TEST(Rows, AreTheNineMatmulsAndThirteenConvolutions) {
  size_t matmuls = 0, names = 0;
  std::set<std::string> seen;
  for (const Row &row : listed()) {
    matmuls += row.op == Op::matmul;
    names += seen.insert(row.name).second;
  }
  EXPECT_EQ(matmuls, 9u);
  EXPECT_EQ(names, 22u);
}

TEST(Rows, EveryTextIsAKernelOfTheSameShape) {
  for (const Row &row : listed())
    expectKernelOfTheRow(row);
}

TEST(OddRows, AreKernelsToo) {
  for (const Row &row : oddRows(1, 40))
    expectKernelOfTheRow(row);
}

TEST(OddRows, DependOnTheSeedAlone) {
  auto first = oddRows(7, 40), again = oddRows(7, 40), other = oddRows(8, 40);
  ASSERT_EQ(first.size(), 40u);
  size_t different = 0;
  for (size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(first[i].name, again[i].name);
    different += first[i].name != other[i].name;
  }
  EXPECT_GT(different, 30u);
}

TEST(OddRows, HoldEveryOp) {
  size_t count[3] = {};
  for (const Row &row : oddRows(1, 40))
    ++count[size_t(row.op)];
  EXPECT_EQ(count[size_t(Op::matmul)], 16u);
  EXPECT_EQ(count[size_t(Op::convolution)], 16u);
  EXPECT_EQ(count[size_t(Op::depthwise)], 8u);
}
