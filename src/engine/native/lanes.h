// Neighbouring channels, as many as one instruction of this kind of processor takes. For files of arithmetic only (see
// variants.h): everything is local to the file that includes it.
#ifndef SAMBENCH_LANES_H_
#define SAMBENCH_LANES_H_

#include <stdint.h>

#define SAMBENCH_INLINE inline __attribute__((always_inline))

namespace {

/** Channels of one instruction, and how many such groups make the widest panel of a product. */
#if defined(SAMBENCH_AVX512)
constexpr int kLanes = 16, kWide = 4;
#elif defined(SAMBENCH_AVX2)
constexpr int kLanes = 8, kWide = 2;
#else
constexpr int kLanes = 4, kWide = 2;
#endif

/** Neighbouring channels. */
typedef float Lanes __attribute__((vector_size(kLanes * 4)));

/** A number or neighbouring channels from a place that need not be aligned. */
template <typename Value = Lanes>
SAMBENCH_INLINE Value Load(const float* place) {
  Value value;
  __builtin_memcpy(&value, place, sizeof value);
  return value;
}

template <typename Value>
SAMBENCH_INLINE void Store(float* place, Value value) {
  __builtin_memcpy(place, &value, sizeof value);
}

/**
 * The same, with `past` straight to the memory, where the processor can: a line of the cache that is written this way is not
 * fetched first. Lanes must then lie at multiples of their size, and those that share a line be stored one after the other.
 */
template <bool past, typename Value>
SAMBENCH_INLINE void Store(float* place, Value value) {
#if defined(__clang__)
  if constexpr (past && sizeof value == sizeof(Lanes)) return __builtin_nontemporal_store(value, reinterpret_cast<Value*>(place));
#elif defined(SAMBENCH_AVX512)
  if constexpr (past && sizeof value == sizeof(Lanes)) return __builtin_ia32_movntps512(place, value);
#elif defined(SAMBENCH_AVX2)
  if constexpr (past && sizeof value == sizeof(Lanes)) return __builtin_ia32_movntps256(place, value);
#elif defined(__x86_64__)
  if constexpr (past && sizeof value == sizeof(Lanes)) return __builtin_ia32_movntps(place, value);
#endif
  Store(place, value);
}

}  // namespace

#endif
