// What normalization.cc computes: one table of functions for each kind of processor. `mean`, `slope` (scale divided by the
// deviation), `offset` and all sums are vectors of `channels` numbers.
#ifndef SAMBENCH_NORMALIZATION_H_
#define SAMBENCH_NORMALIZATION_H_

#include <stdint.h>

namespace sambench {

struct NormalizationRoutines {
  /** Sums over `rows`. */
  void (*total)(const float* x, int64_t rows, int64_t channels, float* total);
  /** Mean and sum of squared deviations from it over `rows`. */
  void (*moments)(const float* x, int64_t rows, int64_t channels, float* mean, float* squares);
  /** y = (x - mean) slope + offset. With `past`, here and below, y is stored past the cache: only where `Rows::Past` says so. */
  void (*normalize)(const float* x, int64_t rows, int64_t channels, const float* mean, const float* slope,
                    const float* offset, bool past, float* y);
  /** The same, rectified. */
  void (*rectified)(const float* x, int64_t rows, int64_t channels, const float* mean, const float* slope,
                    const float* offset, bool past, float* y);
  /** The same plus the shortcut, rectified. */
  void (*added)(const float* x, const float* shortcut, int64_t rows, int64_t channels, const float* mean,
                const float* slope, const float* offset, bool past, float* y);
  /** Sums of the gradient g and of g times the deviation; g is dy, or dy through the recomputed rectifier. */
  void (*sums)(const float* dy, const float* x, int64_t rows, int64_t channels, const float* mean, const float* slope,
               const float* offset, float* sums, float* products);
  void (*rectifiedSums)(const float* dy, const float* x, int64_t rows, int64_t channels, const float* mean,
                        const float* slope, const float* offset, float* sums, float* products);
  /** g = dy where y > 0, else zero. */
  void (*throughRectifier)(const float* dy, const float* y, int64_t count, float* g);
  /** dx = slope (g - average - deviation pull), g as in `sums`. */
  void (*gradient)(const float* dy, const float* x, int64_t rows, int64_t channels, const float* mean,
                   const float* slope, const float* offset, const float* average, const float* pull, float* dx);
  void (*rectifiedGradient)(const float* dy, const float* x, int64_t rows, int64_t channels, const float* mean,
                            const float* slope, const float* offset, const float* average, const float* pull,
                            float* dx);
  /** y = x - a vector; in place as well. */
  void (*less)(const float* x, int64_t rows, int64_t channels, const float* subtracted, float* y);
  /** y += x. */
  void (*add)(const float* x, int64_t count, float* y);
};

/** The routines for processors of any kind, with AVX2, and with AVX-512. */
const NormalizationRoutines* NormalizationBaseline();
const NormalizationRoutines* NormalizationAvx2();
const NormalizationRoutines* NormalizationAvx512();

}  // namespace sambench

#endif
