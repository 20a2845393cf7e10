// Neighbouring channels, as many as one instruction of this kind of processor takes. For files of arithmetic only (see
// variants.h): everything is local to the file that includes it.
#ifndef SAMBENCH_LANES_H_
#define SAMBENCH_LANES_H_

#include <stdint.h>

#define SAMBENCH_INLINE inline __attribute__((always_inline))

namespace {

#if defined(SAMBENCH_AVX512)
constexpr int kLanes = 16, kWide = 4;
#elif defined(SAMBENCH_AVX2)
constexpr int kLanes = 8, kWide = 2;
#else
constexpr int kLanes = 4, kWide = 2;
#endif
/** Neighbouring channels, as many as one instruction takes. */
typedef float Lanes __attribute__((vector_size(kLanes * 4)));
SAMBENCH_INLINE Lanes Load(const float* place) {
  Lanes value;
  __builtin_memcpy(&value, place, sizeof value);
  return value;
}

SAMBENCH_INLINE void Store(float* place, Lanes value) { __builtin_memcpy(place, &value, sizeof value); }

}  // namespace

#endif
