// What is summed up over the outputs of a convolution, block by block of tiles, while they are in a core's cache: it saves
// the operation that needs it a pass over the memory. Sums of blocks are joined in order, so they do not depend on the
// number of threads.
#ifndef SAMBENCH_TALLY_H_
#define SAMBENCH_TALLY_H_

#include <algorithm>
#include <vector>

#include "batch_normalization.h"
#include "blocks.h"
#include "scratch.h"

namespace sambench {

/** Mean and biased variance of the outputs. */
class OutputMoments {
 public:
  OutputMoments(const Images& y, int64_t blocks) : y_(y), joined_(blocks, JoinedMoments(y.channels)) {}

  /** Takes a stretch of pixels that block `index` gave. */
  void Take(int64_t index, int64_t pixel, int64_t count) {
    static thread_local Scratch scratch;
    float* const mean = scratch.Get(2 * y_.channels);
    Normalizing().moments(y_.data + pixel * y_.channels, count, y_.channels, mean, mean + y_.channels);
    joined_[index].Add(static_cast<double>(count), mean, mean + y_.channels);
  }

  void Join(float* mean, float* variance) const {
    JoinedMoments all(y_.channels);
    for (const JoinedMoments& block : joined_) all.Add(block.seen, block.mean.data(), block.squares.data());
    all.Give(mean, variance);
  }

 private:
  const Images y_;
  std::vector<JoinedMoments> joined_;
};

/**
 * Sums of a gradient dy of what was normalized and rectified, for the gradient of that normalization: of dy through the
 * rectifier, and of that times the deviation of `z`, which was normalized.
 */
class GradientTally {
 public:
  GradientTally(const Images& dy, const float* z, const float* mean, const std::vector<float>& slope, const float* offset,
                int64_t blocks)
      : dy_(dy), z_(z), mean_(mean), slope_(slope), offset_(offset), sums_(2 * blocks * dy.channels) {}

  /** Takes a stretch of pixels that block `index` gave. */
  void Take(int64_t index, int64_t pixel, int64_t count) {
    static thread_local Scratch scratch;
    const int64_t channels = dy_.channels, at = pixel * channels;
    float* const own = scratch.Get(2 * channels);
    Normalizing().rectifiedSums(dy_.data + at, z_ + at, count, channels, mean_, slope_.data(), offset_, own, own + channels);
    Normalizing().add(own, 2 * channels, &sums_[2 * index * channels]);
  }

  void Join(float* sum, float* product) const {
    const std::vector<double> total = Columns(sums_, 2 * dy_.channels);
    std::copy_n(total.begin(), dy_.channels, sum);
    std::copy_n(total.begin() + dy_.channels, dy_.channels, product);
  }

 private:
  const Images dy_;
  const float* z_;
  const float* mean_;
  const std::vector<float> slope_;
  const float* offset_;
  std::vector<float> sums_;
};

}  // namespace sambench

#endif
