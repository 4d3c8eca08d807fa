// What a few answers say elsewhere, by how near it is: a Gaussian process over points whose
// coordinates lie in [0, 1]. With a handful of answers it knows more than trees, which need answers
// on both sides of each question, and its deviation holds distance, the coordinates' relevance and
// what answers have in common in one formula.
//
// Covariance (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equation 4.19
// with alpha = 1, one length scale an axis): s^2 (1 / (1 + 1/2 sum_k w_k d_k^2) + [same answer] n),
// d_k the difference on axis k, or whether the names differ. A few draws of w and n from their
// posterior are kept and moved by Metropolis steps at each fit; what is said is averaged over them
// (Snoek, Larochelle, Adams, Practical Bayesian Optimization, NIPS 2012, section 3.2).
#pragma once
#include "model/Committee.h"
#include "model/Matrix.h"
#include <random>
#include <span>
#include <vector>

namespace alt {

struct ProcessOptions {
  unsigned draws = 3;     ///< of the weights and the noise
  unsigned steps = 10;    ///< of each draw at a fit to up to 32 answers; fewer to more of them
  float logWeight = -2;   ///< where the logarithm of a weight is before any answer, +- 1.5
  float logNoise = -5;    ///< likewise of n, +- 2
  float variance = 0.08f; ///< likewise s^2, worth two answers
};

class GaussianProcess {
public:
  /// `named`: for each axis whether its coordinates are names, of which two differ or do not.
  GaussianProcess(std::vector<bool> named, const ProcessOptions &);

  /// To an answer each for the first of the points, at least one. The rest of them are being
  /// measured: they leave the mean as it is and less open. Time: points^3 for each step.
  void fit(Columns points, std::span<const float> answers, std::mt19937_64 &);
  /// Of every row, until the next call of anything here. Time: rows * points^2 for each draw;
  /// memory: rows * points numbers likewise.
  std::span<const Committee::Prediction> predict(Columns rows);
  /// From now on row i of those is being measured as well, and what was said of them follows.
  /// Time: rows * points for each draw.
  void choose(size_t i);

private:
  /// A draw and what follows from it for the points.
  struct Draw {
    std::vector<float> logWeights, weights;
    float logNoise, noise;
    std::vector<float> factor;  ///< of Cholesky, one column after the other
    std::vector<float> answers; ///< the factor taken out of them
    float variance;             ///< s^2
    double fitness;             ///< log of the posterior, up to a constant
  };
  /// What it says of the rows that are asked about.
  struct View {
    std::vector<float> rows; ///< the factor taken out of their covariances with each point
    std::vector<float> mean;
    std::vector<float> left; ///< the share of s^2 that is open yet
  };
  void covariances(const Draw &, const Columns &of, std::span<const float> with, size_t begin,
                   std::span<float> to) const;
  void factorise(Draw &) const;
  void look(const Draw &, View &) const;
  void mix();

  std::vector<bool> named;
  ProcessOptions options;
  Columns points;
  std::vector<float> answers; ///< less their mean
  float mean = 0;
  Columns asked;
  std::vector<Draw> draws;
  std::vector<View> views; ///< one a draw
  std::vector<Committee::Prediction> said;
};

} // namespace alt
