// Products of matrices whose rows are channels of tiles: some rows by a panel of columns at a time, in registers. For files
// of arithmetic only (see variants.h).
#ifndef SAMBENCH_PRODUCTS_H_
#define SAMBENCH_PRODUCTS_H_

#include "lanes.h"
#include "winograd.h"

namespace {

using sambench::Ahead;
using sambench::KernelCount;
using sambench::kLine;
using sambench::PositionCount;
using sambench::Positions;
using sambench::SharingCount;
using sambench::Stretch;

/** Channels of the widest panel of a product, and tiles that are multiplied at once. */
constexpr int kPanel = kLanes * kWide, kRows = 6;
/** Tiles of a sum of products between one look ahead and the next, and numbers in the first level of the cache. */
constexpr int kLook = 16, kNear = 8192;

/** Channels of tiles that are summed up at once beside `wide` groups of lanes: enough sums for the arithmetic to be busy. */
constexpr int ChannelsBeside(int64_t wide) { return wide >= kWide ? 4 : wide == 1 ? 16 : 8; }

/** Width of the panel of `out` channels that begins with channel `begin`. */
SAMBENCH_INLINE int64_t PanelWidth(int64_t begin, int64_t out) { return out - begin < kPanel ? out - begin : kPanel; }

/** Brings a stretch nearer, so many lines of the cache at a time that all of it is on its way after `steps` times. */
struct Fetching {
  SAMBENCH_INLINE Fetching(const Stretch& stretch, int64_t steps)
      : at(stretch.data),
        end(stretch.data + stretch.size),
        each(steps > 0 ? (stretch.size / kLine + steps - 1) / steps * kLine : 0) {}
  SAMBENCH_INLINE void Step() {
    // Into the second level: the first one holds what is multiplied.
    for (const float* stop = end - at < each ? end : at + each; at < stop; at += kLine) __builtin_prefetch(at, 0, 2);
  }
  const float* at;
  const float* end;
  int64_t each;
};

/** The same for all that is ahead. */
struct FetchingAll {
  SAMBENCH_INLINE FetchingAll(const Ahead& ahead, int64_t steps)
      : first(ahead.first, steps), second(ahead.second, steps), third(ahead.third, steps) {}
  SAMBENCH_INLINE void Step() {
    first.Step();
    second.Step();
    third.Step();
  }
  Fetching first, second, third;
};

/** A kernel [in, out], or with `transposed` [out, in], as panels [panels of out, in, width of a panel]. */
void PackKernel(const float* kernel, int64_t in, int64_t out, bool transposed, float* packed) {
  for (int64_t first = 0; first < out; first += kPanel) {
    const int64_t width = PanelWidth(first, out);
    for (int64_t c = 0; c < in; c++) {
      for (int64_t k = 0; k < width; k++)
        packed[first * in + c * width + k] = kernel[transposed ? (first + k) * in + c : c * out + first + k];
    }
  }
}

/**
 * `rows` tiles by a panel of `wide` groups of lanes: products [rows, out] = tiles [rows, in] · panel [in, width] + others
 * [rows, out], where there are others.
 */
template <int rows, int wide>
SAMBENCH_INLINE void MultiplyTile(const float* tiles, const float* panel, int64_t in, int64_t out, const float* others,
                                  float* products) {
  Lanes sums[rows][wide] = {};
  for (int64_t c = 0; c < in; c++) {
    Lanes u[wide];
#pragma GCC unroll 8
    for (int k = 0; k < wide; k++) u[k] = Load(panel + (c * wide + k) * kLanes);
#pragma GCC unroll 8
    for (int t = 0; t < rows; t++) {
      const float v = tiles[t * in + c];
#pragma GCC unroll 8
      for (int k = 0; k < wide; k++) sums[t][k] += u[k] * v;
    }
  }
#pragma GCC unroll 8
  for (int t = 0; t < rows; t++) {
#pragma GCC unroll 8
    for (int k = 0; k < wide; k++) {
      const int64_t at = t * out + k * kLanes;
      Store(products + at, others ? sums[t][k] + Load(others + at) : sums[t][k]);
    }
  }
}

template <int wide>
SAMBENCH_INLINE void MultiplyPanel(const float* tiles, const float* panel, int64_t block, int64_t in, int64_t out,
                                   const float* others, float* products, FetchingAll& fetching) {
  const auto beside = [=](int64_t t) { return others ? others + t * out : nullptr; };
  int64_t t = 0;
  for (; t + kRows <= block; t += kRows) {
    MultiplyTile<kRows, wide>(tiles + t * in, panel, in, out, beside(t), products + t * out);
    fetching.Step();
  }
  for (; t < block; t++) MultiplyTile<1, wide>(tiles + t * in, panel, in, out, beside(t), products + t * out);
}

void Multiply(const Positions& positions, const float* tiles, const float* kernel, int64_t block, int64_t in,
              int64_t out, const float* others, float* products, const Ahead& ahead) {
  FetchingAll fetching(ahead, PositionCount(positions) * ((out + kPanel - 1) / kPanel) * (block / kRows));
  for (int64_t number = 0; number < KernelCount(positions); number++) {
    const int64_t rows = SharingCount(positions, number) * block;
    for (int64_t first = 0; first < out; first += kPanel) {
      const float* o = others ? others + first : nullptr;
      const float* panel = kernel + number * in * out + first * in;
      switch (PanelWidth(first, out) / kLanes) {
        case 1: MultiplyPanel<1>(tiles, panel, rows, in, out, o, products + first, fetching); break;
        case 2: MultiplyPanel<2>(tiles, panel, rows, in, out, o, products + first, fetching); break;
        case 3: MultiplyPanel<3>(tiles, panel, rows, in, out, o, products + first, fetching); break;
        case 4: MultiplyPanel<4>(tiles, panel, rows, in, out, o, products + first, fetching); break;
      }
    }
    tiles += rows * in;
    products += rows * out;
    if (others) others += rows * out;
  }
}

/** sums [channels, width] += tiles' [block, channels] · products [block, width], for some channels of the input. */
template <int wide>
SAMBENCH_INLINE void AccumulateTile(const float* tiles, const float* products, int64_t block, int64_t in, int64_t out,
                                    float* sums, FetchingAll& fetching) {
  // From zero, block by block: one long sum would lose more to rounding.
  constexpr int channels = ChannelsBeside(wide);
  Lanes total[channels][wide] = {};
  for (int64_t t = 0; t < block;) {
    for (const int64_t stop = block - t < kLook ? block : t + kLook; t < stop; t++) {
      Lanes m[wide];
#pragma GCC unroll 8
      for (int k = 0; k < wide; k++) m[k] = Load(products + t * out + k * kLanes);
#pragma GCC unroll 16
      for (int c = 0; c < channels; c++) {
        const float v = tiles[t * in + c];
#pragma GCC unroll 8
        for (int k = 0; k < wide; k++) total[c][k] += m[k] * v;
      }
    }
    fetching.Step();
  }
#pragma GCC unroll 16
  for (int c = 0; c < channels; c++) {
#pragma GCC unroll 8
    for (int k = 0; k < wide; k++) {
      float* at = sums + c * out + k * kLanes;
      Store(at, Load(at) + total[c][k]);
    }
  }
}

void Accumulate(const Positions& positions, const float* tiles, const float* products, int64_t block, int64_t in,
                int64_t out, float* sums, const Ahead& ahead) {
  // Strips of tiles that stay in the first level, about, while all panels and channels go over them.
  const int64_t nearby = kNear / (in + PanelWidth(0, out)) / kLook * kLook, strip = nearby > 0 ? nearby : kLook;
  int64_t looks = 0, columns = 0;
  for (int64_t number = 0; number < KernelCount(positions); number++)
    looks += (SharingCount(positions, number) * block + kLook - 1) / kLook;
  for (int64_t first = 0; first < out; first += kPanel) columns += in / ChannelsBeside(PanelWidth(first, out) / kLanes);
  FetchingAll fetching(ahead, looks * columns);
  for (int64_t number = 0; number < KernelCount(positions); number++) {
    const int64_t rows = SharingCount(positions, number) * block;
    for (int64_t t = 0; t < rows; t += strip) {
      const int64_t count = rows - t < strip ? rows - t : strip;
      for (int64_t first = 0; first < out; first += kPanel) {
        const float* m = products + t * out + first;
        const int64_t wide = PanelWidth(first, out) / kLanes;
        for (int64_t c = 0; c < in; c += ChannelsBeside(wide)) {
          const float* v = tiles + t * in + c;
          float* at = sums + c * out + first;
          switch (wide) {
            case 1: AccumulateTile<1>(v, m, count, in, out, at, fetching); break;
            case 2: AccumulateTile<2>(v, m, count, in, out, at, fetching); break;
            case 3: AccumulateTile<3>(v, m, count, in, out, at, fetching); break;
            case 4: AccumulateTile<4>(v, m, count, in, out, at, fetching); break;
          }
        }
      }
    }
    tiles += rows * in;
    products += rows * out;
    sums += in * out;
  }
}

}  // namespace

#endif
