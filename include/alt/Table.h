// Columns of text for the terminal.
#pragma once
#include <string>
#include <vector>

namespace alt {

class Table {
public:
  enum Align { left, right };
  Table(std::vector<std::string> head, std::vector<Align> align);
  void add(std::vector<std::string> row); ///< as many cells as the head has
  /// Lines end without trailing spaces.
  std::string print() const;

private:
  std::vector<Align> align;
  std::vector<std::vector<std::string>> rows;
};

} // namespace alt
