// The arithmetic of 3x3 convolutions by minimal filtering (Winograd 1980; Lavin and Gray 2016): with stride 1 tiles of 4x4
// outputs take 36 products a channel instead of 144, with stride 2 tiles of 2x2 take 25 instead of 36. Compiled once for each
// kind of processor (see variants.h); it includes nothing with code of its own, which the linker could take for another
// processor's.
#include "winograd.h"

#include "filtering.h"
#include "products.h"
#include "variants.h"

namespace {

using sambench::Images;
using sambench::Padding;
using sambench::Positions;
using sambench::WinogradRoutines;
using sambench::WinogradScheme;

// ---- tiles ---------------------------------------------------------------------------------------------------------

/** Where a tile lies: image, and row and column of tiles in it. */
struct Tile {
  int64_t image, row, column;
};

SAMBENCH_INLINE Tile TileAt(int64_t number, int64_t rows, int64_t columns) {
  const int64_t line = number / columns;
  return {line / rows, line % rows, number % columns};
}

/** Addresses of the `size` by `size` pixels from (`row`, `column`) on; `outside` for those that there are none of. */
template <int size>
SAMBENCH_INLINE void Pixels(const Images& images, int64_t image, int64_t row, int64_t column, float* outside,
                            float** pixels) {
  for (int i = 0; i < size; i++) {
    for (int j = 0; j < size; j++) {
      const int64_t y = row + i, x = column + j;
      const bool inside = y >= 0 && y < images.height && x >= 0 && x < images.width;
      pixels[i * size + j] =
          inside ? images.data + ((image * images.height + y) * images.width + x) * images.channels : outside;
    }
  }
}

/** Applies `axis`, which makes `to` values of `from`, along both axes of a square of values. */
template <int from, int to, typename Axis>
SAMBENCH_INLINE void BothAxes(const Lanes (&values)[from][from], Lanes (&results)[to][to], const Axis& axis) {
  Lanes half[from][to];
#pragma GCC unroll 8
  for (int i = 0; i < from; i++) axis(values[i], half[i]);
#pragma GCC unroll 8
  for (int j = 0; j < to; j++) {
    Lanes column[from], result[to];
#pragma GCC unroll 8
    for (int i = 0; i < from; i++) column[i] = half[i][j];
    axis(column, result);
#pragma GCC unroll 8
    for (int i = 0; i < to; i++) results[i][j] = result[i];
  }
}

/** The positions of a scheme. */
template <typename Scheme>
constexpr Positions PositionsOf() {
  return {Scheme::kernels, Scheme::positions - Scheme::kernels + 1};
}

/** The plane of a position of a tile: after all that have a kernel before its own. */
template <typename Scheme>
constexpr int64_t Plane(int64_t row, int64_t column) {
  const int64_t shared = Scheme::kernels - 1, last = PositionsOf<Scheme>().last;
  const int64_t i = row < shared ? row : shared, j = column < shared ? column : shared;
  return i * Scheme::positions + j * (i == shared ? last : 1) + (row - i) * (j == shared ? last : 1) + column - j;
}

/** Squares of `size` pixels, `step` apart, to tiles [positions, block, channels]; `axis` makes the values of one axis. */
template <typename Scheme, int size, typename Axis>
SAMBENCH_INLINE void ToTiles(const Images& images, int step, const Padding& before, int64_t rows, int64_t columns,
                             int64_t first, int64_t block, const float* zeros, float* tiles, const Axis& axis) {
  constexpr int positions = Scheme::positions;
  const int64_t channels = images.channels, plane = block * channels;
  for (int64_t t = 0; t < block; t++) {
    const Tile tile = TileAt(first + t, rows, columns);
    float* pixels[size * size];
    Pixels<size>(images, tile.image, tile.row * step - before.rows, tile.column * step - before.columns,
                 const_cast<float*>(zeros), pixels);
    for (int64_t c = 0; c < channels; c += kLanes) {
      Lanes d[size][size], v[positions][positions];
#pragma GCC unroll 8
      for (int i = 0; i < size; i++) {
#pragma GCC unroll 8
        for (int j = 0; j < size; j++) d[i][j] = Load(pixels[i * size + j] + c);
      }
      BothAxes(d, v, axis);
      float* at = tiles + t * channels + c;
#pragma GCC unroll 8
      for (int i = 0; i < positions; i++) {
#pragma GCC unroll 8
        for (int j = 0; j < positions; j++) Store(at + Plane<Scheme>(i, j) * plane, v[i][j]);
      }
    }
  }
}

template <typename Scheme>
void TransformInput(const Images& input, const Padding& before, int64_t rows, int64_t columns, int64_t first,
                    int64_t block, const float* zeros, float* tiles) {
  const Padding shifted = {before.rows + Scheme::shift, before.columns + Scheme::shift};
  ToTiles<Scheme, Scheme::inputs>(
      input, Scheme::inputStep, shifted, rows, columns, first, block, zeros, tiles,
      [](const Lanes* d, Lanes* v) __attribute__((always_inline)) { Scheme::Input(d, v); });
}

template <typename Scheme>
void TransformOutput(const float* products, const Padding& before, int64_t rows, int64_t columns, int64_t first,
                     int64_t block, const Images& output, float* outside) {
  constexpr int m = Scheme::outputs, p = Scheme::positions;
  const int64_t channels = output.channels, plane = block * channels;
  for (int64_t t = 0; t < block; t++) {
    const Tile tile = TileAt(first + t, rows, columns);
    float* pixels[m * m];
    Pixels<m>(output, tile.image, tile.row * m - before.rows, tile.column * m - before.columns, outside, pixels);
    for (int64_t c = 0; c < channels; c += kLanes) {
      Lanes tile_products[p][p], y[m][m];
      const float* at = products + t * channels + c;
#pragma GCC unroll 8
      for (int i = 0; i < p; i++) {
#pragma GCC unroll 8
        for (int j = 0; j < p; j++) tile_products[i][j] = Load(at + Plane<Scheme>(i, j) * plane);
      }
      BothAxes(tile_products, y,
               [](const Lanes* in, Lanes* out) __attribute__((always_inline)) { Scheme::Output(in, out); });
#pragma GCC unroll 8
      for (int i = 0; i < m; i++) {
#pragma GCC unroll 8
        for (int j = 0; j < m; j++) Store(pixels[i * m + j] + c, y[i][j]);
      }
    }
  }
}

template <typename Scheme>
void SpreadGradient(const Images& gradient, int64_t rows, int64_t columns, int64_t first, int64_t block,
                    const float* zeros, float* products) {
  ToTiles<Scheme, Scheme::outputs>(
      gradient, Scheme::outputs, {0, 0}, rows, columns, first, block, zeros, products,
      [](const Lanes* y, Lanes* m) __attribute__((always_inline)) { Scheme::Spread(y, m); });
}

// ---- kernels -------------------------------------------------------------------------------------------------------

template <typename Scheme>
void TransformKernel(const float* kernel, int64_t in, int64_t out, bool transposed, int64_t begin, int64_t end,
                     float* transformed) {
  constexpr int p = Scheme::kernels;
  const int64_t tap = in * out;
  const auto transform = [=](const float* place, Lanes (&u)[p][p]) __attribute__((always_inline)) {
    Lanes half[3][p], column[p];
    for (int i = 0; i < 3; i++)
      Scheme::Kernel(Load(place + 3 * i * tap), Load(place + (3 * i + 1) * tap), Load(place + (3 * i + 2) * tap), half[i]);
    for (int j = 0; j < p; j++) {
      Scheme::Kernel(half[0][j], half[1][j], half[2][j], column);
      for (int i = 0; i < p; i++) u[i][j] = column[i];
    }
  };
  for (int64_t first = 0; first < out; first += kPanel) {
    const int64_t width = PanelWidth(first, out);
    float* panel = transformed + first * in;
    // Neighbours in memory are channels of `out`, or of `in` where the kernel is transposed.
    if (!transposed) {
      for (int64_t c = begin; c < end; c++) {
        for (int64_t k = 0; k < width; k += kLanes) {
          Lanes u[p][p];
          transform(kernel + c * out + first + k, u);
          for (int position = 0; position < p * p; position++)
            Store(panel + position * tap + c * width + k, u[position / p][position % p]);
        }
      }
      continue;
    }
    for (int64_t k = 0; k < width; k += kLanes) {
      for (int64_t c = begin; c < end; c += kLanes) {
        // A square of channels at a time, so that whole lines of the cache are written.
        Lanes square[p * p][kLanes];
        for (int other = 0; other < kLanes; other++) {
          Lanes u[p][p];
          transform(kernel + (first + k + other) * in + c, u);
          for (int position = 0; position < p * p; position++)
            square[position][other] = u[position / p][position % p];
        }
        for (int position = 0; position < p * p; position++) {
          float* at = panel + position * tap + c * width + k;
          for (int lane = 0; lane < kLanes; lane++) {
            for (int other = 0; other < kLanes; other++) at[lane * width + other] = square[position][other][lane];
          }
        }
      }
    }
  }
}

template <typename Scheme>
void GatherKernel(const float* sums, int64_t strands, int64_t in, int64_t out, int64_t begin, int64_t end,
                  float* gradient) {
  constexpr int p = Scheme::kernels;
  const int64_t plane = in * out;
  for (int64_t c = begin; c < end; c++) {
    for (int64_t k = 0; k < out; k += kLanes) {
      Lanes u[p][p], w[3][3];
      for (int i = 0; i < p; i++) {
        for (int j = 0; j < p; j++) {
          const float* at = sums + (i * p + j) * plane + c * out + k;
          Lanes sum = Load(at);
          for (int64_t strand = 1; strand < strands; strand++) sum += Load(at + strand * p * p * plane);
          u[i][j] = sum;
        }
      }
      BothAxes(u, w, [](const Lanes* from, Lanes* to) __attribute__((always_inline)) { Scheme::Gather(from, to); });
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) Store(gradient + (3 * i + j) * plane + c * out + k, w[i][j]);
      }
    }
  }
}

template <typename Scheme>
constexpr WinogradScheme Forwards() {
  return {PositionsOf<Scheme>(),
          Scheme::outputs,
          TransformKernel<Scheme>,
          TransformInput<Scheme>,
          TransformOutput<Scheme>,
          nullptr,
          nullptr};
}

template <typename Scheme>
constexpr WinogradScheme BothWays() {
  WinogradScheme scheme = Forwards<Scheme>();
  scheme.spreadGradient = SpreadGradient<Scheme>;
  scheme.gatherKernel = GatherKernel<Scheme>;
  return scheme;
}

}  // namespace

namespace sambench {

const WinogradRoutines* SAMBENCH_VARIANT(Winograd)() {
  static constexpr WinogradRoutines routines = {BothWays<Plain>(), Forwards<Flipped>(), BothWays<Strided>(),
                                                Forwards<Spreading>(), PackKernel, Multiply, Accumulate};
  return &routines;
}

}  // namespace sambench
