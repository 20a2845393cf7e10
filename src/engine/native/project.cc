// The operations SambenchProject and SambenchResidualProject: a 1x1 convolution and the batch normalization after it (with
// its rectifier and shortcut, see normalize.cc) as one, chunk by chunk: moments are taken from products that are still in a
// core's cache. The shortcut of the second is another 1x1 convolution, whose products never leave it. The Normalized ones read what
// a normalization with a rectifier makes of x. Numbers of channels are multiples of sixteen.
#include "operations.h"
#include "projection.h"

namespace sambench {
namespace {

/**
 * Inputs x, kernel, scale, offset and, if there is one, the shortcut, or if it is `residual` the source of the shortcut, of which
 * every `stride`-th pixel is read, and the kernel that makes a shortcut of it; outputs y, mean, biased variance, and
 * z = x · kernel where that is kept. With `inner`, x is normalized and rectified first: scale, offset, mean and variance of that
 * are the last inputs.
 */
template <bool residual, bool inner>
void Compute(void* given, TF_OpKernelContext* context) {
  Guard(context, [&] {
    const auto& settings = *static_cast<const ProjectionSettings*>(given);
    Run run(context);
    const int inputs = run.inputs() - (inner ? 4 : 0);
    const Floats x = run.Input(0), kernel = run.Input(1), scale = run.Input(2), offset = run.Input(3);
    const Floats beside = inputs > 4 ? run.Input(4) : Floats(nullptr);
    const ProjectionShape shape(x.shape(), kernel);
    const Rows rows(shape.rows, shape.out);
    const Floats y = run.Output(0, shape.projected), mean = run.Output(1, {shape.out}),
                 variance = run.Output(2, {shape.out}), z = run.Output(3, shape.kept());
    Operand read = AsStored(rows.Of(shape.in), x.data());
    if constexpr (inner) {
      const Floats innerScale = run.Input(inputs), innerOffset = run.Input(inputs + 1), innerMean = run.Input(inputs + 2),
                   innerVariance = run.Input(inputs + 3);
      const float epsilon = settings.innerEpsilon;
      CheckNormalization({epsilon, true}, shape.in, {&innerScale, &innerOffset, &innerMean, &innerVariance}, false);
      read = Normalized(rows.Of(shape.in), x.data(), innerMean.data(),
                        Slope(innerScale.data(), innerVariance.data(), shape.in, epsilon), innerOffset.data());
    }
    static thread_local Scratch kernels, sourceKernels;
    const Products products(rows, read, shape, shape.Pack(kernel, false, kernels.Get(kernel.size())));
    float* const kept = IsKept(shape.in, shape.out) ? z.data() : nullptr;
    // Chunks go from thread to thread in turn, in the second pass backwards.
    const int64_t members = Team::Get().members();
    // What goes past the cache need not be brought nearer.
    const float* const written = rows.Past(y.data()) ? nullptr : y.data();
    Chunks shortcut = Kept(rows, beside.data());
    if (residual) {
      const Floats sourceKernel = run.Input(5);
      const Sampling sampling(beside, settings.stride);
      const ProjectionShape sources(sampling.shape(), sourceKernel);
      DemandSameProducts(sources, shape);
      const float* packed = sources.Pack(sourceKernel, false, sourceKernels.Get(sourceKernel.size()));
      const Operand source = Samples(rows.Of(sources.in), beside.data(), sampling);
      shortcut = Products(rows, source, sources, packed).Passing<1>(-members, kept, written);
    } else if (shortcut) {
      DemandSameShape("a shortcut", beside, shape.projected);
    }
    const float* ahead = residual ? nullptr : beside.data();
    const Chunks first = kept ? products.Keeping(members, kept) : products.Passing(members);
    const Chunks second = kept ? Kept(rows, kept) : products.Passing(-members, ahead, written);
    NormalizeRows(settings, rows, first, second, scale, offset, shortcut, mean.data(), variance.data(), y.data());
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

/** Registers an operation, and with `inner` the one whose x is normalized first. */
template <bool residual, bool inner>
void RegisterOne() {
  std::vector<const char*> attributes = {"epsilon: float", "rectify: bool"};
  std::vector<const char*> inputs = {"x: float", "kernel: float", "scale: float", "offset: float"};
  const std::vector<const char*> outputs = {"y: float", "mean: float", "variance: float", "z: float"};
  if (residual) {
    attributes.push_back("stride: int >= 1");
    inputs.insert(inputs.end(), {"source: float", "source_kernel: float"});
  } else {
    attributes.push_back("shortcuts: int >= 0");
    inputs.push_back("shortcut: shortcuts * float");
  }
  if (inner) {
    attributes.push_back("inner_epsilon: float");
    inputs.insert(inputs.end(), {"inner_scale: float", "inner_offset: float", "inner_mean: float", "inner_variance: float"});
  }
  const char* name = residual ? (inner ? "SambenchNormalizedResidualProject" : "SambenchResidualProject")
                              : (inner ? "SambenchNormalizedProject" : "SambenchProject");
  Register({name, attributes, inputs, outputs, Infer, ProjectionSettings::Create<residual, inner>,
            Compute<residual, inner>, ProjectionSettings::Destroy});
}

}  // namespace

void RegisterProjection() {
  RegisterOne<false, false>();
  RegisterOne<false, true>();
  RegisterOne<true, false>();
  RegisterOne<true, true>();
}

}  // namespace sambench
