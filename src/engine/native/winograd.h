// What winograd.cc computes: the parts of a 3x3 convolution by minimal filtering, on blocks of tiles, one table of
// functions for each kind of processor.
#ifndef SAMBENCH_WINOGRAD_H_
#define SAMBENCH_WINOGRAD_H_

#include <stdint.h>

namespace sambench {

/** A stack of images [batch, height, width, channels], or what is outside of them: zeros to read, a place to write to. */
struct Images {
  float* data;
  int64_t batch, height, width, channels;
};

/** Rows above and columns left of the images that the first tiles begin with. */
struct Padding {
  int64_t rows, columns;
};

/** Numbers in a line of the cache. */
constexpr int64_t kLine = 16;

/** Neighbouring numbers in memory. */
struct Stretch {
  const float* data = nullptr;
  int64_t size = 0;
};

/**
 * What is read or written after a product; it is brought nearer while the product keeps the arithmetic, but not the memory,
 * busy.
 */
struct Ahead {
  Stretch first, second, third;
};

/**
 * The positions of a tile along one axis: each of the kernels has one, but for the last, which has `last`. In memory all that
 * have one kernel are neighbours: planes [block, channels] of tiles that are multiplied by one matrix.
 */
struct Positions {
  int64_t kernels, last;
};

// Local to each file, as files of arithmetic must have nothing in common (see winograd.cc).

/** All kernels. */
static inline int64_t KernelCount(const Positions& positions) { return positions.kernels * positions.kernels; }

/** How many positions have kernel `number`. */
static inline int64_t SharingCount(const Positions& positions, int64_t number) {
  const auto along = [&](int64_t index) { return index == positions.kernels - 1 ? positions.last : 1; };
  return along(number / positions.kernels) * along(number % positions.kernels);
}

/** All positions of a tile. */
static inline int64_t PositionCount(const Positions& positions) {
  const int64_t along = positions.kernels - 1 + positions.last;
  return along * along;
}

/** One way to compute a convolution: sizes along one axis, and the parts. `block` tiles begin at number `first`. */
struct WinogradScheme {
  Positions positions;
  /** Outputs along one axis that a tile has. */
  int64_t outputs;
  /**
   * Transforms kernels [3, 3, in, out] to [kernels, panels of out, in, width of a panel]; with `transposed`, the
   * channels change their roles. Handles channels `begin` to `end` of the reduced axis.
   */
  void (*transformKernel)(const float* kernel, int64_t in, int64_t out, bool transposed, int64_t begin, int64_t end,
                          float* transformed);
  /** Tiles of the input, to [positions, block, channels]. */
  void (*transformInput)(const Images& input, const Padding& before, int64_t rows, int64_t columns, int64_t first,
                         int64_t block, const float* zeros, float* tiles);
  /** Products to the tiles of the output. */
  void (*transformOutput)(const float* products, const Padding& before, int64_t rows, int64_t columns, int64_t first,
                          int64_t block, const Images& output, float* outside);
  /** Tiles of the output's gradient, to [positions, block, out]: the transpose of `transformOutput`. */
  void (*spreadGradient)(const Images& gradient, int64_t rows, int64_t columns, int64_t first, int64_t block,
                         const float* zeros, float* products);
  /** Sums [kernels, in, out] to the gradient of kernels [3, 3, in, out], for input channels `begin` to `end`: adds up `strands` of them. */
  void (*gatherKernel)(const float* sums, int64_t strands, int64_t in, int64_t out, int64_t begin, int64_t end,
                       float* gradient);
};

struct WinogradRoutines {
  /** Convolutions of stride 1 (also the gradient of their input), of stride 2, and the gradient of the latter's input. */
  WinogradScheme plain, flipped, strided, spread;
  /** A kernel [in, out], or with `transposed` [out, in], as `multiply` wants one: a 1x1 convolution has one position. */
  void (*packKernel)(const float* kernel, int64_t in, int64_t out, bool transposed, float* packed);
  /**
   * Products of tiles [positions, block, in] with transformed kernels, to [positions, block, out]. What is in `others` (null:
   * nothing) is added to them; that may lie where the products go.
   */
  void (*multiply)(const Positions& positions, const float* tiles, const float* kernel, int64_t block, int64_t in, int64_t out,
                   const float* others, float* products, const Ahead& ahead);
  /** Adds tiles [positions, block, in] times products [positions, block, out] to sums [kernels, in, out]. */
  void (*accumulate)(const Positions& positions, const float* tiles, const float* products, int64_t block, int64_t in,
                     int64_t out, float* sums, const Ahead& ahead);
};

/** The one position of a 1x1 convolution. */
constexpr Positions kPixel = {1, 1};

const WinogradRoutines* WinogradBaseline();
const WinogradRoutines* WinogradAvx2();
const WinogradRoutines* WinogradAvx512();

}  // namespace sambench

#endif
