// The knobs of any space as numbers. Trees split on one column at a time, so that a product or a
// ratio of two tile sizes (a footprint, a trip count) would cost them several levels: those columns
// are made here, as sums and differences of logarithms.
#include "alt/Features.h"
#include <algorithm>
#include <cassert>
#include <cmath>

namespace alt {

bool isRatioScaled(const Knob &knob) {
  return knob.kind == Knob::Kind::ordinal && !knob.options.empty() && knob.options.front() > 0 &&
         knob.options.back() >= 3 * knob.options.front();
}

namespace {

/// Beyond this many ratio-scaled knobs pairs would drown the knobs (16 give 240 columns).
constexpr size_t maxPairedKnobs = 16;

/// "(2, 0, 1)" or "2,0,1" as {2, 0, 1}; empty when it is not a permutation of 0..n-1, n >= 2.
std::vector<unsigned> permutation(std::string_view label) {
  std::vector<unsigned> items;
  bool inNumber = false;
  for (char c : label) {
    if (c >= '0' && c <= '9') {
      if (!inNumber)
        items.push_back(0);
      items.back() = items.back() * 10 + unsigned(c - '0');
      inNumber = true;
    } else if (c == ' ' || c == ',' || c == '(' || c == ')' || c == '[' || c == ']') {
      inNumber = false;
    } else {
      return {};
    }
  }
  std::vector<bool> seen(items.size());
  for (unsigned item : items) {
    if (item >= items.size() || seen[item])
      return {};
    seen[item] = true;
  }
  return items.size() >= 2 ? items : std::vector<unsigned>{};
}

class KnobFeatures final : public FeatureExtractor {
public:
  explicit KnobFeatures(const SearchSpace &space) {
    for (const Knob &knob : space.knobs())
      addKnob(knob);
    addPairs();
  }

  std::string_view version() const override { return "knobs-1"; }
  std::span<const std::string> names() const override { return columnNames; }

  void extract(const Schedule &schedule, std::span<float> row) const override {
    assert(schedule.choice.size() == blocks.size() && row.size() == columnNames.size());
    float *out = row.data();
    for (size_t k = 0; k < blocks.size(); ++k) {
      const Block &block = blocks[k];
      const float *from = block.values.data() + schedule.choice[k] * block.width;
      out = std::copy_n(from, block.width, out);
    }
    for (size_t i = 0; i < paired.size(); ++i)
      for (size_t j = i + 1; j < paired.size(); ++j) {
        *out++ = row[paired[i]] + row[paired[j]];
        *out++ = row[paired[i]] - row[paired[j]];
      }
  }

private:
  /// One knob's columns: `width` values an option, looked up.
  struct Block {
    size_t width = 1;
    std::vector<float> values;
  };

  void addKnob(const Knob &knob) {
    Block block;
    if (isRatioScaled(knob)) {
      if (paired.size() < maxPairedKnobs)
        paired.push_back(columnNames.size());
      columnNames.push_back("log2(" + knob.name + ")");
      for (double option : knob.options)
        block.values.push_back(static_cast<float>(std::log2(option)));
    } else if (knob.kind == Knob::Kind::ordinal) {
      columnNames.push_back(knob.name);
      block.values.assign(knob.options.begin(), knob.options.end());
    } else if (!addPermutation(knob, block)) {
      addOneHot(knob, block);
    }
    blocks.push_back(std::move(block));
  }

  /// Loop orders: the position of each loop, so that "loop 2 outside loop 1" is two splits away.
  bool addPermutation(const Knob &knob, Block &block) {
    size_t width = knob.labels.empty() ? 0 : permutation(knob.labels[0]).size();
    for (const std::string &label : knob.labels)
      if (permutation(label).size() != width || width == 0)
        return false;
    block.width = width;
    for (const std::string &label : knob.labels) {
      std::vector<unsigned> order = permutation(label);
      std::vector<float> position(width);
      for (size_t i = 0; i < width; ++i)
        position[order[i]] = static_cast<float>(i);
      block.values.insert(block.values.end(), position.begin(), position.end());
    }
    for (size_t i = 0; i < width; ++i)
      columnNames.push_back(knob.name + ".position(" + std::to_string(i) + ")");
    return true;
  }

  void addOneHot(const Knob &knob, Block &block) {
    size_t options = knob.options.size();
    block.width = options;
    block.values.assign(options * options, 0.0f);
    for (size_t i = 0; i < options; ++i) {
      block.values[i * options + i] = 1.0f;
      columnNames.push_back(knob.name + "==" + knob.labels[i]);
    }
  }

  void addPairs() {
    std::vector<std::string> single = columnNames;
    for (size_t i = 0; i < paired.size(); ++i)
      for (size_t j = i + 1; j < paired.size(); ++j) {
        columnNames.push_back(single[paired[i]] + "+" + single[paired[j]]);
        columnNames.push_back(single[paired[i]] + "-" + single[paired[j]]);
      }
  }

  std::vector<Block> blocks;  ///< one a knob
  std::vector<size_t> paired; ///< columns of the ratio-scaled knobs
  std::vector<std::string> columnNames;
};

} // namespace

std::unique_ptr<FeatureExtractor> makeKnobFeatures(const SearchSpace &space) {
  return std::make_unique<KnobFeatures>(space);
}

} // namespace alt
