#include "Row.h"
#include "alt/Support.h"
#include <algorithm>
#include <nlohmann/json.hpp>

namespace alt::bench {

int64_t Row::inputElements() const {
  return op == Op::matmul ? batch * m * k : height * width * in;
}
int64_t Row::weightElements() const {
  if (op == Op::matmul)
    return batch * k * n;
  return window * window * in * (op == Op::depthwise ? 1 : out);
}
int64_t Row::outputElements() const {
  return op == Op::matmul ? batch * m * n : outHeight() * outWidth() * out;
}
double Row::flops() const {
  double perOutput = op == Op::matmul        ? double(k)
                     : op == Op::convolution ? double(window * window * in)
                                             : double(window * window);
  return 2.0 * double(outputElements()) * perOutput;
}

/// False when the row is not as rows.json's comment says.
static bool fill(Row &row, const std::string &op, const std::vector<int64_t> &shape) {
  if (op == "matmul" && shape.size() == 3) {
    row.op = Op::matmul;
    row.m = shape[0], row.n = shape[1], row.k = shape[2];
  } else if (op == "batch_matmul" && shape.size() == 4) {
    row.op = Op::matmul;
    row.batch = shape[0], row.m = shape[1], row.n = shape[2], row.k = shape[3];
  } else if (op == "conv" && shape.size() == 4) {
    row.op = Op::convolution;
    row.height = shape[0], row.width = shape[1], row.in = shape[2], row.out = shape[3];
  } else if (op == "depthwise" && shape.size() == 3) {
    row.op = Op::depthwise;
    row.height = shape[0], row.width = shape[1], row.in = row.out = shape[2];
  } else {
    return false;
  }
  return true;
}

Result<std::vector<Row>> readRows(const std::filesystem::path &path) {
  auto text = readFile(path);
  if (!text)
    return text.error();
  std::vector<Row> rows;
  try {
    auto document = nlohmann::json::parse(*text);
    for (const auto &entry : document.at("rows")) {
      Row row;
      row.name = entry.at("name");
      row.window = entry.value("window", int64_t(1));
      row.stride = entry.value("stride", int64_t(1));
      if (!fill(row, entry.at("op"), entry.at("shape")))
        return Error{ErrorKind::invalidInput, path.string() + ": row " + row.name +
                                                  " has an op or a shape that is not known."};
      rows.push_back(std::move(row));
    }
  } catch (const nlohmann::json::exception &e) {
    return Error{ErrorKind::invalidInput, path.string() + ": " + e.what() + "."};
  }
  return rows;
}

Result<std::vector<Row>> onlyNamed(std::vector<Row> rows, const std::vector<std::string> &names) {
  if (names.empty())
    return rows;
  std::vector<Row> chosen;
  for (const std::string &name : names) {
    auto row = std::find_if(rows.begin(), rows.end(), [&](const Row &r) { return r.name == name; });
    if (row == rows.end())
      return Error{ErrorKind::usage, "There is no row named " + name + "."};
    chosen.push_back(*row);
  }
  return chosen;
}

} // namespace alt::bench
