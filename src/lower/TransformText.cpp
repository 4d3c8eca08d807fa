#include "lower/TransformText.h"
#include <algorithm>

namespace alt {

static std::string joined(const Sizes &values) {
  std::string text;
  for (size_t i = 0; i < values.size(); ++i)
    text += (i ? ", " : "") + std::to_string(values[i]);
  return text;
}

std::string list(const Sizes &values) { return "[" + joined(values) + "]"; }
std::string arrayParam(const Sizes &values) { return "array<i64: " + joined(values) + ">"; }

bool anyTile(const Sizes &sizes) {
  return std::any_of(sizes.begin(), sizes.end(), [](int64_t s) { return s != 0; });
}

static size_t loopCount(const Sizes &tile) {
  return static_cast<size_t>(
      std::count_if(tile.begin(), tile.end(), [](int64_t t) { return t != 0; }));
}

/// The type of an op that takes one handle and returns the tiled op and so many loops.
static std::string loopTypes(size_t loops) {
  std::string types = "(!transform.any_op) -> (!transform.any_op";
  for (size_t i = 0; i < loops; ++i)
    types += ", !transform.any_op";
  return types + ")";
}

std::string scriptModule(const std::string &lines) {
  return "module attributes {transform.with_named_sequence} {\n"
         "  transform.named_sequence @__transform_main(%module: !transform.any_op) {\n" +
         lines + "    transform.yield\n  }\n}\n";
}

void TransformText::line(const std::string &what, bool typed) {
  text += "    " + what + (typed ? "" : " : (!transform.any_op) -> !transform.any_op") + "\n";
}

void TransformText::clean() {
  text += "    transform.apply_patterns to %func {\n"
          "      transform.apply_patterns.canonicalization\n"
          "      transform.apply_patterns.linalg.tiling_canonicalization\n"
          "    } : !transform.any_op\n"
          "    transform.apply_cse to %func : !transform.any_op\n";
}

std::string TransformText::match(const char *name, const std::string &attribute,
                                 const std::string &in) {
  std::string handle = fresh(name);
  line(handle + " = transform.structured.match attributes {" + attribute + "} in " + in);
  return handle;
}

void TransformText::annotate(const std::string &handle, const char *name,
                             const std::string &value) {
  std::string param = fresh("p");
  line(param + " = transform.param.constant " + value + " -> !transform.any_param", true);
  line("transform.annotate " + handle + " \"" + name + "\" = " + param +
           " : !transform.any_op, !transform.any_param",
       true);
}

std::string TransformText::tileFor(const std::string &handle, const Sizes &tile,
                                   const Sizes &interchange) {
  if (!anyTile(tile))
    return handle;
  size_t loops = loopCount(tile);
  std::string tiled = fresh("tiled");
  line(tiled + ", " + fresh("loops") + ":" + std::to_string(loops) +
           " = transform.structured.tile_using_for " + handle + " tile_sizes " + list(tile) +
           (interchange.empty() ? "" : " interchange = " + list(interchange)) + " : " +
           loopTypes(loops),
       true);
  return tiled;
}

std::string TransformText::fuse(const std::string &handle, const Sizes &tile,
                                const std::string &interchange) {
  size_t loops = loopCount(tile);
  std::string fused = fresh("fused");
  line(fused + ", " + fresh("loops") + ":" + std::to_string(loops) +
           " = transform.structured.fuse " + handle + " tile_sizes " + list(tile) + interchange +
           " {apply_cleanup} : " + loopTypes(loops),
       true);
  return fused;
}

TransformText::Shared TransformText::share(const std::string &handle, const Sizes &tile) {
  Shared shared{fresh("fused"), fresh("units")};
  line(shared.op + ", " + shared.loop + " = transform.structured.fuse " + handle + " tile_sizes " +
           list(tile) + " {apply_cleanup, use_forall} : " + loopTypes(1),
       true);
  return shared;
}

std::string TransformText::tileForall(const std::string &handle, const Sizes &tile) {
  std::string tiled = fresh("tiled");
  line(tiled + ", " + fresh("units") + " = transform.structured.tile_using_forall " + handle +
           " tile_sizes " + list(tile) + " : " + loopTypes(1),
       true);
  return tiled;
}

std::string TransformText::splitAt(const std::string &handle, int axis, int64_t at) {
  std::string parts = fresh("parts");
  line(parts + " = transform.structured.split " + handle + " after " + std::to_string(at) +
           " {dimension = " + std::to_string(axis) + "} : !transform.any_op",
       true);
  return parts;
}

std::string TransformText::split(const std::string &handle, int axis, int64_t extent,
                                 int64_t tile) {
  if (tile <= 0 || extent % tile == 0 || extent < tile)
    return handle;
  return splitAt(handle, axis, extent / tile * tile);
}

TransformText::Ends TransformText::splitHandle(const std::string &parts) {
  Ends ends{fresh("before"), fresh("last")};
  line(ends.before + ", " + ends.last + " = transform.split_handle " + parts +
           " : (!transform.any_op) -> (!transform.any_op, !transform.any_op)",
       true);
  return ends;
}

std::string TransformText::merge(const std::string &first, const std::string &second) {
  std::string all = fresh("parts");
  line(all + " = transform.merge_handles " + first + ", " + second + " : !transform.any_op", true);
  return all;
}

} // namespace alt
