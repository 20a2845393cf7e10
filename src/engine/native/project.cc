// The operations SambenchProject and SambenchResidualProject: a 1x1 convolution and the batch normalization after it (with
// its rectifier and shortcut, see normalize.cc) as one, chunk by chunk: moments are taken from products that are still in a
// core's cache. The shortcut of the second is another 1x1 convolution, whose products never leave it. Numbers of channels
// are multiples of sixteen.
#include "operations.h"
#include "projection.h"

namespace sambench {
namespace {

/**
 * Inputs x, kernel, scale, offset and, if there is one, the shortcut, or if it is `residual` the source of the shortcut and
 * the kernel that makes a shortcut of it; outputs y, mean, biased variance, and z = x · kernel where that is kept.
 */
template <bool residual>
void Compute(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    Run run(context);
    const Floats x = run.Input(0), kernel = run.Input(1), scale = run.Input(2), offset = run.Input(3);
    const Floats beside = run.inputs() > 4 ? run.Input(4) : Floats(nullptr);
    const ProjectionShape shape(x, kernel);
    const Rows rows(shape.rows, shape.out);
    const Floats y = run.Output(0, shape.projected), mean = run.Output(1, {shape.out}),
                 variance = run.Output(2, {shape.out}), z = run.Output(3, shape.kept());
    static thread_local Scratch kernels, sourceKernels;
    const Products products(rows, x, shape, shape.Pack(kernel, false, kernels.Get(kernel.size())));
    float* const kept = IsKept(shape.in, shape.out) ? z.data() : nullptr;
    // Chunks go from thread to thread in turn, in the second pass backwards.
    const int64_t members = Team::Get().members();
    // What goes past the cache need not be brought nearer.
    const float* const written = rows.Past(y.data()) ? nullptr : y.data();
    Chunks shortcut = Kept(rows, beside.data());
    if (residual) {
      const Floats sourceKernel = run.Input(5);
      const ProjectionShape sources(beside, sourceKernel);
      DemandSameProducts(sources, shape);
      const float* packed = sources.Pack(sourceKernel, false, sourceKernels.Get(sourceKernel.size()));
      shortcut = Products(rows, beside, sources, packed).Passing<1>(-members, kept, written);
    } else if (shortcut) {
      DemandSameShape("a shortcut", beside, shape.projected);
    }
    const float* read = residual ? nullptr : beside.data();
    const Chunks first = kept ? products.Keeping(members, kept) : products.Passing(members);
    const Chunks second = kept ? Kept(rows, kept) : products.Passing(-members, read, written);
    NormalizeRows(*static_cast<const NormalizationSettings*>(settings), rows, first, second, scale, offset, shortcut,
                  mean.data(), variance.data(), y.data());
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

}  // namespace

void RegisterProjection() {
  const std::vector<const char*> outputs = {"y: float", "mean: float", "variance: float", "z: float"};
  Register({"SambenchProject",
            {"shortcuts: int >= 0", "epsilon: float", "rectify: bool"},
            {"x: float", "kernel: float", "scale: float", "offset: float", "shortcut: shortcuts * float"},
            outputs,
            Infer,
            NormalizationSettings::Create,
            Compute<false>,
            NormalizationSettings::Destroy});
  Register({"SambenchResidualProject",
            {"epsilon: float", "rectify: bool"},
            {"x: float", "kernel: float", "scale: float", "offset: float", "source: float", "source_kernel: float"},
            outputs,
            Infer,
            NormalizationSettings::Create,
            Compute<true>,
            NormalizationSettings::Destroy});
}

}  // namespace sambench
