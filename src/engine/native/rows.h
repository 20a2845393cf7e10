// Tensors as rows of channels, and the chunks of rows that operations work through: they fit in a core's cache, and what is summed
// up goes chunk by chunk, so that it does not depend on the number of threads.
#ifndef SAMBENCH_ROWS_H_
#define SAMBENCH_ROWS_H_

#include <algorithm>
#include <functional>

#include "kernel.h"
#include "parallel.h"
#include "winograd.h"

namespace sambench {

/** A tensor seen as rows of channels, and the chunks of rows that it is worked through in. */
struct Rows {
  explicit Rows(const Floats& x) : Rows(x.rank() > 0 ? x.size() / std::max<int64_t>(1, x.length(x.rank() - 1)) : 0,
                                        x.rank() > 0 ? x.length(x.rank() - 1) : 0) {}
  Rows(int64_t rows, int64_t channels) : channels(channels), rows(rows) {
    if (channels == 0 || rows == 0) throw std::runtime_error("batch normalization of nothing");
    // About 80 KB, a multiple of the rows that are worked on at once, in sums (four) and in products (six), and not so many
    // that sums in single precision lose by it.
    chunk = std::clamp<int64_t>(20480 / channels / 12 * 12, 12, 1020);
    chunks = (rows + chunk - 1) / chunk;
  }
  /** The same chunks of rows of another number of channels. */
  Rows Of(int64_t others) const {
    Rows rows = *this;
    rows.channels = others;
    return rows;
  }
  int64_t Begin(int64_t index) const { return index * chunk; }
  int64_t Count(int64_t index) const { return std::min(chunk, rows - index * chunk); }
  /** Chunk `index` of a tensor of `width` channels in the same rows; nothing where there is no such chunk or tensor (null). */
  Stretch Chunk(const float* tensor, int64_t width, int64_t index) const {
    if (!tensor || index < 0 || index >= chunks) return {};
    return {tensor + Begin(index) * width, Count(index) * width};
  }
  /**
   * Whether a tensor of these rows is stored past the cache: from 4 MB on, as little of so much is still there when it is read,
   * and where all rows begin and end with lines of the cache.
   */
  bool Past(const float* tensor) const {
    const bool lines = channels % kLine == 0 && reinterpret_cast<uintptr_t>(tensor) % (kLine * sizeof(float)) == 0;
    return lines && rows * channels >= (1 << 20);
  }
  int64_t channels, rows, chunk, chunks;
};

/** Calls `work` with every chunk, by several threads; backwards where the last chunks are still in the cache. */
template <typename Work>
void Forwards(const Rows& rows, const Work& work) {
  Team::Get().Divide(rows.chunks, work);
}
template <typename Work>
void Backwards(const Rows& rows, const Work& work) {
  Team::Get().Divide(rows.chunks, [&](int64_t index) { work(rows.chunks - 1 - index); });
}

/** The address of a chunk of what is normalized, by its number: kept somewhere, or computed now, in the calling thread. */
using Chunks = std::function<const float*(int64_t index)>;

/** The chunks of a tensor that is kept; none of null. */
inline Chunks Kept(const Rows& rows, const float* tensor) {
  if (!tensor) return {};
  return [rows, tensor](int64_t index) { return tensor + rows.Begin(index) * rows.channels; };
}

}  // namespace sambench

#endif
