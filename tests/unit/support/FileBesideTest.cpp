#include "support/FileBeside.h"
#include "TemporaryFolder.h"
#include <gmock/gmock.h>
#include <sys/stat.h>

using namespace alt;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

class FileBeside : public testing::Test {
protected:
  FileBeside() {
    fs::create_directories(folder / "model/parts");
    fs::create_directories(folder / "other");
    folder.write("model/a.mlir", "");
    folder.write("model/a.weights", "");
    folder.write("model/parts/b.weights", "");
    folder.write("other/c.weights", "");
  }
  Result<fs::path> find(const std::string &name) {
    return fileBeside(folder / "model/a.mlir", name, "its weights");
  }
  std::string refusal(const std::string &name) {
    auto found = find(name);
    return found ? "found " + found->string() : found.error().message;
  }
  test::TemporaryFolder folder;
};

TEST_F(FileBeside, liesInTheFoldersOfTheFile) {
  EXPECT_TRUE(find("a.weights"));
  EXPECT_TRUE(find("./a.weights"));
  EXPECT_TRUE(find("parts/b.weights"));
  EXPECT_TRUE(find("parts/../a.weights"));
  fs::create_symlink("parts/b.weights", folder / "model/within");
  EXPECT_TRUE(find("within"));
}

TEST_F(FileBeside, neverElsewhere) {
  for (const char *name : {"/etc/passwd", "../other/c.weights", "..", "", "parts/../../other/c.weights"})
    EXPECT_THAT(refusal(name), HasSubstr("leads out of the file's folder")) << name;
  fs::create_symlink(folder / "other/c.weights", folder / "model/link");
  EXPECT_THAT(refusal("link"), HasSubstr("is a link out of the file's folder"));
  fs::create_directory_symlink(folder / "other", folder / "model/linked");
  EXPECT_THAT(refusal("linked/c.weights"), HasSubstr("is a link out of the file's folder"));
  EXPECT_THAT(refusal("none"), HasSubstr("is missing"));
}

TEST_F(FileBeside, isAPlainFile) {
  EXPECT_EQ(mkfifo((folder / "model/fifo").c_str(), 0600), 0);
  EXPECT_THAT(refusal("fifo"), HasSubstr("is no plain file"));
  EXPECT_THAT(refusal("parts"), HasSubstr("is no plain file"));
}

// As HuggingFace's cache has them: all are links to blobs with names of their own.
TEST_F(FileBeside, mayBeALinkToWhereTheFileItselfLies) {
  fs::create_directories(folder / "cache/blobs");
  fs::create_directories(folder / "cache/snapshots/rev");
  folder.write("cache/blobs/1f", "");
  folder.write("cache/blobs/2e", "");
  fs::create_symlink("../../blobs/1f", folder / "cache/snapshots/rev/m.mlir");
  fs::create_symlink("../../blobs/2e", folder / "cache/snapshots/rev/m.weights");
  fs::create_symlink(folder / "other/c.weights", folder / "cache/snapshots/rev/evil");
  EXPECT_TRUE(fileBeside(folder / "cache/snapshots/rev/m.mlir", "m.weights", "its weights"));
  EXPECT_FALSE(fileBeside(folder / "cache/snapshots/rev/m.mlir", "evil", "its weights"));
}

} // namespace
