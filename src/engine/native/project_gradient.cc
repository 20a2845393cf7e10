// The operations SambenchProjectGrad, SambenchBranchingProjectGrad and SambenchResidualProjectGrad: the gradients of the
// operations of project.cc. The Measured one is told the sums that it would need a pass for.
#include <optional>
#include <string>

#include "operations.h"
#include "projection_gradient.h"

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

/**
 * Inputs dy, x, kernel, scale, offset, then of a shortcut y, or if it is residual source, its kernel and y, then mean,
 * variance, z, and of a branch the gradient from elsewhere, which dx includes. Outputs dx, dkernel, dscale, doffset, and
 * dshortcut, or the gradients of what was read of the source and of its kernel. With `inner`, x was normalized and rectified
 * first: scale, offset, mean and variance of that are the last inputs, the gradients of the former two the last outputs. Where
 * dy was `measured`, the last inputs are the sums of `GradientTally`.
 */
template <Kind kind, bool inner, bool measured>
void Compute(void* given, TF_OpKernelContext* context) {
  Guard(context, [&] {
    constexpr bool branching = kind == Kind::kBranching, residual = kind == Kind::kResidual;
    const auto& settings = *static_cast<const ProjectionSettings*>(given);
    Run run(context);
    const int inputs = run.inputs() - (inner ? 4 : 0);
    const bool shortcut = residual || (!branching && inputs > 8);
    const int after = residual ? 8 : shortcut ? 6 : 5;
    const Floats x = run.Input(1), kernel = run.Input(2), scale = run.Input(3), offset = run.Input(4),
                 mean = run.Input(after), variance = run.Input(after + 1), z = run.Input(after + 2);
    const ProjectionShape shape(x.shape(), kernel);
    const Rows rows(shape.rows, shape.out), narrow = rows.Of(shape.in);
    const bool kept = IsKept(shape.in, shape.out);
    // Where every pixel was read elsewhere, the sum may take the place of its gradient.
    const bool added = branching && settings.stride == 1 && kept;
    const Floats dx = added ? run.OutputInPlaceOf(8, 0, x.shape()) : run.Output(0, x.shape());
    const Floats others = branching ? run.Input(8) : Floats(nullptr), dkernel = run.Output(1, kernel.shape());
    const Floats dscale = run.Output(2, {shape.out}), doffset = run.Output(3, {shape.out});
    const Floats through = shortcut && !residual ? run.OutputInPlaceOf(0, 4, shape.projected) : Floats(nullptr);
    const Floats dy = run.Input(0), y = shortcut ? run.Input(after - 1) : Floats(nullptr);
    DemandSameShape("a gradient", dy, shape.projected);
    DemandSameShape("a projection", z, shape.kept());
    if (shortcut) DemandSameShape("an output", y, shape.projected);
    std::optional<Sampled> sampled;
    if (branching) sampled.emplace(others, x, settings.stride);
    std::optional<Source> source;
    if (residual) {
      const Floats read = run.Input(5), sourceKernel = run.Input(6);
      const Sampling sampling(read, settings.stride);
      source.emplace(rows, shape, read, sampling, sourceKernel, run.Output(4, sampling.shape()));
    }
    Operand operand = AsStored(narrow, x.data());
    std::optional<InnerGradient> before;
    if constexpr (inner) {
      const Floats innerScale = run.Input(inputs), innerOffset = run.Input(inputs + 1), innerMean = run.Input(inputs + 2),
                   innerVariance = run.Input(inputs + 3);
      before.emplace(narrow, x, dx, innerScale, innerOffset, innerMean, innerVariance, settings.innerEpsilon);
      operand = before->Read();
    }
    std::optional<Floats> sum, product;
    if constexpr (measured) {
      if (!kept || shortcut || !settings.rectify) throw std::runtime_error("sums of a gradient that is computed otherwise");
      sum.emplace(run.Input(9));
      product.emplace(run.Input(10));
      for (const Floats* sums : {&*sum, &*product}) DemandSameShape("sums", *sums, {shape.out});
    }
    const Task task{settings, shape, rows, operand, dy, kernel, scale, offset, mean, variance, z, dx, dkernel, dscale, doffset,
                    y, through, source ? &*source : nullptr, added ? others.data() : nullptr,
                    sampled && !added ? &*sampled : nullptr, before ? &*before : nullptr, sum ? &*sum : nullptr,
                    product ? &*product : nullptr};
    kept ? ByProduct(task) : Folded(task);
    if (before) {
      const int first = residual ? 6 : shortcut ? 5 : 4;
      before->Finish(run.Output(first, {shape.in}).data(), run.Output(first + 1, {shape.in}).data());
    }
    if (source) source->Join(run.Output(5, run.Input(6).shape()).data());
  });
}

template <Kind kind, bool inner>
void Infer(TF_ShapeInferenceContext* context, TF_Status* status) {
  Shapes shapes(context, status);
  const int inputs = TF_ShapeInferenceContextNumInputs(context) - (inner ? 4 : 0);
  // The gradient of a shortcut is like y, the input after offset; those of scale and offset before x like these.
  std::vector<int> like = {1, 2, 3, 3};
  if (kind == Kind::kPlain && inputs > 8) like.push_back(5);
  for (size_t output = 0; output < like.size(); output++) shapes.SetOutput(output, shapes.Input(like[output]));
  int next = static_cast<int>(like.size());
  if (kind == Kind::kResidual) {
    // As many pixels as y has, as many channels as the source.
    shapes.SetOutput(next++, shapes.Join(shapes.Part(shapes.Input(0), 0, 3), shapes.Part(shapes.Input(6), 2, 3)));
    shapes.SetOutput(next++, shapes.Input(6));
  }
  for (int output = 0; inner && output < 2; output++) shapes.SetOutput(next++, shapes.Input(inputs));
}

/** Registers an operation, or with `inner` the one whose x was normalized first, or the one whose dy was `measured`. */
template <Kind kind, bool inner, bool measured = false>
void RegisterOne() {
  constexpr bool plain = kind == Kind::kPlain, branching = kind == Kind::kBranching, residual = kind == Kind::kResidual;
  std::vector<const char*> attributes = {"epsilon: float", "rectify: bool"};
  std::vector<const char*> inputs = {"dy: float", "x: float", "kernel: float", "scale: float", "offset: float"};
  std::vector<const char*> outputs = {"dx: float", "dkernel: float", "dscale: float", "doffset: float"};
  attributes.push_back(plain ? "shortcuts: int >= 0" : "stride: int >= 1");
  if (plain) inputs.push_back("y: shortcuts * float");
  if (residual) inputs.insert(inputs.end(), {"source: float", "source_kernel: float", "y: float"});
  inputs.insert(inputs.end(), {"mean: float", "variance: float", "z: float"});
  if (plain) outputs.push_back("dshortcut: shortcuts * float");
  if (residual) outputs.insert(outputs.end(), {"dsource: float", "dsource_kernel: float"});
  if (branching) {
    attributes.push_back("through: bool");
    inputs.push_back("elsewhere: float");
  }
  if (inner) {
    attributes.push_back("inner_epsilon: float");
    inputs.insert(inputs.end(), {"inner_scale: float", "inner_offset: float", "inner_mean: float", "inner_variance: float"});
    outputs.insert(outputs.end(), {"inner_dscale: float", "inner_doffset: float"});
  }
  if (measured) inputs.insert(inputs.end(), {"sum: float", "product: float"});
  const std::string name = std::string("Sambench") + (inner ? "Normalized" : measured ? "Measured" : "") +
                           (plain ? "" : residual ? "Residual" : "Branching") + "ProjectGrad";
  Register({name.c_str(), attributes, inputs, outputs, Infer<kind, inner>,
            ProjectionSettings::Create<!plain, inner, branching>, Compute<kind, inner, measured>, ProjectionSettings::Destroy});
}

}  // namespace

void RegisterProjectionGradient() {
  RegisterOne<Kind::kPlain, false>();
  RegisterOne<Kind::kPlain, true>();
  RegisterOne<Kind::kBranching, false>();
  RegisterOne<Kind::kBranching, false, true>();
  RegisterOne<Kind::kResidual, false>();
  RegisterOne<Kind::kResidual, true>();
}

}  // namespace sambench
