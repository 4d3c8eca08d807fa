#include "Row.h"
#include <random>

namespace alt::bench {

namespace {
/// Draws without the standard distributions, whose results differ between libraries.
class Draw {
public:
  explicit Draw(uint64_t seed) : engine(seed) {}
  template <size_t N> int64_t of(const int64_t (&options)[N]) { return options[engine() % N]; }
  int64_t between(int64_t low, int64_t high) {
    return low + int64_t(engine() % uint64_t(high - low + 1));
  }
  /// Half of the time one of the notorious sizes, else anything up to `high`.
  int64_t extent(int64_t high) {
    static constexpr int64_t notorious[] = {1,   2,   3,   7,   13,  17,  31,   33,
                                            61,  63,  65,  97,  100, 127, 129,  197,
                                            211, 251, 257, 333, 509, 768, 1000, 1021};
    if (engine() % 2)
      return between(1, high);
    int64_t extent = of(notorious);
    return extent <= high ? extent : between(1, high);
  }

private:
  std::mt19937_64 engine;
};
} // namespace

static Row drawMatmul(Draw &draw) {
  Row row;
  row.m = draw.extent(1024), row.n = draw.extent(1024), row.k = draw.extent(1024);
  row.batch = draw.between(0, 4) ? 1 : draw.between(2, 12);
  row.name = "mm_" + (row.batch > 1 ? std::to_string(row.batch) + "_" : "") +
             std::to_string(row.m) + "_" + std::to_string(row.n) + "_" + std::to_string(row.k);
  return row;
}

static Row drawConvolution(Draw &draw, Op op) {
  static constexpr int64_t windows[] = {1, 3, 3, 5, 7}, depthwiseWindows[] = {3, 3, 5, 7};
  Row row;
  row.op = op;
  row.height = draw.between(5, 120);
  row.width = draw.between(0, 2) ? row.height : draw.between(5, 120);
  row.in = draw.extent(512);
  row.out = op == Op::depthwise ? row.in : draw.extent(512);
  row.window = op == Op::depthwise ? draw.of(depthwiseWindows) : draw.of(windows);
  row.stride = draw.between(0, 2) ? 1 : 2;
  row.name = std::string(op == Op::depthwise ? "dw_" : "conv_") + std::to_string(row.height) + "x" +
             std::to_string(row.width) + "_" + std::to_string(row.in) +
             (op == Op::depthwise ? "" : "_" + std::to_string(row.out)) + "_k" +
             std::to_string(row.window) + "s" + std::to_string(row.stride);
  return row;
}

std::vector<Row> oddRows(uint64_t seed, unsigned count) {
  Draw draw(seed);
  std::vector<Row> rows;
  while (rows.size() < count) {
    size_t fifth = rows.size() % 5;
    Row row = fifth < 2   ? drawMatmul(draw)
              : fifth < 4 ? drawConvolution(draw, Op::convolution)
                          : drawConvolution(draw, Op::depthwise);
    if (row.flops() >= 1e6 && row.flops() <= 500e6)
      rows.push_back(std::move(row));
  }
  return rows;
}

} // namespace alt::bench
