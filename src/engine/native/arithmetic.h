// What arithmetic.cc computes: operations on numbers of equal place in vectors, one table of functions for each kind of
// processor.
#ifndef SAMBENCH_ARITHMETIC_H_
#define SAMBENCH_ARITHMETIC_H_

#include <stdint.h>

namespace sambench {

/** A vector, or one number that stands for a vector of it. */
struct Numbers {
  const float* place;
  bool one;
};

/** Computes `count` numbers of y; y may be an operand. Operations of one operand take `left`. */
typedef void (*Arithmetic)(Numbers left, Numbers right, int64_t count, float* y);

/** Operations by their numbers in programs: see src/engine/fusions/elementwise.ts. */
enum ArithmeticKind : int64_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kRoot,
  kNegate,
  kMagnitude,
  kArithmeticKinds,
};

struct ArithmeticRoutines {
  Arithmetic of[kArithmeticKinds];
};

/** The routines for processors of any kind, with AVX2, and with AVX-512. */
const ArithmeticRoutines* ArithmeticBaseline();
const ArithmeticRoutines* ArithmeticAvx2();
const ArithmeticRoutines* ArithmeticAvx512();

}  // namespace sambench

#endif
