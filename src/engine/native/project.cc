// The operations SambenchProject, SambenchProjectGrad and SambenchBranchingProjectGrad: a 1x1 convolution and the batch
// normalization after it (with its rectifier and shortcut, see normalize.cc) as one, chunk by chunk: moments are taken
// from, and gradients go into, products that are still in a core's cache. Numbers of channels are multiples of sixteen.
#include <string.h>

#include "batch_normalization.h"
#include "operations.h"
#include "scratch.h"

namespace sambench {
namespace {

/**
 * Whether a product is kept for the second pass and for the gradient. One that is much wider than what it is computed from
 * is computed again instead: that takes no longer than reading it, and a third of the memory of the largest block.
 */
bool IsKept(int64_t in, int64_t out) { return out < 4 * in; }

/** Shapes of a projection of images [batch, height, width, in] by a kernel [1, 1, in, out]. */
struct Shape {
  Shape(const Floats& x, const Floats& kernel) {
    const bool fits = x.rank() == 4 && kernel.rank() == 4 && kernel.length(0) == 1 && kernel.length(1) == 1 &&
                      kernel.length(2) == x.length(3) && kernel.length(2) % 16 == 0 && kernel.length(3) % 16 == 0;
    if (!fits) throw std::runtime_error("a 1x1 convolution of shapes that do not fit, or not sixteen channels at a time");
    in = kernel.length(2);
    out = kernel.length(3);
    projected = x.shape();
    projected[3] = out;
  }
  /** The shape of what is kept of the product: all of it, or nothing. */
  std::vector<int64_t> kept() const { return IsKept(in, out) ? projected : std::vector<int64_t>{0}; }
  int64_t in, out;
  std::vector<int64_t> projected;
};

/** The chunks of the product of x [rows, in] and a packed kernel. */
class Products {
 public:
  Products(const Rows& rows, const Floats& x, const Shape& shape, const float* packed)
      : rows_(rows), x_(x.data()), in_(shape.in), out_(shape.out), packed_(packed) {}

  /** Computes chunk `index` into `z`; the next one of this thread is `step` further on. */
  void Compute(int64_t index, int64_t step, float* z) const {
    Multiplying().multiply(1, x_ + rows_.Begin(index) * in_, packed_, rows_.Count(index), in_, out_, nullptr, z,
                           {rows_.Chunk(x_, in_, index + step)});
  }

  /** Chunks that are computed when they are asked for, and forgotten. */
  Chunks Passing(int64_t step) const {
    return [=, products = *this](int64_t index) {
      static thread_local Scratch scratch;
      float* z = scratch.Get(products.rows_.chunk * products.out_);
      products.Compute(index, step, z);
      return z;
    };
  }

  /** Chunks that are computed when they are asked for, into their places in `z`. */
  Chunks Keeping(int64_t step, float* z) const {
    return [=, products = *this](int64_t index) {
      float* chunk = z + products.rows_.Begin(index) * products.out_;
      products.Compute(index, step, chunk);
      return chunk;
    };
  }

 private:
  Rows rows_;
  const float* x_;
  int64_t in_, out_;
  const float* packed_;
};

/**
 * Inputs x, kernel, scale, offset and, if there is one, the shortcut; outputs y, mean, biased variance, and
 * z = x · kernel where that is kept.
 */
void Compute(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    Run run(context);
    const Floats x = run.Input(0), kernel = run.Input(1), scale = run.Input(2), offset = run.Input(3);
    const Floats shortcut = run.inputs() > 4 ? run.Input(4) : Floats(nullptr);
    const Shape shape(x, kernel);
    const Rows rows(x.size() / std::max<int64_t>(1, shape.in), shape.out);
    const Floats y = run.Output(0, shape.projected), mean = run.Output(1, {shape.out}),
                 variance = run.Output(2, {shape.out}), z = run.Output(3, shape.kept());
    if (shortcut.data()) DemandSameShape("a shortcut", shortcut, shape.projected);
    static thread_local Scratch kernels;
    float* packed = kernels.Get(kernel.size());
    Multiplying().packKernel(kernel.data(), shape.in, shape.out, false, packed);
    // Chunks go from thread to thread in turn.
    const int64_t members = Team::Get().members();
    const Products products(rows, x, shape, packed);
    const bool keep = IsKept(shape.in, shape.out);
    NormalizeRows(*static_cast<const NormalizationSettings*>(settings), rows,
                  keep ? products.Keeping(members, z.data()) : products.Passing(members),
                  keep ? Kept(rows, z.data()) : products.Passing(-members), scale, offset, shortcut.data(), mean.data(),
                  variance.data(), y.data());
  });
}

/**
 * Inputs dy, x, kernel, scale, offset, y if there was a shortcut, mean, variance, z; outputs dx, dkernel, dscale, doffset,
 * dshortcut. Of a `branch`, whose x goes elsewhere as well and which has no shortcut, the last input is the gradient from
 * there, which dx includes.
 */
template <bool branch>
void ComputeGradient(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    Run run(context);
    const bool shortcut = !branch && run.inputs() > 8;
    const int after = shortcut ? 6 : 5;
    const Floats x = run.Input(1), kernel = run.Input(2), scale = run.Input(3), offset = run.Input(4),
                 mean = run.Input(after), variance = run.Input(after + 1), z = run.Input(after + 2);
    const Shape shape(x, kernel);
    const Rows rows(x.size() / std::max<int64_t>(1, shape.in), shape.out);
    const bool kept = IsKept(shape.in, shape.out);
    const Floats dx = branch ? run.OutputInPlaceOf(8, 0, x.shape()) : run.Output(0, x.shape());
    const Floats others = branch ? run.Input(8) : Floats(nullptr), dkernel = run.Output(1, kernel.shape());
    const Floats dscale = run.Output(2, {shape.out}), doffset = run.Output(3, {shape.out});
    const Floats through = shortcut ? run.OutputInPlaceOf(0, 4, shape.projected) : Floats(nullptr);
    const Floats dy = run.Input(0), y = shortcut ? run.Input(5) : Floats(nullptr);
    DemandSameShape("a gradient", dy, shape.projected);
    DemandSameShape("a projection", z, shape.kept());
    if (shortcut) DemandSameShape("an output", y, shape.projected);
    if (branch) DemandSameShape("a gradient from elsewhere", others, x.shape());
    static thread_local Scratch kernels;
    Team& team = Team::Get();
    // Each strand adds up its own chunks in order, whichever thread works on it.
    const int64_t strands = std::min<int64_t>(team.members(), rows.chunks), size = kernel.size();
    float* packed = kernels.Get((2 + strands) * size);
    float* transposed = packed + size;
    float* sums = transposed + size;
    Multiplying().packKernel(kernel.data(), shape.in, shape.out, false, packed);
    Multiplying().packKernel(kernel.data(), shape.out, shape.in, true, transposed);
    const Products products(rows, x, shape, packed);
    const NormalizationGradient gradient(*static_cast<const NormalizationSettings*>(settings), rows, dy.data(),
                                         kept ? Kept(rows, z.data()) : products.Passing(team.members()), scale, offset,
                                         mean, variance, y.data(), through.data(), dscale.data(), doffset.data());
    const Chunks chunks = kept ? Kept(rows, z.data()) : products.Passing(-1);
    team.Divide(strands, [&](int64_t strand) {
      static thread_local Scratch scratch;
      float* dz = scratch.Get(rows.chunk * shape.out);
      float* own = sums + strand * size;
      memset(own, 0, size * sizeof(float));
      const int64_t begin = rows.chunks * strand / strands, end = rows.chunks * (strand + 1) / strands;
      for (int64_t index = end; index-- > begin;) {
        const int64_t row = rows.Begin(index), count = rows.Count(index);
        const int64_t next = index > begin ? index - 1 : rows.chunks;
        gradient.Input(index, chunks(index), dz);
        Multiplying().accumulate(1, x.data() + row * shape.in, dz, count, shape.in, shape.out, own,
                                 {rows.Chunk(gradient.Incoming(), shape.out, next),
                                  kept ? rows.Chunk(z.data(), shape.out, next) : Stretch()});
        Multiplying().multiply(1, dz, transposed, count, shape.out, shape.in,
                               branch ? others.data() + row * shape.in : nullptr, dx.data() + row * shape.in,
                               {rows.Chunk(x.data(), shape.in, next),
                                branch ? rows.Chunk(others.data(), shape.in, next) : Stretch()});
      }
    });
    for (int64_t i = 0; i < size; i++) {
      float sum = sums[i];
      for (int64_t strand = 1; strand < strands; strand++) sum += sums[strand * size + i];
      dkernel.data()[i] = sum;
    }
  });
}

void Infer(TF_ShapeInferenceContext* context, TF_Status* status) {
  Shapes shapes(context, status);
  TF_ShapeHandle* kernel = shapes.Input(1);
  const int64_t in = shapes.Length(kernel, 2), out = shapes.Length(kernel, 3);
  if (in < 0 || out < 0) return TF_ShapeInferenceContextSetUnknownShape(context, status);
  TF_ShapeHandle* projected = shapes.Join(shapes.Part(shapes.Input(0), 0, 3), shapes.Part(kernel, 3, 4));
  shapes.SetOutput(0, projected);
  shapes.SetOutput(1, shapes.Input(2));
  shapes.SetOutput(2, shapes.Input(2));
  shapes.SetOutput(3, IsKept(in, out) ? projected : shapes.Vector(0));
}

template <bool branch>
void InferGradient(TF_ShapeInferenceContext* context, TF_Status* status) {
  // With a shortcut its gradient is like y, the input before mean.
  const int like[] = {1, 2, 3, 3, 5};
  const int outputs = !branch && TF_ShapeInferenceContextNumInputs(context) > 8 ? 5 : 4;
  for (int output = 0; output < outputs && TF_GetCode(status) == TF_OK; output++)
    SameShape(context, like[output], output, status);
}

}  // namespace

void RegisterProjection() {
  const std::vector<const char*> attributes = {"shortcuts: int >= 0", "epsilon: float", "rectify: bool"};
  Register({"SambenchProject",
            attributes,
            {"x: float", "kernel: float", "scale: float", "offset: float", "shortcut: shortcuts * float"},
            {"y: float", "mean: float", "variance: float", "z: float"},
            Infer,
            NormalizationSettings::Create,
            Compute,
            NormalizationSettings::Destroy});
  Register({"SambenchProjectGrad",
            attributes,
            {"dy: float", "x: float", "kernel: float", "scale: float", "offset: float", "y: shortcuts * float",
             "mean: float", "variance: float", "z: float"},
            {"dx: float", "dkernel: float", "dscale: float", "doffset: float", "dshortcut: shortcuts * float"},
            InferGradient<false>,
            NormalizationSettings::Create,
            ComputeGradient<false>,
            NormalizationSettings::Destroy});
  Register({"SambenchBranchingProjectGrad",
            {"epsilon: float", "rectify: bool"},
            {"dy: float", "x: float", "kernel: float", "scale: float", "offset: float", "mean: float", "variance: float",
             "z: float", "elsewhere: float"},
            {"dx: float", "dkernel: float", "dscale: float", "doffset: float"},
            InferGradient<true>,
            NormalizationSettings::Create,
            ComputeGradient<true>,
            NormalizationSettings::Destroy});
}

}  // namespace sambench
