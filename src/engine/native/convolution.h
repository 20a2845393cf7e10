// What the operations of 3x3 convolutions share: TensorFlow's padding SAME, and a convolution by minimal filtering on blocks of
// tiles that fit in a core's cache. Numbers of channels are multiples of sixteen.
#ifndef SAMBENCH_CONVOLUTION_H_
#define SAMBENCH_CONVOLUTION_H_

#include <string.h>

#include <algorithm>
#include <type_traits>

#include "tally.h"

namespace sambench {

struct ConvolutionSettings {
  int64_t stride = 1;
  float epsilon = 0;

  static void Destroy(void* settings) { delete static_cast<ConvolutionSettings*>(settings); }
};

inline Images ImagesOf(const Floats& tensor) {
  if (tensor.rank() != 4) throw std::runtime_error("a convolution of something that is not a batch of images");
  return {tensor.data(), tensor.length(0), tensor.length(1), tensor.length(2), tensor.length(3)};
}

/** The padding before the first row and column that SAME means. */
inline Padding Before(const Images& x, int64_t stride) {
  const auto before = [=](int64_t length) {
    return std::max<int64_t>(0, (Reduced(length, stride) - 1) * stride + 3 - length) / 2;
  };
  return {before(x.height), before(x.width)};
}

inline void CheckShapes(const Images& x, const Floats& kernel, const Images& y, int64_t stride) {
  const bool fits = kernel.rank() == 4 && kernel.length(0) == 3 && kernel.length(1) == 3 &&
                    kernel.length(2) == x.channels && kernel.length(3) == y.channels && x.batch == y.batch &&
                    y.height == Reduced(x.height, stride) && y.width == Reduced(x.width, stride);
  if (!fits || x.channels % 16 != 0 || y.channels % 16 != 0 || x.channels == 0 || y.channels == 0)
    throw std::runtime_error("a 3x3 convolution of shapes that do not fit each other, or not sixteen channels at a time");
}

/** One convolution: y is that of x by `scheme`; tiles begin `beforeX` and `beforeY` outside of them. */
struct Convolution {
  Convolution(const WinogradScheme& scheme, const Images& x, const Images& y, const Padding& beforeX, const Padding& beforeY)
      : scheme(scheme),
        x(x),
        y(y),
        beforeX(beforeX),
        beforeY(beforeY),
        blocks(x.batch, Reduced(y.height + beforeY.rows, scheme.outputs),
               Reduced(y.width + beforeY.columns, scheme.outputs), PositionCount(scheme.positions) * (x.channels + y.channels)) {}
  const WinogradScheme& scheme;
  const Images x, y;
  const Padding beforeX, beforeY;
  const Blocks blocks;
};

/** Memory of the calling thread for transformed kernels, and for the tiles and products of a block. */
inline Scratch& TransformedKernels() {
  static thread_local Scratch scratch;
  return scratch;
}
inline Scratch& BlockMemory() {
  static thread_local Scratch scratch;
  return scratch;
}

/** What is done with the pixels of a block: nothing. */
struct NoTally {
  void Take(int64_t, int64_t, int64_t) const {}
};

constexpr NoTally noTally;

/**
 * Computes y; `tally` takes what each block gave of it. Pixels of `beside`, which has the shape of y (null: nothing), are brought
 * nearer before it does.
 */
template <typename Tally>
void Convolve(const Convolution& convolution, const Floats& kernel, bool transposed, Tally& tally,
              const float* beside = nullptr) {
  const WinogradScheme& scheme = convolution.scheme;
  const Images &x = convolution.x, &y = convolution.y;
  const Padding &beforeX = convolution.beforeX, &beforeY = convolution.beforeY;
  const Blocks& blocks = convolution.blocks;
  float* transformed = TransformedKernels().Get(KernelCount(scheme.positions) * x.channels * y.channels);
  Team& team = Team::Get();
  team.Divide(x.channels / 16, [&](int64_t part) {
    scheme.transformKernel(kernel.data(), x.channels, y.channels, transposed, 16 * part, 16 * part + 16, transformed);
  });
  const int64_t positions = PositionCount(scheme.positions);
  team.Divide(blocks.count, [&](int64_t index) {
    const int64_t length = blocks.Length(index), first = blocks.First(index);
    const int64_t inputs = positions * length * x.channels, outputs = positions * length * y.channels;
    const int64_t edge = std::max(x.channels, y.channels);
    float* tiles = BlockMemory().Get(inputs + outputs + 2 * edge);
    float* products = tiles + inputs;
    float* zeros = products + outputs;
    memset(zeros, 0, edge * sizeof(float));
    scheme.transformInput(x, beforeX, blocks.rows, blocks.columns, first, length, zeros, tiles);
    Multiplying().multiply(scheme.positions, tiles, transformed, length, x.channels, y.channels, nullptr, products,
                           {blocks.Share(x, index + team.members()), blocks.Share(y, index + team.members()),
                            blocks.Share(y, index, beside)});
    scheme.transformOutput(products, beforeY, blocks.rows, blocks.columns, first, length, y, zeros + edge);
    if constexpr (!std::is_same_v<Tally, const NoTally>) {
      blocks.Stretches(y, beforeY, scheme.outputs, index,
                       [&](int64_t pixel, int64_t count) { tally.Take(index, pixel, count); });
    }
  });
}

}  // namespace sambench

#endif
