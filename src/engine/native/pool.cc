// The operations SambenchNormalizeAndPool and SambenchNormalizeAndPoolGrad: batch normalization as SambenchNormalize does it,
// and the mean over each image after it. Neither what was normalized nor its gradient ever goes to the memory in full.
#include <string.h>

#include "batch_normalization.h"
#include "operations.h"
#include "scratch.h"

namespace sambench {
namespace {

/** A tensor of images as rows, and where the images lie in its chunks, which they need not be aligned with. */
struct ImageRows : Rows {
  explicit ImageRows(const Floats& x) : Rows(x), images(x.length(0)), pixels(rows / images) {}

  /** Calls `work(image, begin, count)` for every image of chunk `index`, with the rows of the chunk that are of the image. */
  template <typename Work>
  void Within(int64_t index, const Work& work) const {
    const int64_t start = Begin(index), end = start + Count(index);
    for (int64_t begin = start; begin < end;) {
      const int64_t image = begin / pixels, next = std::min(end, (image + 1) * pixels);
      work(image, begin - start, next - begin);
      begin = next;
    }
  }
  /** The number of what lies both in a chunk and an image: from one such part to the next, one or both of these go on. */
  int64_t Part(int64_t chunk, int64_t image) const { return chunk + image; }
  int64_t parts() const { return chunks + images; }

  int64_t images, pixels;
};

/** Throws where `x` is not what `ImageRows` takes. */
const Floats& Demanded(const Floats& x) {
  if (x.rank() != 4) throw std::runtime_error("images of another rank than 4");
  return x;
}

/** The mean over each image of what is normalized. */
void Pool(const NormalizationSettings& settings, const ImageRows& rows, const float* x, const float* scale,
          const float* offset, const float* mean, const float* variance, float* pooled) {
  const int64_t channels = rows.channels;
  const std::vector<float> slope = Slope(scale, variance, channels, settings.epsilon);
  const auto normalize = settings.rectify ? Normalizing().rectified : Normalizing().normalize;
  Scratch memory;
  float* const totals = memory.Get(rows.parts() * channels);
  Backwards(rows, [&](int64_t index) {
    static thread_local Scratch scratch;
    float* const y = scratch.Get(rows.chunk * channels);
    normalize(x + rows.Begin(index) * channels, rows.Count(index), channels, mean, slope.data(), offset, false, y);
    rows.Within(index, [&](int64_t image, int64_t begin, int64_t count) {
      Normalizing().total(y + begin * channels, count, channels, totals + rows.Part(index, image) * channels);
    });
  });
  Team::Get().Divide(rows.images, [&](int64_t image) {
    const int64_t first = image * rows.pixels / rows.chunk, last = ((image + 1) * rows.pixels - 1) / rows.chunk;
    for (int64_t c = 0; c < channels; c++) {
      double total = 0;
      for (int64_t chunk = first; chunk <= last; chunk++) total += totals[rows.Part(chunk, image) * channels + c];
      pooled[image * channels + c] = static_cast<float>(total / static_cast<double>(rows.pixels));
    }
  });
}

/** The chunks of the gradient of what was pooled, into memory of the calling thread, until its next chunk. */
Chunks Spread(const ImageRows& rows, const float* dpooled) {
  return [=](int64_t index) {
    static thread_local Scratch scratch;
    const int64_t channels = rows.channels;
    const float share = static_cast<float>(1.0 / static_cast<double>(rows.pixels));
    float* const chunk = scratch.Get(rows.chunk * channels);
    rows.Within(index, [&](int64_t image, int64_t begin, int64_t count) {
      float* const first = chunk + begin * channels;
      for (int64_t c = 0; c < channels; c++) first[c] = dpooled[image * channels + c] * share;
      for (int64_t row = 1; row < count; row++) memcpy(first + row * channels, first, channels * sizeof(float));
    });
    return chunk;
  };
}

/** Inputs x, scale, offset; outputs pooled, mean, biased variance. */
void Compute(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    Run run(context);
    const Floats x = run.Input(0), scale = run.Input(1), offset = run.Input(2);
    const ImageRows rows(Demanded(x));
    const Floats pooled = run.Output(0, {rows.images, 1, 1, rows.channels}), mean = run.Output(1, {rows.channels}),
                 variance = run.Output(2, {rows.channels});
    const auto& normalization = *static_cast<const NormalizationSettings*>(settings);
    CheckNormalization(normalization, rows.channels, {&scale, &offset}, false);
    Moments(rows, Kept(rows, x.data()), mean.data(), variance.data());
    Pool(normalization, rows, x.data(), scale.data(), offset.data(), mean.data(), variance.data(), pooled.data());
  });
}

/** Inputs dpooled, x, scale, offset, mean, variance; outputs dx, dscale, doffset. */
void ComputeGradient(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    Run run(context);
    const Floats dpooled = run.Input(0), x = run.Input(1), scale = run.Input(2), offset = run.Input(3),
                 mean = run.Input(4), variance = run.Input(5);
    const ImageRows rows(Demanded(x));
    DemandSameShape("a gradient", dpooled, {rows.images, 1, 1, rows.channels});
    const Floats dx = run.Output(0, x.shape()), dscale = run.Output(1, {rows.channels}),
                 doffset = run.Output(2, {rows.channels});
    NormalizationGradient gradient(*static_cast<const NormalizationSettings*>(settings), rows, scale, offset, mean,
                                   variance, false);
    const Chunks chunks = Kept(rows, x.data()), gradients = Spread(rows, dpooled.data());
    Forwards(rows, [&](int64_t index) { gradient.Sum(index, gradients(index), chunks(index)); });
    gradient.Join(dscale.data(), doffset.data());
    Backwards(rows, [&](int64_t index) {
      gradient.Input(index, gradients(index), chunks(index), dx.data() + rows.Begin(index) * rows.channels);
    });
  });
}

void Infer(TF_ShapeInferenceContext* context, TF_Status* status) {
  Shapes shapes(context, status);
  TF_ShapeHandle* x = shapes.Input(0);
  TF_ShapeHandle* pixel = shapes.Join(shapes.Vector(1), shapes.Vector(1));
  shapes.SetOutput(0, shapes.Join(shapes.Join(shapes.Part(x, 0, 1), pixel), shapes.Part(x, 3, 4)));
  for (int output : {1, 2}) shapes.SetOutput(output, shapes.Input(1));
}

void InferGradient(TF_ShapeInferenceContext* context, TF_Status* status) {
  for (int output = 0; output < 3 && TF_GetCode(status) == TF_OK; output++) SameShape(context, output + 1, output, status);
}

}  // namespace

void RegisterPool() {
  const std::vector<const char*> attributes = {"epsilon: float", "rectify: bool"};
  Register({"SambenchNormalizeAndPool",
            attributes,
            {"x: float", "scale: float", "offset: float"},
            {"pooled: float", "mean: float", "variance: float"},
            Infer,
            NormalizationSettings::Create,
            Compute,
            NormalizationSettings::Destroy});
  Register({"SambenchNormalizeAndPoolGrad",
            attributes,
            {"dpooled: float", "x: float", "scale: float", "offset: float", "mean: float", "variance: float"},
            {"dx: float", "dscale: float", "doffset: float"},
            InferGradient,
            NormalizationSettings::Create,
            ComputeGradient,
            NormalizationSettings::Destroy});
}

}  // namespace sambench
