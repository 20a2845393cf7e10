// The arithmetic that is best on this machine, of what was compiled for several kinds of processors.
#ifndef SAMBENCH_ROUTINES_H_
#define SAMBENCH_ROUTINES_H_

#include "arithmetic.h"
#include "instructions.h"
#include "normalization.h"
#include "winograd.h"

namespace sambench {

/** Of routines compiled for each kind of processor those for this one. */
template <typename Routines>
const Routines* Best(const Routines* (*baseline)(), const Routines* (*avx2)(), const Routines* (*avx512)()) {
  switch (BestInstructions()) {
    case Instructions::kAvx512: return avx512();
    case Instructions::kAvx2: return avx2();
    default: return baseline();
  }
}

#if defined(__x86_64__)
#define SAMBENCH_BEST(name) Best(name##Baseline, name##Avx2, name##Avx512)
#else
#define SAMBENCH_BEST(name) name##Baseline()
#endif

inline const NormalizationRoutines& Normalizing() {
  static const NormalizationRoutines* best = SAMBENCH_BEST(Normalization);
  return *best;
}

inline const ArithmeticRoutines& Computing() {
  static const ArithmeticRoutines* best = SAMBENCH_BEST(Arithmetic);
  return *best;
}

inline const WinogradRoutines& Multiplying() {
  static const WinogradRoutines* best = SAMBENCH_BEST(Winograd);
  return *best;
}

}  // namespace sambench

#endif
