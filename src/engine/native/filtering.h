// Schemes of minimal filtering along one axis, outputs of a kernel of three: y = A'((G w) o (B' d)), o being the product of
// each with each. `Input` is B', `Kernel` is G, `Output` is A'; for gradients `Spread` is A and `Gather` is G'. See Lavin and
// Gray 2016, arXiv:1509.09308, for stride 1; with stride 2 the even inputs meet the outer taps in F(2, 2), and the odd ones
// the middle tap. Positions from `kernels` - 1 on have one kernel, so that their products are products of one matrix.
#ifndef SAMBENCH_FILTERING_H_
#define SAMBENCH_FILTERING_H_

#include "lanes.h"

namespace {

/** Four outputs of stride 1: F(4, 3), at the points zero, a, -a, b, -b and infinity. */
struct Plain {
  static constexpr int inputs = 6, positions = 6, kernels = 6, outputs = 4, inputStep = 4, shift = 0;
  // Of simple points these round least: see docs/engine.md.
  static constexpr float a = 0.75f, b = 1.5f, a2 = a * a, b2 = b * b;
  /** One over the product of a point's distances from the others. */
  static constexpr float ofZero = 1 / (a2 * b2), ofA = 1 / (2 * a2 * (a2 - b2)), ofB = 1 / (2 * b2 * (b2 - a2));
  template <typename V>
  static SAMBENCH_INLINE void Input(const V* d, V* v) {
    v[0] = d[4] - (a2 + b2) * d[2] + (a2 * b2) * d[0];
    AtBoth(d[4] - b2 * d[2], a * (d[3] - b2 * d[1]), v + 1);
    AtBoth(d[4] - a2 * d[2], b * (d[3] - a2 * d[1]), v + 3);
    v[5] = d[5] - (a2 + b2) * d[3] + (a2 * b2) * d[1];
  }
  template <typename V>
  static SAMBENCH_INLINE void Kernel(V w0, V w1, V w2, V* u) {
    u[0] = w0 * ofZero;
    AtBoth((w0 + a2 * w2) * ofA, w1 * (a * ofA), u + 1);
    AtBoth((w0 + b2 * w2) * ofB, w1 * (b * ofB), u + 3);
    u[5] = w2;
  }
  template <typename V>
  static SAMBENCH_INLINE void Output(const V* m, V* y) {
    const V sumA = m[1] + m[2], sumB = m[3] + m[4], differenceA = m[1] - m[2], differenceB = m[3] - m[4];
    y[0] = m[0] + sumA + sumB;
    y[1] = a * differenceA + b * differenceB;
    y[2] = a2 * sumA + b2 * sumB;
    y[3] = (a * a2) * differenceA + (b * b2) * differenceB + m[5];
  }
  template <typename V>
  static SAMBENCH_INLINE void Spread(const V* y, V* m) {
    m[0] = y[0];
    AtBoth(y[0] + a2 * y[2], a * (y[1] + a2 * y[3]), m + 1);
    AtBoth(y[0] + b2 * y[2], b * (y[1] + b2 * y[3]), m + 3);
    m[5] = y[3];
  }
  template <typename V>
  static SAMBENCH_INLINE void Gather(const V* u, V* w) {
    const V sumA = (u[1] + u[2]) * ofA, sumB = (u[3] + u[4]) * ofB;
    w[0] = u[0] * ofZero + sumA + sumB;
    w[1] = (u[1] - u[2]) * (a * ofA) + (u[3] - u[4]) * (b * ofB);
    w[2] = a2 * sumA + b2 * sumB + u[5];
  }
  /** Values of a polynomial at a point and at its negative, from those of its even and its odd part. */
  template <typename V>
  static SAMBENCH_INLINE void AtBoth(V even, V odd, V* values) {
    values[0] = even + odd;
    values[1] = even - odd;
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
  static constexpr int inputs = 5, positions = 5, kernels = 4, outputs = 2, inputStep = 4, shift = 0;
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
    w[1] = u[3];
    w[2] = u[1] + u[2];
  }
};

/** Four inputs' gradients of `Strided` from three outputs' gradients, the first of which belongs to the tile before. */
struct Spreading {
  static constexpr int inputs = 3, positions = 5, kernels = 4, outputs = 4, inputStep = 2, shift = 1;
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
    Strided::Kernel(w2, w1, w0, u);
  }
  template <typename V>
  static SAMBENCH_INLINE void Output(const V* m, V* y) {
    y[0] = m[0] + m[1];
    y[1] = m[3];
    y[2] = m[1] - m[2];
    y[3] = m[4];
  }
};

}  // namespace

#endif
