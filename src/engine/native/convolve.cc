// The operations SambenchConvolution and SambenchStridedConvolution: 3x3 convolutions. The measured ones tell the moments of
// what they give as well.
#include "convolution.h"
#include "operations.h"

namespace sambench {
namespace {

template <int stride>
void* Create(TF_OpKernelConstruction*) {
  return new ConvolutionSettings{stride};
}

/** Inputs x, kernel; output y, and if it is `measured` the mean and biased variance of its channels. */
template <bool measured>
void Compute(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    const int64_t stride = static_cast<const ConvolutionSettings*>(settings)->stride;
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

template <int stride, bool measured>
void RegisterOne(const char* name) {
  std::vector<const char*> outputs = {"y: float"};
  if (measured) outputs.insert(outputs.end(), {"mean: float", "variance: float"});
  Register({name, {}, {"x: float", "kernel: float"}, outputs, Infer<stride, measured>, Create<stride>, Compute<measured>,
            ConvolutionSettings::Destroy});
}

}  // namespace

void RegisterConvolution() {
  RegisterOne<1, false>("SambenchConvolution");
  RegisterOne<2, false>("SambenchStridedConvolution");
  RegisterOne<1, true>("SambenchMeasuredConvolution");
  RegisterOne<2, true>("SambenchMeasuredStridedConvolution");
}

}  // namespace sambench
