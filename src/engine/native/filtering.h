// Schemes of minimal filtering along one axis, two outputs of a kernel of three: y = A'((G w) o (B' d)), o being the product
// of each with each. `Input` is B', `Kernel` is G, `Output` is A'; for gradients `Spread` is A and `Gather` is G'. See Lavin
// and Gray 2016, arXiv:1509.09308, for stride 1; with stride 2 the even inputs meet the outer taps in F(2, 2), and the odd
// ones the middle tap. Positions from `kernels` - 1 on have one kernel, so that their products are products of one matrix.
#ifndef SAMBENCH_FILTERING_H_
#define SAMBENCH_FILTERING_H_

#include "lanes.h"

namespace {

/** Two outputs of stride 1: F(2, 3). */
struct Plain {
  static constexpr int inputs = 4, positions = 4, kernels = 4, outputs = 2, inputStep = 2, shift = 0;
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
