#include "alt/Table.h"
#include <algorithm>
#include <cassert>

namespace alt {

Table::Table(std::vector<std::string> head, std::vector<Align> align)
    : align(std::move(align)), rows{std::move(head)} {
  assert(this->align.size() == rows.front().size() && "one alignment a column");
}

void Table::add(std::vector<std::string> row) {
  assert(row.size() == align.size() && "one cell a column");
  rows.push_back(std::move(row));
}

std::string Table::print() const {
  std::vector<size_t> width(align.size());
  for (const auto &row : rows)
    for (size_t c = 0; c < row.size(); ++c)
      width[c] = std::max(width[c], row[c].size());
  std::string text;
  for (const auto &row : rows) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      if (c)
        line += "  ";
      std::string gap(width[c] - row[c].size(), ' ');
      line += align[c] == left ? row[c] + gap : gap + row[c];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

} // namespace alt
