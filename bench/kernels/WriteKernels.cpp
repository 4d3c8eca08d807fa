// write-kernels ROWS.json FOLDER: the rows as .mlir files. Needs none of the peers.
#include "Row.h"
#include "alt/Support.h"
#include <cstdio>

using namespace alt;

static Result<void> write(const std::filesystem::path &file, const std::filesystem::path &folder) {
  auto rows = bench::readRows(file);
  if (!rows)
    return rows.error();
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  for (const bench::Row &row : *rows)
    if (auto done = writeFile(folder / (row.name + ".mlir"), kernelText(row)); !done)
      return done;
  return {};
}

int main(int argc, char **argv) {
  if (argc != 3) {
    std::fputs("Usage: write-kernels ROWS.json FOLDER\n", stderr);
    return 2;
  }
  if (auto done = write(argv[1], argv[2]); !done) {
    std::fprintf(stderr, "write-kernels: %s\n", done.error().message.c_str());
    return 1;
  }
  return 0;
}
