// What a 1x1 convolution is taken of, chunk by chunk: a tensor as it is, its normalized values, or some of its pixels.
#ifndef SAMBENCH_OPERAND_H_
#define SAMBENCH_OPERAND_H_

#include <string.h>

#include "batch_normalization.h"
#include "scratch.h"

namespace sambench {

/** Chunks of rows of channels, and the tensor that they are read from. */
struct Operand {
  Chunks chunk;
  Rows rows;
  /** Where chunks are made of those in the same place of a tensor: that tensor, to be brought nearer. Else null. */
  const float* tensor;

  Stretch Stored(int64_t index) const { return rows.Chunk(tensor, rows.channels, index); }
};

/** A tensor as it is. */
inline Operand AsStored(const Rows& rows, const float* x) { return {Kept(rows, x), rows, x}; }

/** x normalized and rectified, into memory of the calling thread, until its next chunk. */
inline Operand Normalized(const Rows& rows, const float* x, const float* mean, const std::vector<float>& slope,
                          const float* offset) {
  const auto chunk = [=](int64_t index) {
    static thread_local Scratch scratch;
    float* y = scratch.Get(rows.chunk * rows.channels);
    Normalizing().rectified(x + rows.Begin(index) * rows.channels, rows.Count(index), rows.channels, mean, slope.data(),
                            offset, false, y);
    return y;
  };
  return {chunk, rows, x};
}

/** Every `stride`-th pixel along both axes of images, from the first on. */
struct Sampling {
  Sampling(const Floats& images, int64_t stride) : stride(stride) {
    if (images.rank() != 4) throw std::runtime_error("pixels of something that is not a batch of images");
    batch = images.length(0);
    height = images.length(1);
    width = images.length(2);
    channels = images.length(3);
    rows = Reduced(height, stride);
    columns = Reduced(width, stride);
  }
  std::vector<int64_t> shape() const { return {batch, rows, columns, channels}; }
  /** The pixel of the images that is sample `sample`. */
  int64_t Pixel(int64_t sample) const {
    const int64_t line = sample / columns;
    return (line / rows * height + line % rows * stride) * width + sample % columns * stride;
  }
  int64_t batch, height, width, channels, stride, rows, columns;
};

/** The samples of images, into memory of the calling thread, until its next chunk. `rows` are those of the samples. */
inline Operand Samples(const Rows& rows, const float* images, const Sampling& sampling) {
  if (sampling.stride == 1) return AsStored(rows, images);
  const auto chunk = [=](int64_t index) {
    static thread_local Scratch scratch;
    float* samples = scratch.Get(rows.chunk * rows.channels);
    const int64_t begin = rows.Begin(index), count = rows.Count(index);
    for (int64_t i = 0; i < count; i++) {
      memcpy(samples + i * rows.channels, images + sampling.Pixel(begin + i) * rows.channels,
             rows.channels * sizeof(float));
    }
    return samples;
  };
  return {chunk, rows, nullptr};
}

}  // namespace sambench

#endif
