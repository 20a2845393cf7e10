// The gradient of a 1x1 convolution and its normalization without the product between them, which is not kept where it is
// much wider than what it is computed from.
#ifndef SAMBENCH_FOLDED_GRADIENT_H_
#define SAMBENCH_FOLDED_GRADIENT_H_

#include "projection.h"

namespace sambench {

/**
 * Rows x of mean m give z = x K, so z - mean of z = (x - m) K. With g, the gradient of what was normalized, and s, the slope:
 *
 *   P = (x - m)' g and C = (x - m)' (x - m), both [in, ...]; the sum of g (z - mean of z) is the diagonal of K' P
 *   dK = (P - C K diag(pull)) diag(s)
 *   dx = g A - x B + row, where A = diag(s) K', B = K diag(s pull) K', row = m B - average A
 *
 * with average and pull of `NormalizationRoutines::gradient`. All that needs g is taken while one pass reads it; the pull is
 * known after it, and what needs that is as narrow as x.
 */
class FoldedGradient {
 public:
  /** `dx` is where the gradient of x goes. */
  FoldedGradient(const Rows& rows, const ProjectionShape& shape, const Floats& x, const Floats& kernel,
                 const Floats& scale, const Floats& variance, float epsilon, const Floats& dx)
      : rows_(rows),
        strands_(rows),
        in_(shape.in),
        out_(shape.out),
        x_(x.data()),
        kernel_(kernel.data()),
        variance_(variance.data()),
        epsilon_(epsilon),
        dx_(dx.data()),
        slope_(Slope(scale.data(), variance_, out_, epsilon)),
        origin_(in_),
        row_(in_),
        totals_(rows.chunks * (in_ + out_)),
        sums_(strands_.count * in_ * (in_ + out_)) {
    // Sums of squares lose what the mean is larger than the deviation; any row near the mean will do.
    Normalizing().total(x_, rows.Count(0), in_, origin_.data());
    for (float& each : origin_) each /= static_cast<float>(rows.Count(0));
    std::vector<float> scaled(in_ * out_);
    for (int64_t i = 0; i < in_ * out_; i++) scaled[i] = kernel_[i] * slope_[i % out_];
    gradient_ = memory_.Get(in_ * (out_ + in_));
    matrix_ = gradient_ + in_ * out_;
    Multiplying().packKernel(scaled.data(), out_, in_, true, gradient_);
  }

  /** Scale divided by the deviation. */
  const std::vector<float>& slope() const { return slope_; }

  /** Takes `g` of chunk `index`, one of `strand`. What is `ahead`, and x and dx of chunk `next`, are brought nearer. */
  void Take(int64_t strand, int64_t index, int64_t next, const float* g, const Ahead& ahead) {
    static thread_local Scratch scratch;
    float* sums = &sums_[strand * in_ * (in_ + out_)];
    const int64_t count = rows_.Count(index), at = rows_.Begin(index) * in_;
    float* deviations = scratch.Get(rows_.chunk * in_);
    float* totals = &totals_[index * (in_ + out_)];
    Normalizing().less(x_ + at, count, in_, origin_.data(), deviations);
    Normalizing().total(deviations, count, in_, totals);
    Normalizing().total(g, count, out_, totals + in_);
    Multiplying().accumulate(kPixel, deviations, deviations, count, in_, in_, sums, {});
    Multiplying().accumulate(kPixel, deviations, g, count, in_, out_, sums + in_ * in_, ahead);
    Multiplying().multiply(kPixel, g, gradient_, count, out_, in_, nullptr, dx_ + at,
                           {rows_.Chunk(x_, in_, next), rows_.Chunk(dx_, in_, next), {}});
  }

  /** The gradients of scale, offset and kernel, when all chunks were taken, and what `Finish` needs. */
  void Join(float* dscale, float* doffset, float* dkernel) {
    const double n = static_cast<double>(rows_.rows);
    std::vector<double> total = Columns(totals_, in_ + out_), joined = Columns(sums_, in_ * (in_ + out_));
    const double* const gradients = &total[in_];
    double* const c = joined.data();
    double* const p = &joined[in_ * in_];
    std::vector<double> product(out_, 0), pull(out_), part(out_);
    for (int64_t k = 0; k < in_; k++) {
      const double mean = total[k] / n;
      for (int64_t j = 0; j < in_; j++) c[k * in_ + j] -= mean * total[j];
      for (int64_t o = 0; o < out_; o++) {
        p[k * out_ + o] -= mean * gradients[o];
        product[o] += kernel_[k * out_ + o] * p[k * out_ + o];
      }
    }
    for (int64_t o = 0; o < out_; o++) {
      const double spread = static_cast<double>(variance_[o]) + epsilon_;
      doffset[o] = static_cast<float>(gradients[o]);
      dscale[o] = static_cast<float>(product[o] / sqrt(spread));
      pull[o] = product[o] / n / spread;
    }
    std::vector<double> matrix(in_ * in_), row(in_, 0);
    for (int64_t k = 0; k < in_; k++) {
      std::fill(part.begin(), part.end(), 0);
      for (int64_t j = 0; j < in_; j++) {
        double sum = 0;
        for (int64_t o = 0; o < out_; o++) {
          part[o] += c[k * in_ + j] * kernel_[j * out_ + o];
          sum += static_cast<double>(kernel_[k * out_ + o]) * kernel_[j * out_ + o] * slope_[o] * pull[o];
        }
        matrix[k * in_ + j] = -sum;
        row[k] += (origin_[j] + total[j] / n) * sum;
      }
      for (int64_t o = 0; o < out_; o++) {
        dkernel[k * out_ + o] = static_cast<float>((p[k * out_ + o] - part[o] * pull[o]) * slope_[o]);
        row[k] -= gradients[o] / n * slope_[o] * kernel_[k * out_ + o];
      }
    }
    const std::vector<float> left(matrix.begin(), matrix.end());
    Multiplying().packKernel(left.data(), in_, in_, false, matrix_);
    for (int64_t k = 0; k < in_; k++) row_[k] = static_cast<float>(-row[k]);
  }

  /** Adds what was left to dx of chunk `index`, after `Join`; x and dx of chunk `next` are brought nearer. */
  void Finish(int64_t index, int64_t next) const {
    const int64_t count = rows_.Count(index), at = rows_.Begin(index) * in_;
    Normalizing().less(dx_ + at, count, in_, row_.data(), dx_ + at);
    Multiplying().multiply(kPixel, x_ + at, matrix_, count, in_, in_, dx_ + at, dx_ + at,
                           {rows_.Chunk(x_, in_, next), rows_.Chunk(dx_, in_, next), {}});
  }

 private:
  /** Sums of rows of `width` numbers. */
  static std::vector<double> Columns(const std::vector<float>& rows, int64_t width) {
    std::vector<double> sums(width, 0);
    for (size_t begin = 0; begin < rows.size(); begin += width) {
      for (int64_t i = 0; i < width; i++) sums[i] += rows[begin + i];
    }
    return sums;
  }

  const Rows rows_;
  const Strands strands_;
  const int64_t in_, out_;
  const float* x_;
  const float* kernel_;
  const float* variance_;
  const float epsilon_;
  float* dx_;
  const std::vector<float> slope_;
  /** What is taken from all rows of x before they are summed up, and in the end from all rows of dx. */
  std::vector<float> origin_, row_;
  /** Totals of the rows of x, from the origin on, and of g, chunk by chunk; sums of their products, C and P, by strands. */
  std::vector<float> totals_, sums_;
  /** Where A and the negative of B lie, packed. */
  Scratch memory_;
  float* gradient_;
  float* matrix_;
};

}  // namespace sambench

#endif
