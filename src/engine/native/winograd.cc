// The arithmetic of 3x3 convolutions by minimal filtering (Winograd 1980; Lavin and Gray 2016): tiles of 2x2 outputs take
// 16 products a channel instead of 36, with stride 2 they take 25. All constants are 1, -1 and 1/2, so the results are as
// exact as a direct sum's. Compiled once for each kind of processor (see variants.h); it includes nothing with code of its
// own, which the linker could take for another processor's.
#include "winograd.h"

#include "variants.h"

#define SAMBENCH_INLINE inline __attribute__((always_inline))

namespace {

using sambench::Images;
using sambench::Padding;
using sambench::WinogradRoutines;
using sambench::WinogradScheme;

#if defined(__AVX512F__)
constexpr int kLanes = 16, kWide = 4;
#elif defined(__AVX2__)
constexpr int kLanes = 8, kWide = 2;
#else
constexpr int kLanes = 4, kWide = 2;
#endif
/** Neighbouring channels, as many as one instruction takes. */
typedef float Lanes __attribute__((vector_size(kLanes * 4)));
/** Channels of the widest panel of a product, and tiles that are multiplied at once. */
constexpr int kPanel = kLanes * kWide, kRows = 6;

SAMBENCH_INLINE Lanes Load(const float* place) {
  Lanes value;
  __builtin_memcpy(&value, place, sizeof value);
  return value;
}

SAMBENCH_INLINE void Store(float* place, Lanes value) { __builtin_memcpy(place, &value, sizeof value); }

// ---- schemes along one axis ----------------------------------------------------------------------------------------
// y = A'((G w) ∘ (B' d)): `Input` is B', `Kernel` is G, `Output` is A', `Spread` is A, `Gather` is G'.

/** Two outputs of stride 1: F(2, 3). */
struct Plain {
  static constexpr int inputs = 4, positions = 4, outputs = 2, inputStep = 2, shift = 0;
  template <typename V>
  static SAMBENCH_INLINE void Input(const V* d, V* v) {
    v[0] = d[0] - d[2];
    v[1] = d[1] + d[2];
    v[2] = d[2] - d[1];
    v[3] = d[1] - d[3];
  }
  template <typename V>
  static SAMBENCH_INLINE void Kernel(V w0, V w1, V w2, V* u) {
    u[0] = w0;
    u[1] = ((w0 + w2) + w1) * 0.5f;
    u[2] = ((w0 + w2) - w1) * 0.5f;
    u[3] = w2;
  }
  template <typename V>
  static SAMBENCH_INLINE void Output(const V* m, V* y) {
    y[0] = m[0] + m[1] + m[2];
    y[1] = m[1] - m[2] - m[3];
  }
  template <typename V>
  static SAMBENCH_INLINE void Spread(const V* y, V* m) {
    m[0] = y[0];
    m[1] = y[0] + y[1];
    m[2] = y[0] - y[1];
    m[3] = -y[1];
  }
  template <typename V>
  static SAMBENCH_INLINE void Gather(const V* u, V* w) {
    const V sum = (u[1] + u[2]) * 0.5f;
    w[0] = u[0] + sum;
    w[1] = (u[1] - u[2]) * 0.5f;
    w[2] = u[3] + sum;
  }
};

/** The same with the kernel reversed: the gradient of the input of `Plain`. */
struct Flipped : Plain {
  template <typename V>
  static SAMBENCH_INLINE void Kernel(V w0, V w1, V w2, V* u) {
    Plain::Kernel(w2, w1, w0, u);
  }
};

/** Two outputs of stride 2: F(2, 2) on the even inputs, products on the odd ones. */
struct Strided {
  static constexpr int inputs = 5, positions = 5, outputs = 2, inputStep = 4, shift = 0;
  template <typename V>
  static SAMBENCH_INLINE void Input(const V* d, V* v) {
    v[0] = d[0] - d[2];
    v[1] = d[2];
    v[2] = d[2] - d[4];
    v[3] = d[1];
    v[4] = d[3];
  }
  template <typename V>
  static SAMBENCH_INLINE void Kernel(V w0, V w1, V w2, V* u) {
    u[0] = w0;
    u[1] = w0 + w2;
    u[2] = w2;
    u[3] = w1;
    u[4] = w1;
  }
  template <typename V>
  static SAMBENCH_INLINE void Output(const V* m, V* y) {
    y[0] = m[0] + m[1] + m[3];
    y[1] = m[1] - m[2] + m[4];
  }
  template <typename V>
  static SAMBENCH_INLINE void Spread(const V* y, V* m) {
    m[0] = y[0];
    m[1] = y[0] + y[1];
    m[2] = -y[1];
    m[3] = y[0];
    m[4] = y[1];
  }
  template <typename V>
  static SAMBENCH_INLINE void Gather(const V* u, V* w) {
    w[0] = u[0] + u[1];
    w[1] = u[3] + u[4];
    w[2] = u[1] + u[2];
  }
};

/** Four inputs' gradients of `Strided` from three outputs' gradients, the first of which belongs to the tile before. */
struct Spreading {
  static constexpr int inputs = 3, positions = 5, outputs = 4, inputStep = 2, shift = 1;
  template <typename V>
  static SAMBENCH_INLINE void Input(const V* d, V* v) {
    v[0] = d[0] - d[1];
    v[1] = d[1];
    v[2] = d[1] - d[2];
    v[3] = d[1];
    v[4] = d[2];
  }
  template <typename V>
  static SAMBENCH_INLINE void Kernel(V w0, V w1, V w2, V* u) {
    u[0] = w2;
    u[1] = w0 + w2;
    u[2] = w0;
    u[3] = w1;
    u[4] = w1;
  }
  template <typename V>
  static SAMBENCH_INLINE void Output(const V* m, V* y) {
    y[0] = m[0] + m[1];
    y[1] = m[3];
    y[2] = m[1] - m[2];
    y[3] = m[4];
  }
};

/** One product: a kernel of one tap. */
struct Pixel {
  static constexpr int positions = 1;
};

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

template <typename Scheme>
void TransformInput(const Images& input, const Padding& before, int64_t rows, int64_t columns, int64_t first, int64_t block,
                    const float* zeros, float* tiles) {
  constexpr int n = Scheme::inputs, p = Scheme::positions;
  const int64_t channels = input.channels, plane = block * channels;
  for (int64_t t = 0; t < block; t++) {
    const Tile tile = TileAt(first + t, rows, columns);
    float* pixels[n * n];
    Pixels<n>(input, tile.image, tile.row * Scheme::inputStep - before.rows - Scheme::shift,
              tile.column * Scheme::inputStep - before.columns - Scheme::shift, const_cast<float*>(zeros), pixels);
    for (int64_t c = 0; c < channels; c += kLanes) {
      Lanes d[n][n], v[p][p];
#pragma GCC unroll 8
      for (int i = 0; i < n; i++) {
#pragma GCC unroll 8
        for (int j = 0; j < n; j++) d[i][j] = Load(pixels[i * n + j] + c);
      }
      BothAxes(d, v, [](const Lanes* in, Lanes* out) __attribute__((always_inline)) { Scheme::Input(in, out); });
      float* at = tiles + t * channels + c;
#pragma GCC unroll 8
      for (int i = 0; i < p; i++) {
#pragma GCC unroll 8
        for (int j = 0; j < p; j++) Store(at + (i * p + j) * plane, v[i][j]);
      }
    }
  }
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
      Lanes products_[p][p], y[m][m];
      const float* at = products + t * channels + c;
#pragma GCC unroll 8
      for (int i = 0; i < p; i++) {
#pragma GCC unroll 8
        for (int j = 0; j < p; j++) products_[i][j] = Load(at + (i * p + j) * plane);
      }
      BothAxes(products_, y, [](const Lanes* in, Lanes* out) __attribute__((always_inline)) { Scheme::Output(in, out); });
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
  constexpr int m = Scheme::outputs, p = Scheme::positions;
  const int64_t channels = gradient.channels, plane = block * channels;
  for (int64_t t = 0; t < block; t++) {
    const Tile tile = TileAt(first + t, rows, columns);
    float* pixels[m * m];
    Pixels<m>(gradient, tile.image, tile.row * m, tile.column * m, const_cast<float*>(zeros), pixels);
    for (int64_t c = 0; c < channels; c += kLanes) {
      Lanes y[m][m], spread[p][p];
#pragma GCC unroll 8
      for (int i = 0; i < m; i++) {
#pragma GCC unroll 8
        for (int j = 0; j < m; j++) y[i][j] = Load(pixels[i * m + j] + c);
      }
      BothAxes(y, spread, [](const Lanes* in, Lanes* out) __attribute__((always_inline)) { Scheme::Spread(in, out); });
      float* at = products + t * channels + c;
#pragma GCC unroll 8
      for (int i = 0; i < p; i++) {
#pragma GCC unroll 8
        for (int j = 0; j < p; j++) Store(at + (i * p + j) * plane, spread[i][j]);
      }
    }
  }
}

// ---- kernels -------------------------------------------------------------------------------------------------------

/** Where the panel that holds channel `k` of `out` begins, in numbers of channels, and how wide it is. */
SAMBENCH_INLINE int64_t PanelWidth(int64_t begin, int64_t out) { return out - begin < kPanel ? out - begin : kPanel; }

template <typename Scheme>
void TransformKernel(const float* kernel, int64_t in, int64_t out, bool transposed, int64_t begin, int64_t end,
                     float* transformed) {
  constexpr int p = Scheme::positions;
  // In memory kernels are [3, 3, in, out] of the convolution; transposed, the reduced axis is the last.
  const int64_t tap = in * out, alongIn = transposed ? 1 : out, alongOut = transposed ? in : 1;
  for (int64_t c = begin; c < end; c++) {
    for (int64_t first = 0; first < out; first += kPanel) {
      const int64_t width = PanelWidth(first, out);
      for (int64_t k = 0; k < width; k++) {
        const float* w = kernel + c * alongIn + (first + k) * alongOut;
        float half[3][p], u[p];
        for (int i = 0; i < 3; i++)
          Scheme::Kernel(w[3 * i * tap], w[(3 * i + 1) * tap], w[(3 * i + 2) * tap], half[i]);
        for (int j = 0; j < p; j++) {
          Scheme::Kernel(half[0][j], half[1][j], half[2][j], u);
          for (int i = 0; i < p; i++)
            transformed[(i * p + j) * tap + first * in + c * width + k] = u[i];
        }
      }
    }
  }
}

void PackKernel(const float* kernel, int64_t in, int64_t out, bool transposed, float* packed) {
  for (int64_t first = 0; first < out; first += kPanel) {
    const int64_t width = PanelWidth(first, out);
    for (int64_t c = 0; c < in; c++) {
      for (int64_t k = 0; k < width; k++)
        packed[first * in + c * width + k] = kernel[transposed ? (first + k) * in + c : c * out + first + k];
    }
  }
}

template <typename Scheme>
void GatherKernel(const float* sums, int64_t strands, int64_t in, int64_t out, int64_t begin, int64_t end,
                  float* gradient) {
  constexpr int p = Scheme::positions;
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

// ---- products ------------------------------------------------------------------------------------------------------

/** `rows` tiles by a panel of `wide` groups of lanes: products [rows, out] = tiles [rows, in] · panel [in, width]. */
template <int rows, int wide>
SAMBENCH_INLINE void MultiplyTile(const float* tiles, const float* panel, int64_t in, int64_t out, float* products) {
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
    for (int k = 0; k < wide; k++) Store(products + t * out + k * kLanes, sums[t][k]);
  }
}

template <int wide>
SAMBENCH_INLINE void MultiplyPanel(const float* tiles, const float* panel, int64_t block, int64_t in, int64_t out,
                                   float* products) {
  int64_t t = 0;
  for (; t + kRows <= block; t += kRows) MultiplyTile<kRows, wide>(tiles + t * in, panel, in, out, products + t * out);
  for (; t < block; t++) MultiplyTile<1, wide>(tiles + t * in, panel, in, out, products + t * out);
}

template <typename Scheme>
void Multiply(const float* tiles, const float* kernel, int64_t block, int64_t in, int64_t out, float* products) {
  for (int position = 0; position < Scheme::positions * Scheme::positions; position++) {
    const float* v = tiles + position * block * in;
    float* m = products + position * block * out;
    for (int64_t first = 0; first < out; first += kPanel) {
      const float* panel = kernel + position * in * out + first * in;
      switch (PanelWidth(first, out) / kLanes) {
        case 1: MultiplyPanel<1>(v, panel, block, in, out, m + first); break;
        case 2: MultiplyPanel<2>(v, panel, block, in, out, m + first); break;
        case 3: MultiplyPanel<3>(v, panel, block, in, out, m + first); break;
        case 4: MultiplyPanel<4>(v, panel, block, in, out, m + first); break;
      }
    }
  }
}

/** sums [4, width] += tiles' [block, 4] · products [block, width], for four channels of the input. */
template <int wide>
SAMBENCH_INLINE void AccumulateTile(const float* tiles, const float* products, int64_t block, int64_t in, int64_t out,
                                    float* sums) {
  // From zero, block by block: one long sum would lose more to rounding.
  Lanes total[4][wide] = {};
  for (int64_t t = 0; t < block; t++) {
    Lanes m[wide];
#pragma GCC unroll 8
    for (int k = 0; k < wide; k++) m[k] = Load(products + t * out + k * kLanes);
#pragma GCC unroll 8
    for (int c = 0; c < 4; c++) {
      const float v = tiles[t * in + c];
#pragma GCC unroll 8
      for (int k = 0; k < wide; k++) total[c][k] += m[k] * v;
    }
  }
#pragma GCC unroll 8
  for (int c = 0; c < 4; c++) {
#pragma GCC unroll 8
    for (int k = 0; k < wide; k++) {
      float* at = sums + c * out + k * kLanes;
      Store(at, Load(at) + total[c][k]);
    }
  }
}

template <typename Scheme>
void Accumulate(const float* tiles, const float* products, int64_t block, int64_t in, int64_t out, float* sums) {
  for (int position = 0; position < Scheme::positions * Scheme::positions; position++) {
    const float* v = tiles + position * block * in;
    const float* m = products + position * block * out;
    float* s = sums + position * in * out;
    for (int64_t first = 0; first < out; first += kPanel) {
      for (int64_t c = 0; c < in; c += 4) {
        float* at = s + c * out + first;
        switch (PanelWidth(first, out) / kLanes) {
          case 1: AccumulateTile<1>(v + c, m + first, block, in, out, at); break;
          case 2: AccumulateTile<2>(v + c, m + first, block, in, out, at); break;
          case 3: AccumulateTile<3>(v + c, m + first, block, in, out, at); break;
          case 4: AccumulateTile<4>(v + c, m + first, block, in, out, at); break;
        }
      }
    }
  }
}

template <typename Scheme>
constexpr WinogradScheme Forwards() {
  return {Scheme::positions * Scheme::positions,
          Scheme::outputs,
          TransformKernel<Scheme>,
          TransformInput<Scheme>,
          Multiply<Scheme>,
          TransformOutput<Scheme>,
          nullptr,
          nullptr,
          nullptr};
}

template <typename Scheme>
constexpr WinogradScheme BothWays() {
  WinogradScheme scheme = Forwards<Scheme>();
  scheme.spreadGradient = SpreadGradient<Scheme>;
  scheme.accumulate = Accumulate<Scheme>;
  scheme.gatherKernel = GatherKernel<Scheme>;
  return scheme;
}

}  // namespace

namespace sambench {

const WinogradRoutines* SAMBENCH_VARIANT(Winograd)() {
  static constexpr WinogradRoutines routines = {BothWays<Plain>(), Forwards<Flipped>(), BothWays<Strided>(),
                                                Forwards<Spreading>(),
                                                {PackKernel, Multiply<Pixel>, Accumulate<Pixel>}};
  return &routines;
}

}  // namespace sambench
