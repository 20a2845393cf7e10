// The operations SambenchProjectGrad, SambenchBranchingProjectGrad and SambenchResidualProjectGrad: the gradients of the
// operations of project.cc, chunk by chunk: that of the normalization goes into the products while it is in a core's cache.
#include <optional>
#include <type_traits>

#include "operations.h"
#include "projection.h"

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

/** Images of which every `stride`-th pixel of both axes was read, and the gradient of what was read. */
class Sampled {
 public:
  Sampled(const Floats& gradient, const Floats& x, int64_t stride)
      : gradient_(gradient.data()),
        height_(x.length(1)),
        width_(x.length(2)),
        channels_(x.length(3)),
        stride_(stride) {
    rows_ = Reduced(height_, stride);
    columns_ = Reduced(width_, stride);
    DemandSameShape("a gradient from elsewhere", gradient, {x.length(0), rows_, columns_, channels_});
  }
  /** Adds the gradient to `dx`, which has `count` pixels from `begin` on. */
  void Add(int64_t begin, int64_t count, float* dx) const {
    for (int64_t pixel = begin; pixel < begin + count; pixel++) {
      const int64_t line = pixel / width_, row = line % height_, column = pixel % width_;
      if (row % stride_ != 0 || column % stride_ != 0) continue;
      const int64_t sample = (line / height_ * rows_ + row / stride_) * columns_ + column / stride_;
      Normalizing().add(gradient_ + sample * channels_, channels_, dx + (pixel - begin) * channels_);
    }
  }

 private:
  const float* gradient_;
  int64_t height_, width_, channels_, stride_, rows_, columns_;
};

/** A 1x1 convolution that makes a shortcut, and its gradients. */
class Source {
 public:
  Source(const Rows& rows, const ProjectionShape& product, const Floats& x, const Floats& kernel, const Floats& dx,
         const Floats& dkernel)
      : rows_(rows), shape_(x, kernel), kernel_(kernel), x_(x.data()), dx_(dx.data()), dkernel_(dkernel.data()) {
    DemandSameProducts(shape_, product);
  }

  /**
   * Takes the gradients `g` of the chunks of the shortcut, each while it is in the cache for the sums of the normalization
   * of `x`. `dy`, `y` and `kept` (null: none) are what their next chunks are made of.
   */
  void Take(const Chunks& g, const Chunks& x, NormalizationGradient& gradient, const float* dy, const float* y,
            const float* kept) const {
    static thread_local Scratch scratch;
    const Strands strands(rows_);
    const int64_t size = kernel_.size();
    float* sums = scratch.Get((strands.count + 1) * size);
    const float* transposed = shape_.Pack(kernel_, true, sums + strands.count * size);
    Team::Get().Divide(strands.count, [&](int64_t strand) {
      float* own = strands.Clear(sums, size, strand);
      for (int64_t index = strands.Begin(strand); index < strands.End(strand); index++) {
        const int64_t at = rows_.Begin(index) * shape_.in, count = rows_.Count(index);
        const int64_t next = index + 1 < strands.End(strand) ? index + 1 : rows_.chunks;
        const float* chunk = g(index);
        gradient.Sum(index, chunk, x(index));
        Multiplying().accumulate(kPixel, x_ + at, chunk, count, shape_.in, shape_.out, own,
                                 {rows_.Chunk(dy, shape_.out, next), rows_.Chunk(y, shape_.out, next)});
        Multiplying().multiply(kPixel, chunk, transposed, count, shape_.out, shape_.in, nullptr, dx_ + at,
                               {rows_.Chunk(x_, shape_.in, next), rows_.Chunk(kept, shape_.out, next)});
      }
    });
    strands.Join(sums, size, dkernel_);
  }

 private:
  const Rows rows_;
  const ProjectionShape shape_;
  const Floats& kernel_;
  const float* x_;
  float* dx_;
  float* dkernel_;
};

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
    const int64_t stride = branching ? static_cast<const BranchSettings*>(settings)->stride : 1;
    // Where every pixel was read elsewhere, the sum may take the place of its gradient.
    const bool inPlace = branching && stride == 1;
    const Floats dx = inPlace ? run.OutputInPlaceOf(8, 0, x.shape()) : run.Output(0, x.shape());
    const Floats others = branching ? run.Input(8) : Floats(nullptr), dkernel = run.Output(1, kernel.shape());
    const Floats dscale = run.Output(2, {shape.out}), doffset = run.Output(3, {shape.out});
    const Floats through = shortcut && !residual ? run.OutputInPlaceOf(0, 4, shape.projected) : Floats(nullptr);
    const Floats dy = run.Input(0), y = shortcut ? run.Input(after - 1) : Floats(nullptr);
    DemandSameShape("a gradient", dy, shape.projected);
    DemandSameShape("a projection", z, shape.kept());
    if (shortcut) DemandSameShape("an output", y, shape.projected);
    std::optional<Sampled> sampled;
    if (branching) sampled.emplace(others, x, stride);

    static thread_local Scratch scratch;
    const Strands strands(rows);
    const int64_t size = kernel.size();
    float* sums = scratch.Get((strands.count + 2) * size);
    const float* transposed = shape.Pack(kernel, true, sums + strands.count * size);
    const Products products(rows, x, shape, shape.Pack(kernel, false, sums + (strands.count + 1) * size));
    const float* kept = IsKept(shape.in, shape.out) ? z.data() : nullptr;
    NormalizationGradient gradient(normalization, rows, scale, offset, mean, variance, shortcut);
    Team& team = Team::Get();
    const Chunks first = shortcut ? Through(rows, dy.data(), y.data(), through.data()) : Kept(rows, dy.data());
    if (residual) {
      const Floats source = run.Input(5), sourceKernel = run.Input(6);
      const Floats dsource = run.Output(4, source.shape()), dsourceKernel = run.Output(5, sourceKernel.shape());
      Source(rows, shape, source, sourceKernel, dsource, dsourceKernel)
          .Take(first, kept ? Kept(rows, kept) : products.Passing(1), gradient, dy.data(), y.data(), kept);
    } else {
      const Chunks chunks = kept ? Kept(rows, kept) : products.Passing(team.members());
      Forwards(rows, [&](int64_t index) { gradient.Sum(index, first(index), chunks(index)); });
    }
    gradient.Join(dscale.data(), doffset.data());

    // Backwards, as the last chunks are still in the cache.
    const float* incoming = through.data() ? through.data() : dy.data();
    const float* another = residual ? y.data() : nullptr;
    const Chunks second = residual ? first : Kept(rows, incoming);
    const Chunks chunks = kept ? Kept(rows, kept) : products.Passing(-1);
    team.Divide(strands.count, [&](int64_t strand) {
      static thread_local Scratch memory;
      float* dz = memory.Get(rows.chunk * shape.out);
      float* own = strands.Clear(sums, size, strand);
      for (int64_t index = strands.End(strand); index-- > strands.Begin(strand);) {
        const int64_t row = rows.Begin(index), at = row * shape.in, count = rows.Count(index);
        const int64_t next = index > strands.Begin(strand) ? index - 1 : rows.chunks;
        const float* sum = inPlace ? others.data() : nullptr;
        gradient.Input(index, second(index), chunks(index), dz);
        Multiplying().accumulate(kPixel, x.data() + at, dz, count, shape.in, shape.out, own,
                                 {rows.Chunk(incoming, shape.out, next), rows.Chunk(kept, shape.out, next)});
        Multiplying().multiply(kPixel, dz, transposed, count, shape.out, shape.in, sum ? sum + at : nullptr, dx.data() + at,
                               {rows.Chunk(x.data(), shape.in, next), rows.Chunk(sum, shape.in, next),
                                rows.Chunk(another, shape.out, next)});
        if (sampled && !inPlace) sampled->Add(row, count, dx.data() + at);
      }
    });
    strands.Join(sums, size, dkernel.data());
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
