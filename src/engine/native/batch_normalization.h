// Batch normalization over rows of channels and its gradient, for the operations that contain one. Sums go over chunks of
// rows that fit in a core's cache and are combined in double precision in a fixed order, so they do not depend on the
// number of threads.
#ifndef SAMBENCH_BATCH_NORMALIZATION_H_
#define SAMBENCH_BATCH_NORMALIZATION_H_

#include <math.h>

#include <vector>

#include "routines.h"
#include "rows.h"

namespace sambench {

/** Moments of rows, joined part by part (Chan, Golub and LeVeque 1979). */
struct JoinedMoments {
  explicit JoinedMoments(int64_t channels) : mean(channels, 0), squares(channels, 0) {}
  /** Takes `count` rows more: their means, and the sums of their squared deviations from these. */
  template <typename Number>
  void Add(double count, const Number* means, const Number* others) {
    const double total = seen + count;
    const double share = count / total, weight = seen * share;
    for (size_t c = 0; c < mean.size(); c++) {
      const double delta = means[c] - mean[c];
      mean[c] += delta * share;
      squares[c] += others[c] + delta * delta * weight;
    }
    seen = total;
  }
  /** Mean and biased variance of all. */
  void Give(float* means, float* variances) const {
    for (size_t c = 0; c < mean.size(); c++) {
      means[c] = static_cast<float>(mean[c]);
      variances[c] = static_cast<float>(squares[c] / seen);
    }
  }
  double seen = 0;
  std::vector<double> mean, squares;
};

/** Mean and biased variance of the chunks of `rows`, each of which is asked for once. */
inline void Moments(const Rows& rows, const Chunks& x, float* mean, float* variance) {
  const int64_t channels = rows.channels;
  std::vector<float> means(rows.chunks * channels), squares(rows.chunks * channels);
  Forwards(rows, [&](int64_t index) {
    Normalizing().moments(x(index), rows.Count(index), channels, &means[index * channels], &squares[index * channels]);
  });
  JoinedMoments joined(channels);
  for (int64_t index = 0; index < rows.chunks; index++)
    joined.Add(static_cast<double>(rows.Count(index)), &means[index * channels], &squares[index * channels]);
  joined.Give(mean, variance);
}

/** Scale divided by the deviation. */
inline std::vector<float> Slope(const float* scale, const float* variance, int64_t channels, float epsilon) {
  std::vector<float> slope(channels);
  for (int64_t c = 0; c < channels; c++)
    slope[c] = static_cast<float>(scale[c] / sqrt(static_cast<double>(variance[c]) + epsilon));
  return slope;
}

/** What the gradient of the input needs of all rows: see `NormalizationRoutines::gradient`. */
struct Pull {
  std::vector<float> average, pull;
};

/**
 * The gradients of scale and offset, and what the gradient of the input needs, of sums over all `rows`: `total` of the gradient
 * of what was normalized, `product` of that times the deviation.
 */
inline Pull Pulled(int64_t rows, const std::vector<double>& total, const std::vector<double>& product,
                   const float* variance, float epsilon, float* dscale, float* doffset) {
  const double n = static_cast<double>(rows);
  Pull joined{std::vector<float>(total.size()), std::vector<float>(total.size())};
  for (size_t c = 0; c < total.size(); c++) {
    const double spread = static_cast<double>(variance[c]) + epsilon;
    doffset[c] = static_cast<float>(total[c]);
    dscale[c] = static_cast<float>(product[c] / sqrt(spread));
    joined.average[c] = static_cast<float>(total[c] / n);
    joined.pull[c] = static_cast<float>(product[c] / n / spread);
  }
  return joined;
}

/** Adds up `rows` of `width` numbers. */
inline std::vector<double> Columns(const std::vector<float>& rows, int64_t width) {
  std::vector<double> sums(width, 0);
  for (size_t begin = 0; begin < rows.size(); begin += width) {
    for (int64_t i = 0; i < width; i++) sums[i] += rows[begin + i];
  }
  return sums;
}

/** The settings of an operation that normalizes, as its kernel keeps them. */
struct NormalizationSettings {
  float epsilon = 0;
  bool rectify = false;

  static void* Create(TF_OpKernelConstruction* construction) {
    auto* settings = new NormalizationSettings;
    Status status;
    settings->Read(construction, status);
    if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
    return settings;
  }
  static void Destroy(void* settings) { delete static_cast<NormalizationSettings*>(settings); }

 protected:
  void Read(TF_OpKernelConstruction* construction, TF_Status* status) {
    unsigned char value = 0;
    TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &epsilon, status);
    if (TF_GetCode(status) == TF_OK) TF_OpKernelConstruction_GetAttrBool(construction, "rectify", &value, status);
    rectify = value != 0;
  }
};

/** Throws where vectors of a normalization have another length, or there is a shortcut that nothing rectifies the sum with. */
inline void CheckNormalization(const NormalizationSettings& settings, int64_t channels,
                               std::initializer_list<const Floats*> vectors, bool shortcut) {
  for (const Floats* vector : vectors) {
    if (vector->size() != channels) throw std::runtime_error("a vector of batch normalization of another length");
  }
  if (shortcut && !settings.rectify) throw std::runtime_error("a shortcut without the rectifier after it");
}

/**
 * Normalizes chunks, each of which is asked for twice, first of `first` and then of `second`: mean, biased variance, and y,
 * rectified or added to the shortcut (empty: none) and rectified.
 */
inline void NormalizeRows(const NormalizationSettings& settings, const Rows& rows, const Chunks& first,
                          const Chunks& second, const Floats& scale, const Floats& offset, const Chunks& shortcut,
                          float* mean, float* variance, float* y) {
  const int64_t channels = rows.channels;
  CheckNormalization(settings, channels, {&scale, &offset}, static_cast<bool>(shortcut));
  Moments(rows, first, mean, variance);
  const std::vector<float> slope = Slope(scale.data(), variance, channels, settings.epsilon);
  const bool past = rows.Past(y);
  const auto normalize = settings.rectify ? Normalizing().rectified : Normalizing().normalize;
  Backwards(rows, [&](int64_t index) {
    const int64_t at = rows.Begin(index) * channels;
    const float* x = second(index);
    if (shortcut) {
      Normalizing().added(x, shortcut(index), rows.Count(index), channels, mean, slope.data(), offset.data(), past,
                          y + at);
    } else {
      normalize(x, rows.Count(index), channels, mean, slope.data(), offset.data(), past, y + at);
    }
  });
}

/**
 * The gradient of a normalization: first the sums of every chunk, joined once all are there, then the input's gradient chunk
 * by chunk. `g` is the gradient of what was normalized: dy, where a rectifier without a shortcut is gone through on the way,
 * or with a shortcut the gradient before the rectifier.
 */
class NormalizationGradient {
 public:
  NormalizationGradient(const NormalizationSettings& settings, const Rows& rows, const Floats& scale,
                        const Floats& offset, const Floats& mean, const Floats& variance, bool shortcut)
      : rows_(rows),
        epsilon_(settings.epsilon),
        mean_(mean.data()),
        offset_(offset.data()),
        variance_(variance.data()),
        rectify_(settings.rectify && !shortcut),
        sums_(rows.chunks * rows.channels),
        products_(rows.chunks * rows.channels) {
    CheckNormalization(settings, rows.channels, {&scale, &offset, &mean, &variance}, shortcut);
    slope_ = Slope(scale.data(), variance_, rows.channels, epsilon_);
  }

  /** Adds up chunk `index`, in which `x` was normalized. */
  void Sum(int64_t index, const float* g, const float* x) {
    const auto sum = rectify_ ? Normalizing().rectifiedSums : Normalizing().sums;
    const int64_t at = index * rows_.channels;
    sum(g, x, rows_.Count(index), rows_.channels, mean_, slope_.data(), offset_, &sums_[at], &products_[at]);
  }

  /** Joins the sums, all of which are there: the gradients of scale and offset. */
  void Join(float* dscale, float* doffset) {
    Take(Columns(sums_, rows_.channels), Columns(products_, rows_.channels), dscale, doffset);
  }
  /** The same of sums that were joined elsewhere. */
  void Take(const std::vector<double>& total, const std::vector<double>& product, float* dscale, float* doffset) {
    pull_ = Pulled(rows_.rows, total, product, variance_, epsilon_, dscale, doffset);
  }

  /** The gradient of chunk `index` of the input, which is `x`. */
  void Input(int64_t index, const float* g, const float* x, float* dx) const {
    const auto gradient = rectify_ ? Normalizing().rectifiedGradient : Normalizing().gradient;
    gradient(g, x, rows_.Count(index), rows_.channels, mean_, slope_.data(), offset_, pull_.average.data(),
             pull_.pull.data(), dx);
  }

 private:
  const Rows rows_;
  const float epsilon_;
  const float* mean_;
  const float* offset_;
  const float* variance_;
  const bool rectify_;
  std::vector<float> slope_, sums_, products_;
  Pull pull_;
};

}  // namespace sambench

#endif
