// The operations SambenchProject and SambenchProjectGrad: a 1x1 convolution and the batch normalization after it (with its
// rectifier and shortcut, see normalize.cc) as one, chunk by chunk: moments are taken from, and gradients go into, products
// that are still in a core's cache. Numbers of channels are multiples of sixteen.
#include <string.h>

#include "batch_normalization.h"
#include "operations.h"
#include "scratch.h"

namespace sambench {
namespace {

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
  int64_t in, out;
  std::vector<int64_t> projected;
};

/** Inputs x, kernel, scale, offset and, if there is one, the shortcut; outputs y, mean, biased variance, z = x · kernel. */
void Compute(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    Run run(context);
    const Floats x = run.Input(0), kernel = run.Input(1), scale = run.Input(2), offset = run.Input(3);
    const Floats shortcut = run.inputs() > 4 ? run.Input(4) : Floats(nullptr);
    const Shape shape(x, kernel);
    const Rows rows(x.size() / std::max<int64_t>(1, shape.in), shape.out);
    const Floats y = run.Output(0, shape.projected), mean = run.Output(1, {shape.out}),
                 variance = run.Output(2, {shape.out}), z = run.Output(3, shape.projected);
    if (shortcut.data()) DemandSameShape("a shortcut", shortcut, shape.projected);
    static thread_local Scratch kernels;
    float* packed = kernels.Get(kernel.size());
    Multiplying().packKernel(kernel.data(), shape.in, shape.out, false, packed);
    const auto project = [&](int64_t index) {
      const int64_t row = rows.Begin(index);
      // Chunks go from thread to thread in turn: the next one of this thread is as many further on as there are threads.
      Multiplying().multiply(1, x.data() + row * shape.in, packed, rows.Count(index), shape.in, shape.out,
                             z.data() + row * shape.out,
                             {rows.Chunk(x.data(), shape.in, index + Team::Get().members())});
    };
    NormalizeRows(*static_cast<const NormalizationSettings*>(settings), rows, z.data(), project, scale, offset,
                  shortcut.data(), mean.data(), variance.data(), y.data());
  });
}

/**
 * Inputs dy, x, kernel, scale, offset, y if there was a shortcut, mean, variance, z; outputs dx, dkernel, dscale, doffset,
 * dshortcut.
 */
void ComputeGradient(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    Run run(context);
    const bool shortcut = run.inputs() > 8;
    const int after = shortcut ? 6 : 5;
    const Floats x = run.Input(1), kernel = run.Input(2), scale = run.Input(3), offset = run.Input(4),
                 mean = run.Input(after), variance = run.Input(after + 1), z = run.Input(after + 2);
    const Shape shape(x, kernel);
    const Rows rows(z);
    const Floats dx = run.Output(0, x.shape()), dkernel = run.Output(1, kernel.shape());
    const Floats dscale = run.Output(2, {shape.out}), doffset = run.Output(3, {shape.out});
    const Floats through = shortcut ? run.OutputInPlaceOf(0, 4, z.shape()) : Floats(nullptr);
    const Floats dy = run.Input(0), y = shortcut ? run.Input(5) : Floats(nullptr);
    DemandSameShape("a gradient", dy, shape.projected);
    DemandSameShape("a projection", z, shape.projected);
    if (shortcut) DemandSameShape("an output", y, shape.projected);
    const NormalizationGradient gradient(*static_cast<const NormalizationSettings*>(settings), rows, dy.data(), z.data(),
                                         scale, offset, mean, variance, y.data(), through.data(), dscale.data(),
                                         doffset.data());
    static thread_local Scratch kernels;
    Team& team = Team::Get();
    // Each strand adds up its own chunks in order, whichever thread works on it.
    const int64_t strands = std::min<int64_t>(team.members(), rows.chunks), size = kernel.size();
    float* packed = kernels.Get((1 + strands) * size);
    float* sums = packed + size;
    Multiplying().packKernel(kernel.data(), shape.out, shape.in, true, packed);
    team.Divide(strands, [&](int64_t strand) {
      static thread_local Scratch scratch;
      float* dz = scratch.Get(rows.chunk * shape.out);
      float* own = sums + strand * size;
      memset(own, 0, size * sizeof(float));
      const int64_t begin = rows.chunks * strand / strands, end = rows.chunks * (strand + 1) / strands;
      for (int64_t index = end; index-- > begin;) {
        const int64_t row = rows.Begin(index), count = rows.Count(index);
        gradient.Input(index, dz);
        const int64_t next = index > begin ? index - 1 : rows.chunks;
        Multiplying().accumulate(
            1, x.data() + row * shape.in, dz, count, shape.in, shape.out, own,
            {rows.Chunk(gradient.Incoming(), shape.out, next), rows.Chunk(z.data(), shape.out, next)});
        Multiplying().multiply(1, dz, packed, count, shape.out, shape.in, dx.data() + row * shape.in,
                               {rows.Chunk(x.data(), shape.in, next)});
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
  TF_ShapeHandle* projected = shapes.Join(shapes.Part(shapes.Input(0), 0, 3), shapes.Part(shapes.Input(1), 3, 4));
  shapes.SetOutput(0, projected);
  shapes.SetOutput(1, shapes.Input(2));
  shapes.SetOutput(2, shapes.Input(2));
  shapes.SetOutput(3, projected);
}

void InferGradient(TF_ShapeInferenceContext* context, TF_Status* status) {
  // With a shortcut its gradient is like y, the input before mean.
  const int like[] = {1, 2, 3, 3, 5};
  const int outputs = TF_ShapeInferenceContextNumInputs(context) > 8 ? 5 : 4;
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
            InferGradient,
            NormalizationSettings::Create,
            ComputeGradient,
            NormalizationSettings::Destroy});
}

}  // namespace sambench
