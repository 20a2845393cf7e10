// What the operations of 1x1 convolutions with their normalization share: shapes, products chunk by chunk, and sums of them.
#ifndef SAMBENCH_PROJECTION_H_
#define SAMBENCH_PROJECTION_H_

#include <string.h>

#include "operand.h"

namespace sambench {

/**
 * Whether a product is kept for the second pass and for the gradient. One that is much wider than what it is computed from is
 * computed again, which takes no longer than reading it, and its gradient does without (folded_gradient.h): that saves a third
 * of the memory of the largest block.
 */
inline bool IsKept(int64_t in, int64_t out) { return out < 4 * in; }

/** Shapes of a projection of images [batch, height, width, in] by a kernel [1, 1, in, out]. */
struct ProjectionShape {
  ProjectionShape(const std::vector<int64_t>& x, const Floats& kernel) {
    const bool fits = x.size() == 4 && kernel.rank() == 4 && kernel.length(0) == 1 && kernel.length(1) == 1 &&
                      kernel.length(2) == x[3] && kernel.length(2) % 16 == 0 && kernel.length(3) % 16 == 0;
    if (!fits) throw std::runtime_error("a 1x1 convolution of shapes that do not fit, or not sixteen channels at a time");
    in = kernel.length(2);
    out = kernel.length(3);
    projected = x;
    projected[3] = out;
    rows = x[0] * x[1] * x[2];
  }
  /** The shape of what is kept of the product: all of it, or nothing. */
  std::vector<int64_t> kept() const { return IsKept(in, out) ? projected : std::vector<int64_t>{0}; }
  /** The kernel, or with `transposed` what multiplies gradients of the product, as `multiply` wants it, in `packed`. */
  const float* Pack(const Floats& kernel, bool transposed, float* packed) const {
    Multiplying().packKernel(kernel.data(), transposed ? out : in, transposed ? in : out, transposed, packed);
    return packed;
  }
  int64_t in, out, rows;
  std::vector<int64_t> projected;
};

/** The settings of an operation with a 1x1 convolution, as its kernel keeps them. */
struct ProjectionSettings : NormalizationSettings {
  /** Every how manieth pixel of the other input is read. */
  int64_t stride = 1;
  /** Of the normalization that x goes through first, where there is one. */
  float innerEpsilon = 0;
  /** Whether the gradient of x, which a rectifier gave, goes through that. */
  bool through = false;

  template <bool sampling, bool inner, bool branching = false>
  static void* Create(TF_OpKernelConstruction* construction) {
    auto* settings = new ProjectionSettings;
    Status status;
    settings->Read(construction, status);
    if (sampling && TF_GetCode(status) == TF_OK)
      TF_OpKernelConstruction_GetAttrInt64(construction, "stride", &settings->stride, status);
    if (inner && TF_GetCode(status) == TF_OK)
      TF_OpKernelConstruction_GetAttrFloat(construction, "inner_epsilon", &settings->innerEpsilon, status);
    unsigned char through = 0;
    if (branching && TF_GetCode(status) == TF_OK)
      TF_OpKernelConstruction_GetAttrBool(construction, "through", &through, status);
    settings->through = through != 0;
    if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
    return settings;
  }
  static void Destroy(void* settings) { delete static_cast<ProjectionSettings*>(settings); }
};

/** Throws where the product that is a shortcut has not the shape of the one beside it. */
inline void DemandSameProducts(const ProjectionShape& shortcut, const ProjectionShape& shape) {
  if (shortcut.projected != shape.projected) throw std::runtime_error("a shortcut by a 1x1 convolution of another shape");
}

/** The chunks of the product of x [rows, in] and a packed kernel [in, out]. */
class Products {
 public:
  Products(const Rows& rows, const Operand& x, const ProjectionShape& shape, const float* packed)
      : rows_(rows), x_(x), in_(shape.in), out_(shape.out), packed_(packed) {}

  /**
   * Chunks that are computed when they are asked for, and forgotten at the calling thread's next one. That one is `step`
   * further on; x, and `beside` and `another` of the product's shape (null: none), are brought nearer there. Where chunks of
   * two products are needed at once, they have different `place`s.
   */
  template <int place = 0>
  Chunks Passing(int64_t step, const float* beside = nullptr, const float* another = nullptr) const {
    return [=, products = *this](int64_t index) {
      static thread_local Scratch scratch;
      float* z = scratch.Get(products.rows_.chunk * products.out_);
      products.Compute(index, index + step, beside, another, z);
      return z;
    };
  }

  /** Chunks that are computed when they are asked for, into their places in `z`. */
  Chunks Keeping(int64_t step, float* z) const {
    return [=, products = *this](int64_t index) {
      float* chunk = z + products.rows_.Begin(index) * products.out_;
      products.Compute(index, index + step, z, nullptr, chunk);
      return chunk;
    };
  }

 private:
  void Compute(int64_t index, int64_t next, const float* beside, const float* another, float* z) const {
    Multiplying().multiply(kPixel, x_.chunk(index), packed_, rows_.Count(index), in_, out_, nullptr, z,
                           {x_.Stored(next), rows_.Chunk(beside, out_, next), rows_.Chunk(another, out_, next)});
  }

  Rows rows_;
  Operand x_;
  int64_t in_, out_;
  const float* packed_;
};

/**
 * Chunks divided among strands for sums over all of them: each strand adds up its own chunks in order, whichever thread works
 * on it, so the numbers do not depend on who was faster.
 */
struct Strands {
  explicit Strands(const Rows& rows) : chunks(rows.chunks), count(std::min<int64_t>(Team::Get().members(), chunks)) {}
  int64_t Begin(int64_t strand) const { return chunks * strand / count; }
  int64_t End(int64_t strand) const { return Begin(strand + 1); }
  /** The chunk of a strand after, or before, `index`; where there is none, one that does not exist. */
  int64_t After(int64_t strand, int64_t index) const { return index + 1 < End(strand) ? index + 1 : chunks; }
  int64_t Before(int64_t strand, int64_t index) const { return index > Begin(strand) ? index - 1 : chunks; }
  /** The sums [size] of a strand among those of all, as zeros. */
  float* Clear(float* sums, int64_t size, int64_t strand) const {
    float* own = sums + strand * size;
    memset(own, 0, size * sizeof(float));
    return own;
  }
  /** Adds up the sums of all strands. */
  void Join(const float* sums, int64_t size, float* total) const {
    for (int64_t i = 0; i < size; i++) {
      float sum = sums[i];
      for (int64_t strand = 1; strand < count; strand++) sum += sums[strand * size + i];
      total[i] = sum;
    }
  }
  int64_t chunks, count;
};

}  // namespace sambench

#endif
