// A transform script while it is written: lines of text, names for handles, and the few ops that
// more than one step of a schedule is made of.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace alt {

/// Tile sizes, one an axis; 0: the axis is not tiled.
using Sizes = std::vector<int64_t>;

/// "[8, 0, 4]".
std::string list(const Sizes &);
/// "array<i64: 8, 0, 4>".
std::string arrayParam(const Sizes &);
bool anyTile(const Sizes &);
/// The module of a script that has these lines.
std::string scriptModule(const std::string &lines);

class TransformText {
public:
  /// One op; `typed` when `what` ends in its type, else it takes a handle and returns one.
  void line(const std::string &what, bool typed = false);
  /// Lines as they are.
  void append(const std::string &lines) { text += lines; }
  /// A name that was not there yet, "%tiled7".
  std::string fresh(const char *name) {
    return "%" + std::string(name) + std::to_string(counter++);
  }
  /// Canonicalises the function, %func.
  void clean();

  std::string match(const char *name, const std::string &attribute,
                    const std::string &in = "%module");
  void annotate(const std::string &handle, const char *name, const std::string &value);
  /// Loops over tiles; the op inside.
  std::string tileFor(const std::string &handle, const Sizes &tile, const Sizes &interchange);
  /// Tiles the handle and pulls what it reads into the loops.
  std::string fuse(const std::string &handle, const Sizes &tile, const std::string &interchange);
  /// The same into one scf.forall.
  struct Shared {
    std::string op, loop;
  };
  Shared share(const std::string &handle, const Sizes &tile);
  /// Tiles alone in one scf.forall; the op inside.
  std::string tileForall(const std::string &handle, const Sizes &tile);
  std::string splitAt(const std::string &handle, int axis, int64_t at);
  /// Cuts off what a whole number of tiles leaves over; both parts go on under one handle.
  std::string split(const std::string &handle, int axis, int64_t extent, int64_t tile);
  /// The parts in order, as two handles: all but the last, and it.
  struct Ends {
    std::string before, last;
  };
  Ends splitHandle(const std::string &parts);
  std::string merge(const std::string &first, const std::string &second);

  const std::string &lines() const { return text; }

private:
  std::string text;
  unsigned counter = 0;
};

} // namespace alt
