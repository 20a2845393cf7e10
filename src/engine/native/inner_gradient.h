// The gradient of a normalization with its rectifier whose result was the input of a 1x1 convolution, as far as that
// convolution's gradient can take it along.
#ifndef SAMBENCH_INNER_GRADIENT_H_
#define SAMBENCH_INNER_GRADIENT_H_

#include "projection.h"

namespace sambench {

/** First the sums of every chunk, while the gradient of what was normalized is in the cache, then what needs all of them. */
class InnerGradient {
 public:
  /** `dx` holds the gradient of what `x` was normalized to, and at the end that of `x`. */
  InnerGradient(const Rows& rows, const Floats& x, const Floats& dx, const Floats& scale, const Floats& offset,
                const Floats& mean, const Floats& variance, float epsilon)
      : rows_(rows),
        gradient_({epsilon, true}, rows, scale, offset, mean, variance, false),
        read_(Normalized(rows, x.data(), mean.data(), Slope(scale.data(), variance.data(), rows.channels, epsilon),
                         offset.data())),
        x_(Kept(rows, x.data())),
        dx_(dx.data()) {}

  /** What the convolution read. */
  const Operand& Read() const { return read_; }

  /** Takes chunk `index`, whose gradient lies in dx. */
  void Sum(int64_t index) { gradient_.Sum(index, Place(index), x_(index)); }

  /** The gradients of scale, offset and x, when all chunks were taken. */
  void Finish(float* dscale, float* doffset) {
    gradient_.Join(dscale, doffset);
    // The convolution's gradient ends with the first chunk of every strand.
    const Strands strands(rows_);
    Team::Get().Divide(strands.count, [&](int64_t strand) {
      for (int64_t index = strands.Begin(strand); index < strands.End(strand); index++)
        gradient_.Input(index, Place(index), x_(index), Place(index));
    });
  }

 private:
  float* Place(int64_t index) const { return dx_ + rows_.Begin(index) * rows_.channels; }

  const Rows rows_;
  NormalizationGradient gradient_;
  const Operand read_;
  const Chunks x_;
  float* dx_;
};

}  // namespace sambench

#endif
