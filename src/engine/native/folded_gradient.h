// The gradient of a 1x1 convolution and its normalization without the product between them, which is not kept where it is
// much wider than what it is computed from.
#ifndef SAMBENCH_FOLDED_GRADIENT_H_
#define SAMBENCH_FOLDED_GRADIENT_H_

#include "projection.h"

namespace sambench {

/**
 * Rows x of mean m give z = x K, so z - mean of z = (x - m) K. With g, the gradient of what was normalized, and s, the slope:
 *
 *   P = (x - m)' g and C = (x - m)' (x - m); the sum of g (z - mean of z) is the diagonal of K' P
 *   dK = (P - C K diag(pull)) diag(s)
 *   dx = g A - x B + row, where A = diag(s) K', B = K diag(s pull) K', row = m B - average A
 *
 * with average and pull of `NormalizationRoutines::gradient`. All that needs g is taken while one pass reads it; the pull is
 * known after it, and what needs that is as narrow as x.
 */
class FoldedGradient {
 public:
  /** `slope` of the channels; `dx` is where the gradient of x goes. */
  FoldedGradient(const Rows& rows, const ProjectionShape& shape, const Operand& x, const Floats& kernel,
                 const std::vector<float>& slope, const Floats& dx)
      : rows_(rows),
        strands_(rows),
        shape_(shape),
        in_(shape.in),
        out_(shape.out),
        kernel_(kernel),
        slope_(slope),
        x_(x),
        dx_(dx.data()),
        origin_(in_),
        lessRow_(in_),
        totals_(rows.chunks * (in_ + out_)),
        recent_(strands_.count * in_ * (in_ + out_)),
        sums_(recent_.size()) {
    // Squares of numbers far from zero would lose the deviations; a row amid the first ones is nearer, and exact to take away.
    Normalizing().total(x_.chunk(0), rows.Count(0), in_, origin_.data());
    for (float& each : origin_) each /= static_cast<float>(rows.Count(0));
    std::vector<float> scaled(in_ * out_);
    for (int64_t i = 0; i < in_ * out_; i++) scaled[i] = kernel_.data()[i] * slope_[i % out_];
    a_ = memory_.Get(in_ * (out_ + in_));
    lessB_ = a_ + in_ * out_;
    Multiplying().packKernel(scaled.data(), out_, in_, true, a_);
  }

  /** Takes `g` of chunk `index`, one of `strand`. What is `ahead`, and x and dx of chunk `next`, are brought nearer. */
  void Take(int64_t strand, int64_t index, int64_t next, const float* g, const Ahead& ahead) {
    static thread_local Scratch scratch;
    const int64_t count = rows_.Count(index), at = rows_.Begin(index) * in_;
    float* deviations = scratch.Get(rows_.chunk * in_);
    float* totals = &totals_[index * (in_ + out_)];
    float* squares = &recent_[strand * in_ * (in_ + out_)];
    Normalizing().less(x_.chunk(index), count, in_, origin_.data(), deviations);
    Normalizing().total(deviations, count, in_, totals);
    Normalizing().total(g, count, out_, totals + in_);
    Multiplying().accumulate(kPixel, deviations, deviations, count, in_, in_, squares, {});
    Multiplying().accumulate(kPixel, deviations, g, count, in_, out_, squares + in_ * in_, ahead);
    Multiplying().multiply(kPixel, g, a_, count, out_, in_, nullptr, dx_ + at,
                           {x_.Stored(next), rows_.Chunk(dx_, in_, next), {}});
    if (index % kRecent == kRecent - 1) Settle(strand);
  }

  /** The gradients of scale, offset and kernel, when all chunks were taken, and what `Finish` needs. */
  void Join(const float* variance, float epsilon, float* dscale, float* doffset, float* dkernel) {
    const double n = static_cast<double>(rows_.rows);
    const int64_t size = in_ * (in_ + out_);
    const float* const kernel = kernel_.data();
    const std::vector<double> totals = Columns(totals_, in_ + out_), total(totals.begin() + in_, totals.end());
    std::vector<double> p(in_ * out_, 0), product(out_, 0);
    std::vector<float> c(in_ * in_);
    for (int64_t strand = 0; strand < strands_.count; strand++) {
      Settle(strand);
      for (int64_t i = 0; strand > 0 && i < size; i++) sums_[i] += sums_[strand * size + i];
    }
    for (int64_t k = 0; k < in_; k++) {
      for (int64_t j = 0; j < in_; j++)
        c[k * in_ + j] = static_cast<float>(sums_[k * in_ + j] - totals[k] / n * totals[j]);
      for (int64_t o = 0; o < out_; o++) {
        p[k * out_ + o] = sums_[in_ * in_ + k * out_ + o] - totals[k] / n * total[o];
        product[o] += kernel[k * out_ + o] * p[k * out_ + o];
      }
    }
    const Pull pulled = Pulled(rows_.rows, total, product, variance, epsilon, dscale, doffset);

    std::vector<float> scaled(in_ * out_), ck(in_ * out_), lessB(in_ * in_);
    for (int64_t i = 0; i < in_ * out_; i++) scaled[i] = -kernel[i] * slope_[i % out_] * pulled.pull[i % out_];
    Scratch packed;
    const auto multiply = [&](const float* x, bool transposed, float* y) {
      const float* by = shape_.Pack(kernel_, transposed, packed.Get(in_ * out_));
      Multiplying().multiply(kPixel, x, by, in_, transposed ? out_ : in_, transposed ? in_ : out_, nullptr, y, {});
    };
    multiply(c.data(), false, ck.data());
    multiply(scaled.data(), true, lessB.data());
    Multiplying().packKernel(lessB.data(), in_, in_, false, lessB_);
    for (int64_t k = 0; k < in_; k++) {
      double row = 0;
      for (int64_t j = 0; j < in_; j++) row -= (origin_[j] + totals[j] / n) * lessB[k * in_ + j];
      for (int64_t o = 0; o < out_; o++) {
        const int64_t i = k * out_ + o;
        dkernel[i] = static_cast<float>((p[i] - static_cast<double>(ck[i]) * pulled.pull[o]) * slope_[o]);
        row -= static_cast<double>(pulled.average[o]) * slope_[o] * kernel[i];
      }
      lessRow_[k] = static_cast<float>(-row);
    }
  }

  /** Adds what was left to dx of chunk `index`, after `Join`; x and dx of chunk `next` are brought nearer. */
  void Finish(int64_t index, int64_t next) const {
    const int64_t count = rows_.Count(index), at = rows_.Begin(index) * in_;
    Normalizing().less(dx_ + at, count, in_, lessRow_.data(), dx_ + at);
    Multiplying().multiply(kPixel, x_.chunk(index), lessB_, count, in_, in_, dx_ + at, dx_ + at,
                           {x_.Stored(next), rows_.Chunk(dx_, in_, next), {}});
  }

 private:
  /** Chunks that are summed up in single precision. */
  static constexpr int64_t kRecent = 8;

  /** Adds the recent sums of a strand to those of all its chunks before. */
  void Settle(int64_t strand) {
    const int64_t size = in_ * (in_ + out_);
    for (int64_t i = strand * size; i < (strand + 1) * size; i++) {
      sums_[i] += recent_[i];
      recent_[i] = 0;
    }
  }

  const Rows rows_;
  const Strands strands_;
  const ProjectionShape shape_;
  const int64_t in_, out_;
  const Floats& kernel_;
  const std::vector<float> slope_;
  const Operand x_;
  float* dx_;
  /** What is taken from all rows of x before they are summed up. */
  std::vector<float> origin_;
  /** The negative of `row`. */
  std::vector<float> lessRow_;
  /** Totals of the rows of x, from the origin on, and of g, chunk by chunk. */
  std::vector<float> totals_;
  /** Sums of products for C and P, strand by strand. */
  std::vector<float> recent_;
  std::vector<double> sums_;
  /** Where A and the negative of B lie, packed. */
  Scratch memory_;
  float* a_;
  float* lessB_;
};

}  // namespace sambench

#endif
