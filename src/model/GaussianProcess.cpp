#include "model/GaussianProcess.h"
#include <algorithm>
#include <cassert>
#include <cmath>

// The same numbers on every machine: no fused multiply-add, and only loops whose results do not
// depend on how wide the vectors are.
#pragma clang fp contract(off)
#ifdef __x86_64__
#define ALT_FOR_EACH_VECTOR_WIDTH __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define ALT_FOR_EACH_VECTOR_WIDTH
#endif

namespace alt {

/// to -= factor * from: the inner loop of everything here.
ALT_FOR_EACH_VECTOR_WIDTH
static void subtract(float *to, const float *from, float factor, size_t count) {
  for (size_t i = 0; i < count; ++i)
    to[i] -= factor * from[i];
}

/// to -= factors[b] * rows[b] for the first `known` of both: what earlier points explain of a new
/// one's covariances. The rows lie `rowStep` apart, their factors `factorStep`.
static void subtractKnown(float *to, const float *rows, size_t rowStep, const float *factors,
                          size_t factorStep, size_t known, size_t count) {
  for (size_t b = 0; b < known; ++b)
    subtract(to, rows + b * rowStep, factors[b * factorStep], count);
}

/// What a new point explains of each row's variance is no longer open.
static void close(float *row, float pivot, float *left, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    row[i] /= pivot;
    left[i] -= row[i] * row[i];
  }
}

static std::vector<float> point(const Columns &columns, size_t row) {
  std::vector<float> values;
  for (size_t at = row; at < columns.values.size(); at += columns.rows)
    values.push_back(columns.values[at]);
  return values;
}

GaussianProcess::GaussianProcess(std::vector<bool> named, const ProcessOptions &options)
    : named(std::move(named)), options(options), draws(options.draws) {
  for (Draw &draw : draws) {
    draw.logWeights.assign(this->named.size(), options.logWeight);
    draw.logNoise = options.logNoise;
  }
}

/// Of rows begin, begin + 1, ... with one point.
void GaussianProcess::covariances(const Draw &draw, const Columns &of, std::span<const float> with,
                                  size_t begin, std::span<float> to) const {
  std::fill(to.begin(), to.end(), 0.0f);
  for (size_t axis = 0; axis < named.size(); ++axis) {
    const float *values = of.column(axis) + begin;
    const float here = with[axis], weight = draw.weights[axis];
    if (named[axis])
      for (size_t i = 0; i < to.size(); ++i)
        to[i] += values[i] != here ? weight : 0.0f;
    else
      for (size_t i = 0; i < to.size(); ++i)
        to[i] += weight * ((values[i] - here) * (values[i] - here));
  }
  for (float &value : to)
    value = 1.0f / (1.0f + 0.5f * value);
}

/// Everything that follows from a draw's weights and noise, about the points.
void GaussianProcess::factorise(Draw &draw) const {
  size_t count = points.rows;
  draw.weights.clear();
  for (float log : draw.logWeights)
    draw.weights.push_back(std::exp(log));
  draw.noise = std::exp(draw.logNoise);
  draw.factor.resize(count * count);
  draw.answers = answers;
  double squares = 0, logDeterminant = 0;
  for (size_t j = 0; j < count; ++j) {
    float *column = draw.factor.data() + j * count;
    covariances(draw, points, point(points, j), j, {column + j, count - j});
    column[j] += draw.noise;
    const float *earlier = draw.factor.data() + j; // row j of the columns before
    subtractKnown(column + j, earlier, count, earlier, count, j, count - j);
    float pivot = column[j] = std::sqrt(std::max(column[j], 1e-6f));
    for (size_t i = j + 1; i < count; ++i)
      column[i] /= pivot;
    if (j >= answers.size())
      continue;
    draw.answers[j] /= pivot;
    subtract(draw.answers.data() + j + 1, column + j + 1, draw.answers[j], answers.size() - j - 1);
    squares += double(draw.answers[j]) * draw.answers[j];
    logDeterminant += std::log(pivot);
  }
  // s^2 at its best under an inverse gamma prior that is worth two answers
  double degrees = double(answers.size()) + 2;
  draw.variance = float((squares + 2 * options.variance) / degrees);
  auto prior = [](double value, double mean, double deviation) {
    return -0.5 * (value - mean) * (value - mean) / (deviation * deviation);
  };
  draw.fitness = -0.5 * degrees * std::log(draw.variance) - logDeterminant +
                 prior(draw.logNoise, options.logNoise, 2);
  for (float log : draw.logWeights)
    draw.fitness += prior(log, options.logWeight, 1.5);
}

void GaussianProcess::fit(Columns at, std::span<const float> labels, std::mt19937_64 &rng) {
  assert(!labels.empty() && at.rows >= labels.size());
  points = std::move(at);
  answers.assign(labels.begin(), labels.end());
  mean = 0;
  for (float label : labels)
    mean += label / float(labels.size());
  for (float &answer : answers)
    answer -= mean;
  // Draws go on from where the last fit left them, so of many answers a step at each will do.
  double share = std::min(1.0, std::pow(32.0 / double(labels.size()), 1.5));
  auto steps = unsigned(std::max(1.0, options.steps * share));
  std::normal_distribution<float> normal;
  std::exponential_distribution<double> exponential;
  for (Draw &draw : draws) {
    factorise(draw);
    for (unsigned step = 0; step < steps; ++step) {
      Draw moved = draw;
      if (size_t axis = rng() % (named.size() + 1); axis < named.size())
        moved.logWeights[axis] += 1.5f * normal(rng);
      else
        moved.logNoise = std::clamp(moved.logNoise + normal(rng), -9.0f, 0.0f);
      factorise(moved);
      if (draw.fitness - moved.fitness < exponential(rng)) // Metropolis: u < their ratio
        draw = std::move(moved);
    }
  }
}

std::span<const Committee::Prediction> GaussianProcess::predict(Columns rows) {
  asked = std::move(rows);
  views.resize(draws.size());
  for (size_t d = 0; d < draws.size(); ++d)
    look(draws[d], views[d]);
  mix();
  return said;
}

void GaussianProcess::look(const Draw &draw, View &view) const {
  size_t count = points.rows;
  constexpr size_t block = 256; // rows whose numbers stay in the nearest caches
  view.rows.resize(count * asked.rows);
  view.mean.assign(asked.rows, mean);
  view.left.assign(asked.rows, 1.0f);
  for (size_t begin = 0; begin < asked.rows; begin += block) {
    size_t width = std::min(block, asked.rows - begin);
    for (size_t j = 0; j < count; ++j) {
      float *row = view.rows.data() + j * asked.rows + begin;
      covariances(draw, asked, point(points, j), begin, {row, width});
      subtractKnown(row, view.rows.data() + begin, asked.rows, draw.factor.data() + j, count, j,
                    width);
      close(row, draw.factor[j * count + j], view.left.data() + begin, width);
      if (j < answers.size())
        subtract(view.mean.data() + begin, row, -draw.answers[j], width);
    }
  }
}

/// The draws' mixture: its mean, and the deviation between them and within.
void GaussianProcess::mix() {
  said.resize(asked.rows);
  float count = float(draws.size());
  for (size_t i = 0; i < asked.rows; ++i) {
    float sum = 0, squares = 0, within = 0;
    for (size_t d = 0; d < draws.size(); ++d) {
      float value = views[d].mean[i];
      sum += value;
      squares += value * value;
      within += draws[d].variance * std::max(views[d].left[i], 1e-6f);
    }
    float average = sum / count;
    said[i] = {average,
               std::sqrt(std::max(0.0f, squares / count - average * average) + within / count)};
  }
}

void GaussianProcess::choose(size_t chosen) {
  std::vector<float> at = point(asked, chosen);
  for (size_t d = 0; d < draws.size(); ++d) {
    View &view = views[d];
    size_t count = view.rows.size() / asked.rows;
    float pivot = std::sqrt(std::max(view.left[chosen], 1e-6f) + draws[d].noise);
    view.rows.resize((count + 1) * asked.rows);
    float *row = view.rows.data() + count * asked.rows;
    covariances(draws[d], asked, at, 0, {row, asked.rows});
    const float *known = view.rows.data();
    subtractKnown(row, known, asked.rows, known + chosen, asked.rows, count, asked.rows);
    close(row, pivot, view.left.data(), asked.rows);
  }
  mix();
}

} // namespace alt
