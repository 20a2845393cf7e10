// The arithmetic of batch normalization on rows of channels, fused with the rectifier after it and the sum of a shortcut.
// Compiled once for each kind of processor that it may meet (see variants.h); all give the same bits, as nothing is
// contracted. It includes nothing with code of its own, which the linker could take for another processor's.
#include "normalization.h"

#include "lanes.h"
#include "variants.h"

namespace {

/** Splits the channels into groups of lanes and single ones; calls `body` with a value of the group's type. */
template <typename Body>
SAMBENCH_INLINE void ForChannels(int64_t channels, const Body& body) {
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) body(c, Lanes{});
  for (; c < channels; c++) body(c, float{});
}

// What is not a number stays so: a training that diverges must show it.
SAMBENCH_INLINE Lanes Positive(Lanes value, Lanes of) { return of <= 0 ? Lanes{} : value; }
SAMBENCH_INLINE float Positive(float value, float of) { return of <= 0 ? 0 : value; }

/** Sums of the rows of one chunk. */
void Total(const float* x, int64_t rows, int64_t channels, float* total) {
  for (int64_t c = 0; c < channels; c++) total[c] = 0;
  int64_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const float* at = x + row * channels;
    ForChannels(channels, [=](int64_t c, auto kind) __attribute__((always_inline)) {
      using Value = decltype(kind);
      const float* p = at + c;
      const Value sum = (Load<Value>(p) + Load<Value>(p + channels)) +
                        (Load<Value>(p + 2 * channels) + Load<Value>(p + 3 * channels));
      Store<Value>(total + c, Load<Value>(total + c) + sum);
    });
  }
  for (; row < rows; row++) {
    for (int64_t c = 0; c < channels; c++) total[c] += x[row * channels + c];
  }
}

/** Mean and sum of squared deviations of the rows of one chunk. */
void ChunkMoments(const float* x, int64_t rows, int64_t channels, float* mean, float* squares) {
  Total(x, rows, channels, mean);
  const float share = 1.0f / static_cast<float>(rows);
  for (int64_t c = 0; c < channels; c++) {
    mean[c] *= share;
    squares[c] = 0;
  }
  int64_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const float* at = x + row * channels;
    ForChannels(channels, [=](int64_t c, auto kind) __attribute__((always_inline)) {
      using Value = decltype(kind);
      const float* p = at + c;
      const Value m = Load<Value>(mean + c);
      const Value d0 = Load<Value>(p) - m, d1 = Load<Value>(p + channels) - m;
      const Value d2 = Load<Value>(p + 2 * channels) - m, d3 = Load<Value>(p + 3 * channels) - m;
      Store<Value>(squares + c, Load<Value>(squares + c) + ((d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3)));
    });
  }
  for (; row < rows; row++) {
    for (int64_t c = 0; c < channels; c++) {
      const float d = x[row * channels + c] - mean[c];
      squares[c] += d * d;
    }
  }
}

/** y = (x - mean) slope + offset, plus the shortcut, rectified: as `rectify` and `shortcut` say. */
template <bool rectify, bool shortcut, bool past>
SAMBENCH_INLINE void NormalizeRows(const float* x, const float* other, int64_t rows, int64_t channels, const float* mean,
                                   const float* slope, const float* offset, float* y) {
  for (int64_t row = 0; row < rows; row++) {
    const int64_t at = row * channels;
    ForChannels(channels, [=](int64_t c, auto kind) __attribute__((always_inline)) {
      using Value = decltype(kind);
      const Value deviation = Load<Value>(x + at + c) - Load<Value>(mean + c);
      Value value = deviation * Load<Value>(slope + c) + Load<Value>(offset + c);
      if (shortcut) value += Load<Value>(other + at + c);
      Store<past>(y + at + c, rectify ? Positive(value, value) : value);
    });
  }
}

template <bool rectify, bool shortcut>
SAMBENCH_INLINE void NormalizeEither(const float* x, const float* other, int64_t rows, int64_t channels, const float* mean,
                                     const float* slope, const float* offset, bool past, float* y) {
  past ? NormalizeRows<rectify, shortcut, true>(x, other, rows, channels, mean, slope, offset, y)
       : NormalizeRows<rectify, shortcut, false>(x, other, rows, channels, mean, slope, offset, y);
}

void Normalize(const float* x, int64_t rows, int64_t channels, const float* mean, const float* slope,
               const float* offset, bool past, float* y) {
  NormalizeEither<false, false>(x, nullptr, rows, channels, mean, slope, offset, past, y);
}

void NormalizeAndRectify(const float* x, int64_t rows, int64_t channels, const float* mean, const float* slope,
                         const float* offset, bool past, float* y) {
  NormalizeEither<true, false>(x, nullptr, rows, channels, mean, slope, offset, past, y);
}

void NormalizeAddAndRectify(const float* x, const float* shortcut, int64_t rows, int64_t channels, const float* mean,
                            const float* slope, const float* offset, bool past, float* y) {
  NormalizeEither<true, true>(x, shortcut, rows, channels, mean, slope, offset, past, y);
}

/** The gradient before the rectifier, where the rectifier's output is recomputed from x. */
template <bool rectify, typename Value>
SAMBENCH_INLINE Value Through(Value dy, Value deviation, Value slope, Value offset) {
  return rectify ? Positive(dy, deviation * slope + offset) : dy;
}

/** Sums of the gradient and of its products with the deviations, over the rows of one chunk. */
template <bool rectify>
SAMBENCH_INLINE void GradientSums(const float* dy, const float* x, int64_t rows, int64_t channels, const float* mean,
                                  const float* slope, const float* offset, float* sums, float* products) {
  for (int64_t c = 0; c < channels; c++) sums[c] = products[c] = 0;
  int64_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const int64_t at = row * channels;
    ForChannels(channels, [=](int64_t c, auto kind) __attribute__((always_inline)) {
      using Value = decltype(kind);
      const Value m = Load<Value>(mean + c), s = Load<Value>(slope + c), o = Load<Value>(offset + c);
      const float* p = x + at + c;
      const float* q = dy + at + c;
      const Value d0 = Load<Value>(p) - m, d1 = Load<Value>(p + channels) - m;
      const Value d2 = Load<Value>(p + 2 * channels) - m, d3 = Load<Value>(p + 3 * channels) - m;
      const Value g0 = Through<rectify>(Load<Value>(q), d0, s, o);
      const Value g1 = Through<rectify>(Load<Value>(q + channels), d1, s, o);
      const Value g2 = Through<rectify>(Load<Value>(q + 2 * channels), d2, s, o);
      const Value g3 = Through<rectify>(Load<Value>(q + 3 * channels), d3, s, o);
      Store<Value>(sums + c, Load<Value>(sums + c) + ((g0 + g1) + (g2 + g3)));
      Store<Value>(products + c, Load<Value>(products + c) + ((g0 * d0 + g1 * d1) + (g2 * d2 + g3 * d3)));
    });
  }
  for (; row < rows; row++) {
    for (int64_t c = 0; c < channels; c++) {
      const float d = x[row * channels + c] - mean[c];
      const float g = Through<rectify>(dy[row * channels + c], d, slope[c], offset[c]);
      sums[c] += g;
      products[c] += g * d;
    }
  }
}

void PlainSums(const float* dy, const float* x, int64_t rows, int64_t channels, const float* mean, const float* slope,
               const float* offset, float* sums, float* products) {
  GradientSums<false>(dy, x, rows, channels, mean, slope, offset, sums, products);
}

void RectifiedSums(const float* dy, const float* x, int64_t rows, int64_t channels, const float* mean,
                   const float* slope, const float* offset, float* sums, float* products) {
  GradientSums<true>(dy, x, rows, channels, mean, slope, offset, sums, products);
}

/** g = dy where y > 0, else zero. */
void ThroughRectifier(const float* dy, const float* y, int64_t count, float* g) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Store(g + i, Positive(Load(dy + i), Load(y + i)));
  for (; i < count; i++) g[i] = Positive(dy[i], y[i]);
}

/** dx = slope (g - mean of g - deviation · pull), where pull = mean of (g · deviation) / (variance + epsilon). */
template <bool rectify>
SAMBENCH_INLINE void InputGradient(const float* dy, const float* x, int64_t rows, int64_t channels, const float* mean,
                                   const float* slope, const float* offset, const float* average, const float* pull,
                                   float* dx) {
  for (int64_t row = 0; row < rows; row++) {
    const int64_t at = row * channels;
    ForChannels(channels, [=](int64_t c, auto kind) __attribute__((always_inline)) {
      using Value = decltype(kind);
      const Value s = Load<Value>(slope + c);
      const Value d = Load<Value>(x + at + c) - Load<Value>(mean + c);
      const Value g = Through<rectify>(Load<Value>(dy + at + c), d, s, Load<Value>(offset + c));
      Store<Value>(dx + at + c, (g - Load<Value>(average + c) - d * Load<Value>(pull + c)) * s);
    });
  }
}

void PlainGradient(const float* dy, const float* x, int64_t rows, int64_t channels, const float* mean,
                   const float* slope, const float* offset, const float* average, const float* pull, float* dx) {
  InputGradient<false>(dy, x, rows, channels, mean, slope, offset, average, pull, dx);
}

void RectifiedGradient(const float* dy, const float* x, int64_t rows, int64_t channels, const float* mean,
                       const float* slope, const float* offset, const float* average, const float* pull, float* dx) {
  InputGradient<true>(dy, x, rows, channels, mean, slope, offset, average, pull, dx);
}

void Less(const float* x, int64_t rows, int64_t channels, const float* subtracted, float* y) {
  for (int64_t row = 0; row < rows; row++) {
    const int64_t at = row * channels;
    ForChannels(channels, [=](int64_t c, auto kind) __attribute__((always_inline)) {
      using Value = decltype(kind);
      Store<Value>(y + at + c, Load<Value>(x + at + c) - Load<Value>(subtracted + c));
    });
  }
}

void Add(const float* x, int64_t count, float* y) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Store(y + i, Load(y + i) + Load(x + i));
  for (; i < count; i++) y[i] += x[i];
}

}  // namespace

namespace sambench {

const NormalizationRoutines* SAMBENCH_VARIANT(Normalization)() {
  static const NormalizationRoutines routines = {
      Total,         ChunkMoments,     Normalize,     NormalizeAndRectify, NormalizeAddAndRectify, PlainSums,
      RectifiedSums, ThroughRectifier, PlainGradient, RectifiedGradient,   Less,                   Add,
  };
  return &routines;
}

}  // namespace sambench
