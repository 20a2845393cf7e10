// The tiles of a stack of images, in blocks whose transforms fit in a core's cache.
#ifndef SAMBENCH_BLOCKS_H_
#define SAMBENCH_BLOCKS_H_

#include <stdint.h>

#include <algorithm>

#include "winograd.h"

namespace sambench {

struct Blocks {
  Blocks(int64_t batch, int64_t rows, int64_t columns, int64_t floatsOfTile)
      : rows(rows), columns(columns), tiles(batch * rows * columns) {
    // 384 KB; a multiple of the six tiles that are multiplied at once.
    size = std::clamp<int64_t>(98304 / floatsOfTile / 6 * 6, 12, 96);
    count = (tiles + size - 1) / size;
  }
  int64_t First(int64_t index) const { return index * size; }
  int64_t Length(int64_t index) const { return std::min(size, tiles - index * size); }
  /** About what block `index` reads of `data`, which has the shape of the images; nothing where there is no such block or data. */
  Stretch Share(const Images& images, int64_t index, const float* data) const {
    if (index >= count || !data) return {};
    const int64_t each = images.batch * images.height * images.width * images.channels / tiles;
    return {data + First(index) * each, Length(index) * each};
  }
  Stretch Share(const Images& images, int64_t index) const { return Share(images, index, images.data); }
  /**
   * Calls `take(pixel, count)` for the pixels that block `index` has of images, stretch by stretch of neighbours, where tiles have
   * `side` pixels a side and begin `before` outside of the images. Every pixel is in one block.
   */
  template <typename Take>
  void Stretches(const Images& images, const Padding& before, int64_t side, int64_t index, const Take& take) const {
    const int64_t end = First(index) + Length(index);
    for (int64_t tile = First(index), next; tile < end; tile = next) {
      const int64_t line = tile / columns, column = tile % columns;
      next = std::min(end, (line + 1) * columns);
      const int64_t top = line % rows * side - before.rows, left = column * side - before.columns;
      const int64_t from = std::max<int64_t>(left, 0), to = std::min(left + (next - tile) * side, images.width);
      for (int64_t row = std::max<int64_t>(top, 0); from < to && row < std::min(top + side, images.height); row++)
        take((line / rows * images.height + row) * images.width + from, to - from);
    }
  }
  int64_t rows, columns, tiles, size, count;
};

}  // namespace sambench

#endif
