// The operations SambenchConvolutionInputGrad and SambenchConvolutionFilterGrad: the gradients of the operations of convolve.cc. A
// measured one sums up what it gives for the gradient of the normalization before the convolution.
#include "convolution.h"
#include "operations.h"

namespace sambench {
namespace {

template <bool measured>
void* Create(TF_OpKernelConstruction* construction) {
  auto* settings = new ConvolutionSettings;
  Status status;
  TF_OpKernelConstruction_GetAttrInt64(construction, "stride", &settings->stride, status);
  if (measured && TF_GetCode(status) == TF_OK)
    TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &settings->epsilon, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  return settings;
}

/**
 * Inputs dy, kernel, x; output dx. If it is `measured`, x was normalized and rectified, and instead of it there is what was
 * normalized, with scale, offset, mean and variance of that; outputs then are the sums of `GradientTally`, too.
 */
template <bool measured>
void ComputeInputGradient(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    const auto [stride, epsilon] = *static_cast<const ConvolutionSettings*>(settings);
    Run run(context);
    const Floats gradient = run.Input(0), kernel = run.Input(1), input = run.Input(2);
    const Floats output = run.Output(0, input.shape());
    const Images dy = ImagesOf(gradient), dx = ImagesOf(output);
    CheckShapes(dx, kernel, dy, stride);
    // The reversed kernel reaches as far before a pixel as the kernel reaches behind it: with SAME and stride 1, one.
    const Convolution convolution = stride == 1
                                        ? Convolution(Multiplying().flipped, dy, dx, {1, 1}, {0, 0})
                                        : Convolution(Multiplying().spread, dy, dx, {0, 0}, Before(dx, stride));
    if constexpr (measured) {
      const Floats scale = run.Input(3), offset = run.Input(4), mean = run.Input(5), variance = run.Input(6);
      CheckNormalization({epsilon, true}, dx.channels, {&scale, &offset, &mean, &variance}, false);
      const std::vector<float> slope = Slope(scale.data(), variance.data(), dx.channels, epsilon);
      GradientTally sums(dx, input.data(), mean.data(), slope, offset.data(), convolution.blocks.count);
      Convolve(convolution, kernel, true, sums, input.data());
      sums.Join(run.Output(1, {dx.channels}).data(), run.Output(2, {dx.channels}).data());
    } else {
      Convolve(convolution, kernel, true, noTally);
    }
  });
}

/** Inputs x, dy, kernel; output the gradient of the kernel. */
void ComputeFilterGradient(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    const int64_t stride = static_cast<const ConvolutionSettings*>(settings)->stride;
    Run run(context);
    const Floats input = run.Input(0), gradient = run.Input(1), kernel = run.Input(2);
    const Images x = ImagesOf(input), dy = ImagesOf(gradient);
    CheckShapes(x, kernel, dy, stride);
    const Floats output = run.Output(0, kernel.shape());
    const WinogradScheme& scheme = stride == 1 ? Multiplying().plain : Multiplying().strided;
    const int64_t plane = x.channels * dy.channels, volume = KernelCount(scheme.positions) * plane;
    const int64_t positions = PositionCount(scheme.positions);
    const Blocks blocks(x.batch, Reduced(dy.height, scheme.outputs), Reduced(dy.width, scheme.outputs),
                        positions * (x.channels + dy.channels));
    // Each strand adds up its own blocks in order, whichever thread works on it.
    Team& team = Team::Get();
    const int64_t strands = std::min<int64_t>(team.members(), blocks.count);
    if (strands == 0) {
      memset(output.data(), 0, output.size() * sizeof(float));
      return;
    }
    static thread_local Scratch totals;
    float* sums = totals.Get(strands * volume);
    team.Divide(strands, [&](int64_t strand) {
      float* own = sums + strand * volume;
      memset(own, 0, volume * sizeof(float));
      for (int64_t index = blocks.count * strand / strands; index < blocks.count * (strand + 1) / strands; index++) {
        const int64_t length = blocks.Length(index), first = blocks.First(index);
        const int64_t inputs = positions * length * x.channels, outputs = positions * length * dy.channels;
        const int64_t edge = std::max(x.channels, dy.channels);
        float* tiles = BlockMemory().Get(inputs + outputs + edge);
        float* products = tiles + inputs;
        float* zeros = products + outputs;
        memset(zeros, 0, edge * sizeof(float));
        scheme.transformInput(x, Before(x, stride), blocks.rows, blocks.columns, first, length, zeros, tiles);
        scheme.spreadGradient(dy, blocks.rows, blocks.columns, first, length, zeros, products);
        Multiplying().accumulate(scheme.positions, tiles, products, length, x.channels, dy.channels, own,
                                 {blocks.Share(x, index + 1), blocks.Share(dy, index + 1)});
      }
    });
    team.Divide(x.channels / 16, [&](int64_t part) {
      scheme.gatherKernel(sums, strands, x.channels, dy.channels, 16 * part, 16 * part + 16, output.data());
    });
  });
}

/** The sums of the measured gradient are like scale and offset, the inputs after x. */
void InferMeasuredGradient(TF_ShapeInferenceContext* context, TF_Status* status) {
  for (int output = 0; output < 3 && TF_GetCode(status) == TF_OK; output++) SameShape(context, 2 + output, output, status);
}

void InferLikeThird(TF_ShapeInferenceContext* context, TF_Status* status) { SameShape(context, 2, 0, status); }

}  // namespace

void RegisterConvolutionGradient() {
  Register({"SambenchConvolutionInputGrad",
            {"stride: int"},
            {"dy: float", "kernel: float", "x: float"},
            {"dx: float"},
            InferLikeThird,
            Create<false>,
            ComputeInputGradient<false>,
            ConvolutionSettings::Destroy});
  Register({"SambenchMeasuredConvolutionInputGrad",
            {"stride: int", "epsilon: float"},
            {"dy: float", "kernel: float", "x: float", "scale: float", "offset: float", "mean: float", "variance: float"},
            {"dx: float", "sum: float", "product: float"},
            InferMeasuredGradient,
            Create<true>,
            ComputeInputGradient<true>,
            ConvolutionSettings::Destroy});
  Register({"SambenchConvolutionFilterGrad",
            {"stride: int"},
            {"x: float", "dy: float", "kernel: float"},
            {"dkernel: float"},
            InferLikeThird,
            Create<false>,
            ComputeFilterGradient,
            ConvolutionSettings::Destroy});
}

}  // namespace sambench
