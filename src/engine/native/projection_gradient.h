// The gradient of a 1x1 convolution with its normalization, chunk by chunk: that of the normalization goes into the products
// while it is in a core's cache.
#ifndef SAMBENCH_PROJECTION_GRADIENT_H_
#define SAMBENCH_PROJECTION_GRADIENT_H_

#include "folded_gradient.h"
#include "inner_gradient.h"
#include "rectified_gradient.h"
#include "residual_gradient.h"

namespace sambench {

/** A gradient that is asked for: what it is taken of, and where its parts go. */
struct Task {
  const ProjectionSettings& settings;
  const ProjectionShape& shape;
  const Rows& rows;
  const Operand& x;
  const Floats &dy, &kernel, &scale, &offset, &mean, &variance, &z;
  const Floats &dx, &dkernel, &dscale, &doffset;
  /** The sum with the shortcut, rectified; nothing where there was no shortcut. */
  const Floats& y;
  /** Where dy, gone through that rectifier, is stored; nothing where it is not. */
  const Floats& through;
  /** Makes the shortcut; null: nothing does. */
  Source* source;
  /** What dx includes from elsewhere: numbers like x, which may lie where dx goes, or sampled pixels; null: nothing. */
  const float* others;
  const Sampled* sampled;
  /** The normalization that gave x; null: none. */
  InnerGradient* inner;
  /** The sums over all rows that `NormalizationGradient` needs, where they are known; null: they are not. */
  const Floats *sum, *product;

  bool shortcut() const { return y.data() != nullptr; }
  /** Whether dy still has to go through the rectifier behind the shortcut. */
  bool rectified() const { return shortcut() && settings.rectify; }
  /** dy after that rectifier, if there is one. */
  Chunks Incoming() const {
    return rectified() ? Through(rows, dy.data(), y.data(), through.data()) : Kept(rows, dy.data());
  }
  /** What is left to do with chunk `index` of dx once the convolution has given its part. */
  void Finish(int64_t index) const {
    const int64_t at = rows.Begin(index), count = rows.Count(index);
    float* const chunk = dx.data() + at * shape.in;
    if (inner) inner->Sum(index);
    if (sampled) sampled->Add(at, count, chunk);
    if (settings.through) Normalizing().throughRectifier(chunk, x.chunk(index), count * shape.in, chunk);
  }
};

/** By the kept product: first all sums, with the gradients of what makes the shortcut, then what needs them joined. */
inline void ByProduct(const Task& task) {
  const Rows& rows = task.rows;
  const int64_t in = task.shape.in, out = task.shape.out;
  const float* const dy = task.dy.data();
  const float* const y = task.rectified() ? task.y.data() : nullptr;
  const float* const z = task.z.data();
  const Strands strands(rows);
  const Chunks g = task.Incoming();
  NormalizationGradient gradient(task.settings, rows, task.scale, task.offset, task.mean, task.variance,
                                 task.rectified());
  const auto sum = [&](int64_t index) {
    const float* chunk = g(index);
    gradient.Sum(index, chunk, z + rows.Begin(index) * out);
    return chunk;
  };
  if (task.source) {
    Team::Get().Divide(strands.count, [&](int64_t strand) {
      for (int64_t index = strands.Begin(strand); index < strands.End(strand); index++) {
        const int64_t next = strands.After(strand, index);
        task.source->Take(strand, index, next, sum(index),
                          {rows.Chunk(dy, out, next), rows.Chunk(y, out, next), rows.Chunk(z, out, next)});
      }
    });
  } else if (!task.sum) {
    Forwards(rows, sum);
  }
  if (task.sum) {
    const auto known = [out](const Floats& sums) { return std::vector<double>(sums.data(), sums.data() + out); };
    gradient.Take(known(*task.sum), known(*task.product), task.dscale.data(), task.doffset.data());
  } else {
    gradient.Join(task.dscale.data(), task.doffset.data());
  }

  // Backwards, as the last chunks are still in the cache.
  static thread_local Scratch scratch;
  const int64_t size = in * out;
  float* sums = scratch.Get((strands.count + 1) * size);
  const float* transposed = task.shape.Pack(task.kernel, true, sums + strands.count * size);
  const float* const incoming = task.through.data() ? task.through.data() : dy;
  const float* const rectified = task.source ? y : nullptr;
  float* const dx = task.dx.data();
  const Chunks again = task.source ? g : Kept(rows, incoming);
  Team::Get().Divide(strands.count, [&](int64_t strand) {
    static thread_local Scratch memory;
    float* dz = memory.Get(rows.chunk * out);
    float* own = strands.Clear(sums, size, strand);
    for (int64_t index = strands.End(strand); index-- > strands.Begin(strand);) {
      const int64_t at = rows.Begin(index) * in, count = rows.Count(index), next = strands.Before(strand, index);
      gradient.Input(index, again(index), z + rows.Begin(index) * out, dz);
      Multiplying().accumulate(kPixel, task.x.chunk(index), dz, count, in, out, own,
                               {rows.Chunk(incoming, out, next), rows.Chunk(z, out, next), {}});
      Multiplying().multiply(kPixel, dz, transposed, count, out, in, task.others ? task.others + at : nullptr, dx + at,
                             {task.x.Stored(next), rows.Chunk(task.others, in, next), rows.Chunk(rectified, out, next)});
      task.Finish(index);
    }
  });
  strands.Join(sums, size, task.dkernel.data());
}

/** dy gone through the rectifier of a product that was not kept. */
inline Chunks ThroughProduct(const Task& task, const std::vector<float>& slope) {
  static thread_local Scratch scratch;
  const float* packed = task.shape.Pack(task.kernel, false, scratch.Get(task.kernel.size()));
  const Chunks products = Products(task.rows, task.x, task.shape, packed).Passing(0);
  return ThroughNormalized(task.rows, task.dy.data(), products, task.mean.data(), slope, task.offset.data());
}

/** Without a product: one pass for all that needs what comes in, and one over what is as narrow as x. */
inline void Folded(const Task& task) {
  const Rows& rows = task.rows;
  const int64_t out = task.shape.out;
  CheckNormalization(task.settings, out, {&task.scale, &task.offset, &task.mean, &task.variance}, task.rectified());
  const std::vector<float> slope = Slope(task.scale.data(), task.variance.data(), out, task.settings.epsilon);
  const bool recomputed = task.settings.rectify && !task.shortcut();
  const Chunks g = recomputed ? ThroughProduct(task, slope) : task.Incoming();
  FoldedGradient gradient(rows, task.shape, task.x, task.kernel, slope, task.dx);
  const Strands strands(rows);
  Team::Get().Divide(strands.count, [&](int64_t strand) {
    for (int64_t index = strands.Begin(strand); index < strands.End(strand); index++) {
      const int64_t next = strands.After(strand, index);
      const Stretch dy = rows.Chunk(task.dy.data(), out, next);
      const Stretch y = rows.Chunk(task.rectified() ? task.y.data() : nullptr, out, next);
      const float* chunk = g(index);
      gradient.Take(strand, index, next, chunk, {dy, task.source ? Stretch() : y, {}});
      if (task.source) task.source->Take(strand, index, next, chunk, {y, {}, {}});
    }
  });
  gradient.Join(task.variance.data(), task.settings.epsilon, task.dscale.data(), task.doffset.data(), task.dkernel.data());
  Team::Get().Divide(strands.count, [&](int64_t strand) {
    for (int64_t index = strands.End(strand); index-- > strands.Begin(strand);) {
      gradient.Finish(index, strands.Before(strand, index));
      task.Finish(index);
    }
  });
}

}  // namespace sambench

#endif
