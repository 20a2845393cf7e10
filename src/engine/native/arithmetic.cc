// Operations on numbers of equal place in vectors, with the bits of TensorFlow's: each rounds once. Compiled once for each kind
// of processor that it may meet (see variants.h). It includes nothing with code of its own, which the linker could take for
// another processor's.
#include "arithmetic.h"

#include "lanes.h"
#include "variants.h"

namespace {

using sambench::Numbers;

/** Neighbouring numbers of a vector, or as many times the one number. */
template <bool one, typename Value>
SAMBENCH_INLINE Value Take(const float* place, int64_t at) {
  if constexpr (one) {
    // Minus nothing, which leaves every number what it is; plus nothing would lose the sign of a zero.
    return *place - Value{};
  } else {
    return Load<Value>(place + at);
  }
}

struct Sum {
  template <typename Value>
  static SAMBENCH_INLINE Value Of(Value left, Value right) { return left + right; }
};

struct Difference {
  template <typename Value>
  static SAMBENCH_INLINE Value Of(Value left, Value right) { return left - right; }
};

struct Product {
  template <typename Value>
  static SAMBENCH_INLINE Value Of(Value left, Value right) { return left * right; }
};

struct Quotient {
  template <typename Value>
  static SAMBENCH_INLINE Value Of(Value left, Value right) { return left / right; }
};

template <typename Operation, bool oneLeft, bool oneRight>
void Loop(const float* left, const float* right, int64_t count, float* y) {
  // Read before anything is written: y may lie where an operand lies.
  const float l = *left, r = *right;
  const float* const a = oneLeft ? &l : left;
  const float* const b = oneRight ? &r : right;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    Store<Lanes>(y + i, Operation::template Of<Lanes>(Take<oneLeft, Lanes>(a, i), Take<oneRight, Lanes>(b, i)));
  for (; i < count; i++)
    y[i] = Operation::template Of<float>(Take<oneLeft, float>(a, i), Take<oneRight, float>(b, i));
}

template <typename Operation>
void Binary(Numbers left, Numbers right, int64_t count, float* y) {
  if (count < 1) return;
  const auto loop = left.one ? (right.one ? Loop<Operation, true, true> : Loop<Operation, true, false>)
                             : (right.one ? Loop<Operation, false, true> : Loop<Operation, false, false>);
  loop(left.place, right.place, count, y);
}

/** Operations of one operand as plain loops: lanes have no square root of their own, compilers see it in a loop. */
template <typename Operation>
SAMBENCH_INLINE void Unary(Numbers x, int64_t count, float* y, const Operation& operation) {
  if (x.one) {
    const float value = count < 1 ? 0 : operation(*x.place);
    for (int64_t i = 0; i < count; i++) y[i] = value;
    return;
  }
  const float* const place = x.place;
// Where y is x each number is read before it is written.
#if defined(__clang__)
#pragma clang loop vectorize(assume_safety)
#else
#pragma GCC ivdep
#endif
  for (int64_t i = 0; i < count; i++) y[i] = operation(place[i]);
}

void Root(Numbers x, Numbers, int64_t count, float* y) {
  Unary(x, count, y, [](float value) __attribute__((always_inline)) { return __builtin_sqrtf(value); });
}

void Negate(Numbers x, Numbers, int64_t count, float* y) {
  Unary(x, count, y, [](float value) __attribute__((always_inline)) { return -value; });
}

void Magnitude(Numbers x, Numbers, int64_t count, float* y) {
  Unary(x, count, y, [](float value) __attribute__((always_inline)) { return __builtin_fabsf(value); });
}

}  // namespace

namespace sambench {

const ArithmeticRoutines* SAMBENCH_VARIANT(Arithmetic)() {
  static const ArithmeticRoutines routines = {
      {Binary<Sum>, Binary<Difference>, Binary<Product>, Binary<Quotient>, Root, Negate, Magnitude}};
  return &routines;
}

}  // namespace sambench
