// The operations SambenchConvolution, SambenchStridedConvolution, SambenchConvolutionInputGrad and
// SambenchConvolutionFilterGrad: 3x3 convolutions with TensorFlow's padding SAME and numbers of channels that are multiples
// of sixteen, by minimal filtering on blocks of tiles that fit in a core's cache.
#include <string.h>

#include <algorithm>
#include <type_traits>

#include "operations.h"
#include "tally.h"

namespace sambench {
namespace {

struct Settings {
  int64_t stride = 1;
  float epsilon = 0;
};

template <int stride>
void* CreateWithStride(TF_OpKernelConstruction*) {
  return new Settings{stride};
}

template <bool measured>
void* Create(TF_OpKernelConstruction* construction) {
  auto* settings = new Settings;
  Status status;
  TF_OpKernelConstruction_GetAttrInt64(construction, "stride", &settings->stride, status);
  if (measured && TF_GetCode(status) == TF_OK)
    TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &settings->epsilon, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  return settings;
}

void Destroy(void* settings) { delete static_cast<Settings*>(settings); }

Images ImagesOf(const Floats& tensor) {
  if (tensor.rank() != 4) throw std::runtime_error("a convolution of something that is not a batch of images");
  return {tensor.data(), tensor.length(0), tensor.length(1), tensor.length(2), tensor.length(3)};
}

/** The padding before the first row and column that SAME means. */
Padding Before(const Images& x, int64_t stride) {
  const auto before = [=](int64_t length) {
    return std::max<int64_t>(0, (Reduced(length, stride) - 1) * stride + 3 - length) / 2;
  };
  return {before(x.height), before(x.width)};
}

void CheckShapes(const Images& x, const Floats& kernel, const Images& y, int64_t stride) {
  const bool fits = kernel.rank() == 4 && kernel.length(0) == 3 && kernel.length(1) == 3 &&
                    kernel.length(2) == x.channels && kernel.length(3) == y.channels && x.batch == y.batch &&
                    y.height == Reduced(x.height, stride) && y.width == Reduced(x.width, stride);
  if (!fits || x.channels % 16 != 0 || y.channels % 16 != 0 || x.channels == 0 || y.channels == 0)
    throw std::runtime_error("a 3x3 convolution of shapes that do not fit each other, or not sixteen channels at a time");
}

/** One convolution: y is that of x by `scheme`; tiles begin `beforeX` and `beforeY` outside of them. */
struct Convolution {
  Convolution(const WinogradScheme& scheme, const Images& x, const Images& y, const Padding& beforeX, const Padding& beforeY)
      : scheme(scheme),
        x(x),
        y(y),
        beforeX(beforeX),
        beforeY(beforeY),
        blocks(x.batch, Reduced(y.height + beforeY.rows, scheme.outputs),
               Reduced(y.width + beforeY.columns, scheme.outputs), PositionCount(scheme.positions) * (x.channels + y.channels)) {}
  const WinogradScheme& scheme;
  const Images x, y;
  const Padding beforeX, beforeY;
  const Blocks blocks;
};

/** What is done with the pixels of a block: nothing. */
struct NoTally {
  void Take(int64_t, int64_t, int64_t) const {}
};

constexpr NoTally noTally;

/** Computes y; `tally` takes what each block gave of it. Of `beside`, of the shape of y (null: nothing), it takes the same pixels. */
template <typename Tally>
void Convolve(const Convolution& convolution, const Floats& kernel, bool transposed, Tally& tally,
              const float* beside = nullptr) {
  const WinogradScheme& scheme = convolution.scheme;
  const Images &x = convolution.x, &y = convolution.y;
  const Padding &beforeX = convolution.beforeX, &beforeY = convolution.beforeY;
  const Blocks& blocks = convolution.blocks;
  static thread_local Scratch kernels;
  float* transformed = kernels.Get(KernelCount(scheme.positions) * x.channels * y.channels);
  Team& team = Team::Get();
  team.Divide(x.channels / 16, [&](int64_t part) {
    scheme.transformKernel(kernel.data(), x.channels, y.channels, transposed, 16 * part, 16 * part + 16, transformed);
  });
  const int64_t positions = PositionCount(scheme.positions);
  team.Divide(blocks.count, [&](int64_t index) {
    static thread_local Scratch scratch;
    const int64_t length = blocks.Length(index), first = blocks.First(index);
    const int64_t inputs = positions * length * x.channels, outputs = positions * length * y.channels;
    const int64_t edge = std::max(x.channels, y.channels);
    float* tiles = scratch.Get(inputs + outputs + 2 * edge);
    float* products = tiles + inputs;
    float* zeros = products + outputs;
    memset(zeros, 0, edge * sizeof(float));
    scheme.transformInput(x, beforeX, blocks.rows, blocks.columns, first, length, zeros, tiles);
    Multiplying().multiply(scheme.positions, tiles, transformed, length, x.channels, y.channels, nullptr, products,
                           {blocks.Share(x, index + team.members()), blocks.Share(y, index + team.members()),
                            blocks.Share(y, index, beside)});
    scheme.transformOutput(products, beforeY, blocks.rows, blocks.columns, first, length, y, zeros + edge);
    if constexpr (!std::is_same_v<Tally, const NoTally>) {
      blocks.Stretches(y, beforeY, scheme.outputs, index,
                       [&](int64_t pixel, int64_t count) { tally.Take(index, pixel, count); });
    }
  });
}

/** Inputs x, kernel; output y, and if it is `measured` the mean and biased variance of its channels. */
template <bool measured>
void Compute(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    const int64_t stride = static_cast<const Settings*>(settings)->stride;
    Run run(context);
    const Floats input = run.Input(0), kernel = run.Input(1);
    const Images x = ImagesOf(input);
    if (kernel.rank() != 4) throw std::runtime_error("a kernel that is not one of a convolution");
    const Floats output =
        run.Output(0, {x.batch, Reduced(x.height, stride), Reduced(x.width, stride), kernel.length(3)});
    const Images y = ImagesOf(output);
    CheckShapes(x, kernel, y, stride);
    const WinogradScheme& scheme = stride == 1 ? Multiplying().plain : Multiplying().strided;
    const Convolution convolution(scheme, x, y, Before(x, stride), {0, 0});
    if constexpr (measured) {
      OutputMoments moments(y, convolution.blocks.count);
      Convolve(convolution, kernel, false, moments);
      moments.Join(run.Output(1, {y.channels}).data(), run.Output(2, {y.channels}).data());
    } else {
      Convolve(convolution, kernel, false, noTally);
    }
  });
}

/**
 * Inputs dy, kernel, x; output dx. If it is `measured`, x was normalized and rectified, and instead of it there is what was
 * normalized, with scale, offset, mean and variance of that; outputs then are the sums of `GradientTally`, too.
 */
template <bool measured>
void ComputeInputGradient(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    const auto [stride, epsilon] = *static_cast<const Settings*>(settings);
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
    const int64_t stride = static_cast<const Settings*>(settings)->stride;
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
      static thread_local Scratch scratch;
      float* own = sums + strand * volume;
      memset(own, 0, volume * sizeof(float));
      for (int64_t index = blocks.count * strand / strands; index < blocks.count * (strand + 1) / strands; index++) {
        const int64_t length = blocks.Length(index), first = blocks.First(index);
        const int64_t inputs = positions * length * x.channels, outputs = positions * length * dy.channels;
        const int64_t edge = std::max(x.channels, dy.channels);
        float* tiles = scratch.Get(inputs + outputs + edge);
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

/** Infers y [batch, height / stride, width / stride, out] from x and the kernel. */
template <int stride, bool measured>
void Infer(TF_ShapeInferenceContext* context, TF_Status* status) {
  Shapes shapes(context, status);
  TF_ShapeHandle* x = shapes.Input(0);
  TF_ShapeHandle* kernel = shapes.Input(1);
  const int64_t height = shapes.Length(x, 1), width = shapes.Length(x, 2);
  if (height < 0 || width < 0) return TF_ShapeInferenceContextSetUnknownShape(context, status);
  TF_ShapeHandle* shape = shapes.Part(x, 0, 1);
  shape = shapes.Join(shape, shapes.Vector(Reduced(height, stride)));
  shape = shapes.Join(shape, shapes.Vector(Reduced(width, stride)));
  shapes.SetOutput(0, shapes.Join(shape, shapes.Part(kernel, 3, 4)));
  for (int output = 1; measured && output < 3; output++) shapes.SetOutput(output, shapes.Part(kernel, 3, 4));
}

/** The sums of the measured gradient are like scale and offset, the inputs after x. */
void InferMeasuredGradient(TF_ShapeInferenceContext* context, TF_Status* status) {
  for (int output = 0; output < 3 && TF_GetCode(status) == TF_OK; output++) SameShape(context, 2 + output, output, status);
}

void InferLikeThird(TF_ShapeInferenceContext* context, TF_Status* status) { SameShape(context, 2, 0, status); }

}  // namespace

void RegisterConvolution() {
  const std::vector<const char*> inputs = {"x: float", "kernel: float"};
  const std::vector<const char*> moments = {"y: float", "mean: float", "variance: float"};
  Register({"SambenchConvolution", {}, inputs, {"y: float"}, Infer<1, false>, CreateWithStride<1>, Compute<false>, Destroy});
  Register({"SambenchStridedConvolution", {}, inputs, {"y: float"}, Infer<2, false>, CreateWithStride<2>, Compute<false>,
            Destroy});
  Register({"SambenchMeasuredConvolution", {}, inputs, moments, Infer<1, true>, CreateWithStride<1>, Compute<true>, Destroy});
  Register({"SambenchMeasuredStridedConvolution", {}, inputs, moments, Infer<2, true>, CreateWithStride<2>, Compute<true>,
            Destroy});
  Register({"SambenchConvolutionInputGrad",
            {"stride: int"},
            {"dy: float", "kernel: float", "x: float"},
            {"dx: float"},
            InferLikeThird,
            Create<false>,
            ComputeInputGradient<false>,
            Destroy});
  Register({"SambenchMeasuredConvolutionInputGrad",
            {"stride: int", "epsilon: float"},
            {"dy: float", "kernel: float", "x: float", "scale: float", "offset: float", "mean: float", "variance: float"},
            {"dx: float", "sum: float", "product: float"},
            InferMeasuredGradient,
            Create<true>,
            ComputeInputGradient<true>,
            Destroy});
  Register({"SambenchConvolutionFilterGrad",
            {"stride: int"},
            {"x: float", "dy: float", "kernel: float"},
            {"dkernel: float"},
            InferLikeThird,
            Create<false>,
            ComputeFilterGradient,
            Destroy});
}

}  // namespace sambench
