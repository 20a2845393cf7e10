// Gradients that go through the rectifier behind a normalization, chunk by chunk.
#ifndef SAMBENCH_RECTIFIED_GRADIENT_H_
#define SAMBENCH_RECTIFIED_GRADIENT_H_

#include "batch_normalization.h"
#include "scratch.h"

namespace sambench {

/**
 * The chunks of dy gone through the rectifier whose output was `y`, into their places in `through`, or where that is null
 * into memory of the calling thread, until its next chunk.
 */
inline Chunks Through(const Rows& rows, const float* dy, const float* y, float* through) {
  return [=](int64_t index) {
    static thread_local Scratch scratch;
    const int64_t at = rows.Begin(index) * rows.channels;
    float* chunk = through ? through + at : scratch.Get(rows.chunk * rows.channels);
    Normalizing().throughRectifier(dy + at, y + at, rows.Count(index) * rows.channels, chunk);
    return chunk;
  };
}

/**
 * The chunks of dy gone through the rectifier of a normalization whose input's chunks are `x`, into memory of the calling
 * thread, until its next chunk.
 */
inline Chunks ThroughNormalized(const Rows& rows, const float* dy, const Chunks& x, const float* mean,
                                const std::vector<float>& slope, const float* offset) {
  return [=](int64_t index) {
    static thread_local Scratch scratch;
    float* chunk = scratch.Get(rows.chunk * rows.channels);
    const int64_t count = rows.Count(index);
    Normalizing().normalize(x(index), count, rows.channels, mean, slope.data(), offset, false, chunk);
    Normalizing().throughRectifier(dy + rows.Begin(index) * rows.channels, chunk, count * rows.channels, chunk);
    return chunk;
  };
}

}  // namespace sambench

#endif
