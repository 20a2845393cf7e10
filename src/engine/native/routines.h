// The arithmetic that is best on this machine, of what was compiled for several kinds of processors.
#ifndef SAMBENCH_ROUTINES_H_
#define SAMBENCH_ROUTINES_H_

#include "normalization.h"
#include "variants.h"
#include "winograd.h"

namespace sambench {

inline const NormalizationRoutines& Normalizing() {
  static const NormalizationRoutines* best = SAMBENCH_BEST(Normalization);
  return *best;
}

inline const WinogradRoutines& Multiplying() {
  static const WinogradRoutines* best = SAMBENCH_BEST(Winograd);
  return *best;
}

}  // namespace sambench

#endif
