// The operations SambenchProjectGrad, SambenchBranchingProjectGrad and SambenchResidualProjectGrad: the gradients of the
// operations of project.cc, chunk by chunk: that of the normalization goes into the products while it is in a core's cache.
#include <optional>
#include <type_traits>

#include "folded_gradient.h"
#include "operations.h"
#include "rectified_gradient.h"
#include "residual_gradient.h"

namespace sambench {
namespace {

/** What the gradient has to do with besides x, the kernel and the normalization. */
enum class Kind {
  /** Nothing, or a shortcut. */
  kPlain,
  /** All that reads x, or every `stride`-th pixel of it, elsewhere. */
  kBranching,
  /** A shortcut that another 1x1 convolution makes. */
  kResidual,
};

struct BranchSettings : NormalizationSettings {
  int64_t stride = 1;

  static void* Create(TF_OpKernelConstruction* construction) {
    auto* settings = new BranchSettings;
    Status status;
    settings->Read(construction, status);
    if (TF_GetCode(status) == TF_OK)
      TF_OpKernelConstruction_GetAttrInt64(construction, "stride", &settings->stride, status);
    if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
    return settings;
  }
  static void Destroy(void* settings) { delete static_cast<BranchSettings*>(settings); }
};

/** A gradient that is asked for: what it is taken of, and where its parts go. */
struct Task {
  const NormalizationSettings& settings;
  const ProjectionShape& shape;
  const Rows& rows;
  const Floats &dy, &x, &kernel, &scale, &offset, &mean, &variance, &z;
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

  bool shortcut() const { return y.data() != nullptr; }
  /** dy after the rectifier behind the shortcut, if there is one. */
  Chunks Incoming() const {
    return shortcut() ? Through(rows, dy.data(), y.data(), through.data()) : Kept(rows, dy.data());
  }
};

/** By the kept product: first all sums, with the gradients of what makes the shortcut, then what needs them joined. */
void ByProduct(const Task& task) {
  const Rows& rows = task.rows;
  const int64_t in = task.shape.in, out = task.shape.out;
  const float* const dy = task.dy.data();
  const float* const y = task.y.data();
  const float* const z = task.z.data();
  const Strands strands(rows);
  const Chunks g = task.Incoming();
  NormalizationGradient gradient(task.settings, rows, task.scale, task.offset, task.mean, task.variance, task.shortcut());
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
  } else {
    Forwards(rows, sum);
  }
  gradient.Join(task.dscale.data(), task.doffset.data());

  // Backwards, as the last chunks are still in the cache.
  static thread_local Scratch scratch;
  const int64_t size = in * out;
  float* sums = scratch.Get((strands.count + 1) * size);
  const float* transposed = task.shape.Pack(task.kernel, true, sums + strands.count * size);
  const float* const incoming = task.through.data() ? task.through.data() : dy;
  const float* const rectified = task.source ? y : nullptr;
  const float* const x = task.x.data();
  float* const dx = task.dx.data();
  const Chunks again = task.source ? g : Kept(rows, incoming);
  Team::Get().Divide(strands.count, [&](int64_t strand) {
    static thread_local Scratch memory;
    float* dz = memory.Get(rows.chunk * out);
    float* own = strands.Clear(sums, size, strand);
    for (int64_t index = strands.End(strand); index-- > strands.Begin(strand);) {
      const int64_t at = rows.Begin(index) * in, count = rows.Count(index), next = strands.Before(strand, index);
      gradient.Input(index, again(index), z + rows.Begin(index) * out, dz);
      Multiplying().accumulate(kPixel, x + at, dz, count, in, out, own,
                               {rows.Chunk(incoming, out, next), rows.Chunk(z, out, next), {}});
      Multiplying().multiply(kPixel, dz, transposed, count, out, in, task.others ? task.others + at : nullptr, dx + at,
                             {rows.Chunk(x, in, next), rows.Chunk(task.others, in, next),
                              rows.Chunk(rectified, out, next)});
      if (task.sampled) task.sampled->Add(rows.Begin(index), count, dx + at);
    }
  });
  strands.Join(sums, size, task.dkernel.data());
}

/** dy gone through the rectifier of a product that was not kept. */
Chunks ThroughProduct(const Task& task, const std::vector<float>& slope) {
  static thread_local Scratch scratch;
  const float* packed = task.shape.Pack(task.kernel, false, scratch.Get(task.kernel.size()));
  const Chunks products = Products(task.rows, task.x, task.shape, packed).Passing(0);
  return ThroughNormalized(task.rows, task.dy.data(), products, task.mean.data(), slope, task.offset.data());
}

/** Without a product: one pass for all that needs what comes in, and one over what is as narrow as x. */
void Folded(const Task& task) {
  const Rows& rows = task.rows;
  const int64_t out = task.shape.out;
  CheckNormalization(task.settings, out, {&task.scale, &task.offset, &task.mean, &task.variance}, task.shortcut());
  const std::vector<float> slope = Slope(task.scale.data(), task.variance.data(), out, task.settings.epsilon);
  const bool recomputed = task.settings.rectify && !task.shortcut();
  const Chunks g = recomputed ? ThroughProduct(task, slope) : task.Incoming();
  FoldedGradient gradient(rows, task.shape, task.x, task.kernel, slope, task.dx);
  const Strands strands(rows);
  Team::Get().Divide(strands.count, [&](int64_t strand) {
    for (int64_t index = strands.Begin(strand); index < strands.End(strand); index++) {
      const int64_t next = strands.After(strand, index);
      const Stretch dy = rows.Chunk(task.dy.data(), out, next), y = rows.Chunk(task.y.data(), out, next);
      const float* chunk = g(index);
      gradient.Take(strand, index, next, chunk, {dy, task.source ? Stretch() : y, {}});
      if (task.source) task.source->Take(strand, index, next, chunk, {y, {}, {}});
    }
  });
  gradient.Join(task.variance.data(), task.settings.epsilon, task.dscale.data(), task.doffset.data(), task.dkernel.data());
  Team::Get().Divide(strands.count, [&](int64_t strand) {
    for (int64_t index = strands.End(strand); index-- > strands.Begin(strand);) {
      gradient.Finish(index, strands.Before(strand, index));
      const int64_t at = rows.Begin(index);
      if (task.sampled) task.sampled->Add(at, rows.Count(index), task.dx.data() + at * task.shape.in);
    }
  });
}

/**
 * Inputs dy, x, kernel, scale, offset, then of a shortcut y, or if it is residual source, its kernel and y, then mean,
 * variance, z, and of a branch the gradient from elsewhere, which dx includes. Outputs dx, dkernel, dscale, doffset, and
 * dshortcut, or dsource and the gradient of its kernel.
 */
template <Kind kind>
void Compute(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    constexpr bool branching = kind == Kind::kBranching, residual = kind == Kind::kResidual;
    using Settings = std::conditional_t<branching, BranchSettings, NormalizationSettings>;
    const NormalizationSettings& normalization = *static_cast<const Settings*>(settings);
    Run run(context);
    const bool shortcut = residual || (!branching && run.inputs() > 8);
    const int after = residual ? 8 : shortcut ? 6 : 5;
    const Floats x = run.Input(1), kernel = run.Input(2), scale = run.Input(3), offset = run.Input(4),
                 mean = run.Input(after), variance = run.Input(after + 1), z = run.Input(after + 2);
    const ProjectionShape shape(x, kernel);
    const Rows rows(shape.rows, shape.out);
    const bool kept = IsKept(shape.in, shape.out);
    const int64_t stride = branching ? static_cast<const BranchSettings*>(settings)->stride : 1;
    // Where every pixel was read elsewhere, the sum may take the place of its gradient.
    const bool added = branching && stride == 1 && kept;
    const Floats dx = added ? run.OutputInPlaceOf(8, 0, x.shape()) : run.Output(0, x.shape());
    const Floats others = branching ? run.Input(8) : Floats(nullptr), dkernel = run.Output(1, kernel.shape());
    const Floats dscale = run.Output(2, {shape.out}), doffset = run.Output(3, {shape.out});
    const Floats through = shortcut && !residual ? run.OutputInPlaceOf(0, 4, shape.projected) : Floats(nullptr);
    const Floats dy = run.Input(0), y = shortcut ? run.Input(after - 1) : Floats(nullptr);
    DemandSameShape("a gradient", dy, shape.projected);
    DemandSameShape("a projection", z, shape.kept());
    if (shortcut) DemandSameShape("an output", y, shape.projected);
    std::optional<Sampled> sampled;
    if (branching) sampled.emplace(others, x, stride);
    std::optional<Source> source;
    if (residual) {
      const Floats read = run.Input(5), sourceKernel = run.Input(6);
      source.emplace(rows, shape, read, sourceKernel, run.Output(4, read.shape()));
    }
    const Task task{normalization, shape, rows, dy, x, kernel, scale, offset, mean, variance, z, dx, dkernel, dscale, doffset,
                    y, through, source ? &*source : nullptr, added ? others.data() : nullptr,
                    sampled && !added ? &*sampled : nullptr};
    kept ? ByProduct(task) : Folded(task);
    if (source) source->Join(run.Output(5, run.Input(6).shape()).data());
  });
}

template <Kind kind>
void Infer(TF_ShapeInferenceContext* context, TF_Status* status) {
  // The gradient of a shortcut is like y, the input after offset; those of source and its kernel are like them.
  const int like[] = {1, 2, 3, 3, 5, 6};
  const int inputs = TF_ShapeInferenceContextNumInputs(context);
  const int outputs = kind == Kind::kResidual ? 6 : kind == Kind::kPlain && inputs > 8 ? 5 : 4;
  for (int output = 0; output < outputs && TF_GetCode(status) == TF_OK; output++)
    SameShape(context, like[output], output, status);
}

}  // namespace

void RegisterProjectionGradient() {
  Register({"SambenchProjectGrad",
            {"shortcuts: int >= 0", "epsilon: float", "rectify: bool"},
            {"dy: float", "x: float", "kernel: float", "scale: float", "offset: float", "y: shortcuts * float",
             "mean: float", "variance: float", "z: float"},
            {"dx: float", "dkernel: float", "dscale: float", "doffset: float", "dshortcut: shortcuts * float"},
            Infer<Kind::kPlain>,
            NormalizationSettings::Create,
            Compute<Kind::kPlain>,
            NormalizationSettings::Destroy});
  Register({"SambenchBranchingProjectGrad",
            {"epsilon: float", "rectify: bool", "stride: int >= 1"},
            {"dy: float", "x: float", "kernel: float", "scale: float", "offset: float", "mean: float", "variance: float",
             "z: float", "elsewhere: float"},
            {"dx: float", "dkernel: float", "dscale: float", "doffset: float"},
            Infer<Kind::kBranching>,
            BranchSettings::Create,
            Compute<Kind::kBranching>,
            BranchSettings::Destroy});
  Register({"SambenchResidualProjectGrad",
            {"epsilon: float", "rectify: bool"},
            {"dy: float", "x: float", "kernel: float", "scale: float", "offset: float", "source: float",
             "source_kernel: float", "y: float", "mean: float", "variance: float", "z: float"},
            {"dx: float", "dkernel: float", "dscale: float", "doffset: float", "dsource: float", "dsource_kernel: float"},
            Infer<Kind::kResidual>,
            NormalizationSettings::Create,
            Compute<Kind::kResidual>,
            NormalizationSettings::Destroy});
}

}  // namespace sambench
