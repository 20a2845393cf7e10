// What the gradient of a 1x1 convolution meets where residual blocks begin and end.
#ifndef SAMBENCH_RESIDUAL_GRADIENT_H_
#define SAMBENCH_RESIDUAL_GRADIENT_H_

#include "projection.h"

namespace sambench {

/** Images of which every `stride`-th pixel of both axes was read, and the gradient of what was read. */
class Sampled {
 public:
  Sampled(const Floats& gradient, const Floats& x, int64_t stride) : gradient_(gradient.data()), sampling_(x, stride) {
    DemandSameShape("a gradient from elsewhere", gradient, sampling_.shape());
  }
  /** Adds the gradient to `dx`, which has `count` pixels from `begin` on. */
  void Add(int64_t begin, int64_t count, float* dx) const {
    const auto& [batch, height, width, channels, stride, rows, columns] = sampling_;
    for (int64_t pixel = begin; pixel < begin + count; pixel++) {
      const int64_t line = pixel / width, row = line % height, column = pixel % width;
      if (row % stride != 0 || column % stride != 0) continue;
      const int64_t sample = (line / height * rows + row / stride) * columns + column / stride;
      Normalizing().add(gradient_ + sample * channels, channels, dx + (pixel - begin) * channels);
    }
  }

 private:
  const float* gradient_;
  const Sampling sampling_;
};

/** A 1x1 convolution that makes a shortcut, and its gradients, which take those of the shortcut chunk by chunk. */
class Source {
 public:
  /** Of the images x only what is sampled is read, and has a gradient. */
  Source(const Rows& rows, const ProjectionShape& product, const Floats& x, const Sampling& sampling, const Floats& kernel,
         const Floats& dx)
      : rows_(rows),
        strands_(rows),
        shape_(sampling.shape(), kernel),
        x_(Samples(rows.Of(shape_.in), x.data(), sampling)),
        dx_(dx.data()) {
    DemandSameProducts(shape_, product);
    sums_.resize(strands_.count * shape_.in * shape_.out);
    transposed_ = shape_.Pack(kernel, true, memory_.Get(kernel.size()));
  }

  /**
   * Takes the gradient `g` of chunk `index`, one of `strand`. What is `ahead`, and x and dx of chunk `next`, are brought nearer.
   */
  void Take(int64_t strand, int64_t index, int64_t next, const float* g, const Ahead& ahead) {
    const int64_t at = rows_.Begin(index) * shape_.in, count = rows_.Count(index);
    float* sums = &sums_[strand * shape_.in * shape_.out];
    Multiplying().accumulate(kPixel, x_.chunk(index), g, count, shape_.in, shape_.out, sums, ahead);
    Multiplying().multiply(kPixel, g, transposed_, count, shape_.out, shape_.in, nullptr, dx_ + at,
                           {x_.Stored(next), rows_.Chunk(dx_, shape_.in, next), {}});
  }

  /** The gradient of the kernel, when all chunks were taken. */
  void Join(float* dkernel) const { strands_.Join(sums_.data(), shape_.in * shape_.out, dkernel); }

 private:
  const Rows rows_;
  const Strands strands_;
  const ProjectionShape shape_;
  const Operand x_;
  float* dx_;
  std::vector<float> sums_;
  /** Where `transposed_`, the packed kernel, lies. */
  Scratch memory_;
  const float* transposed_;
};

}  // namespace sambench

#endif
