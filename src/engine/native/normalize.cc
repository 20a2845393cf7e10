// The operations SambenchNormalize and SambenchNormalizeGrad: batch normalization by the batch's own statistics (Ioffe
// and Szegedy 2015) over all but the last axis, with the rectifier and the residual sum that often follow it, in as few
// passes over the memory as there can be. Sums go over chunks of rows that fit in a core's cache and are combined in double
// precision in a fixed order, so the results do not depend on the number of threads.
#include <math.h>

#include <algorithm>

#include "kernel.h"
#include "normalization.h"
#include "operations.h"
#include "parallel.h"
#include "variants.h"

namespace sambench {
namespace {

const NormalizationRoutines& Routines() {
  static const NormalizationRoutines* best = SAMBENCH_BEST(Normalization);
  return *best;
}

struct Settings {
  float epsilon = 0;
  bool rectify = false;
};

void* Create(TF_OpKernelConstruction* construction) {
  auto* settings = new Settings;
  Status status;
  unsigned char rectify = 0;
  TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &settings->epsilon, status);
  if (TF_GetCode(status) == TF_OK) TF_OpKernelConstruction_GetAttrBool(construction, "rectify", &rectify, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  settings->rectify = rectify != 0;
  return settings;
}

void Destroy(void* settings) { delete static_cast<Settings*>(settings); }

/** A tensor seen as rows of channels, and the chunks of rows that it is worked through in. */
struct Rows {
  explicit Rows(const Floats& x) : channels(x.rank() > 0 ? x.length(x.rank() - 1) : 0) {
    if (channels == 0 || x.size() == 0) throw std::runtime_error("batch normalization of nothing");
    rows = x.size() / channels;
    // About 64 KB, and a multiple of the rows that are worked on at once.
    chunk = std::max<int64_t>(4, 16384 / channels / 4 * 4);
    chunks = (rows + chunk - 1) / chunk;
  }
  int64_t Begin(int64_t index) const { return index * chunk; }
  int64_t Count(int64_t index) const { return std::min(chunk, rows - index * chunk); }
  int64_t channels, rows, chunk, chunks;
};

/** Calls `work` with every chunk, by several threads; backwards where the last chunks are still in the cache. */
template <typename Work>
void Forwards(const Rows& rows, const Work& work) {
  Team::Get().Divide(rows.chunks, work);
}
template <typename Work>
void Backwards(const Rows& rows, const Work& work) {
  Team::Get().Divide(rows.chunks, [&](int64_t index) { work(rows.chunks - 1 - index); });
}

/** Joins the moments of the chunks (Chan, Golub and LeVeque 1979): mean and biased variance of all rows. */
void JoinMoments(const Rows& rows, const std::vector<float>& means, const std::vector<float>& squares, float* mean,
                 float* variance) {
  std::vector<double> m(rows.channels, 0), s(rows.channels, 0);
  double seen = 0;
  for (int64_t index = 0; index < rows.chunks; index++) {
    const double count = static_cast<double>(rows.Count(index));
    const double total = seen + count;
    const double share = count / total, weight = seen * share;
    for (int64_t c = 0; c < rows.channels; c++) {
      const double delta = means[index * rows.channels + c] - m[c];
      m[c] += delta * share;
      s[c] += squares[index * rows.channels + c] + delta * delta * weight;
    }
    seen = total;
  }
  for (int64_t c = 0; c < rows.channels; c++) {
    mean[c] = static_cast<float>(m[c]);
    variance[c] = static_cast<float>(s[c] / seen);
  }
}

void Check(const Floats& vector, const Rows& rows) {
  if (vector.size() != rows.channels) throw std::runtime_error("a vector of batch normalization of another length");
}

/** Scale divided by the deviation. */
std::vector<float> Slope(const float* scale, const float* variance, int64_t channels, float epsilon) {
  std::vector<float> slope(channels);
  for (int64_t c = 0; c < channels; c++)
    slope[c] = static_cast<float>(scale[c] / sqrt(static_cast<double>(variance[c]) + epsilon));
  return slope;
}

/** Inputs x, scale, offset and, if there is one, the shortcut; outputs y, mean, biased variance. */
void Compute(void* kernel, TF_OpKernelContext* context) {
  Guard(context, [&] {
    const auto& settings = *static_cast<const Settings*>(kernel);
    Run run(context);
    const Floats x = run.Input(0), scale = run.Input(1), offset = run.Input(2);
    const Rows rows(x);
    Check(scale, rows);
    Check(offset, rows);
    const int64_t channels = rows.channels;
    const Floats y = run.Output(0, x.shape()), mean = run.Output(1, {channels}), variance = run.Output(2, {channels});
    std::vector<float> means(rows.chunks * channels), squares(rows.chunks * channels);
    Forwards(rows, [&](int64_t index) {
      Routines().moments(x.data() + rows.Begin(index) * channels, rows.Count(index), channels, &means[index * channels],
                         &squares[index * channels]);
    });
    JoinMoments(rows, means, squares, mean.data(), variance.data());
    const std::vector<float> slope = Slope(scale.data(), variance.data(), channels, settings.epsilon);
    if (run.inputs() > 3) {
      const Floats shortcut = run.Input(3);
      if (shortcut.size() != x.size()) throw std::runtime_error("a shortcut of another size");
      Backwards(rows, [&](int64_t index) {
        const int64_t at = rows.Begin(index) * channels;
        Routines().added(x.data() + at, shortcut.data() + at, rows.Count(index), channels, mean.data(), slope.data(),
                         offset.data(), y.data() + at);
      });
      return;
    }
    const auto normalize = settings.rectify ? Routines().rectified : Routines().normalize;
    Backwards(rows, [&](int64_t index) {
      const int64_t at = rows.Begin(index) * channels;
      normalize(x.data() + at, rows.Count(index), channels, mean.data(), slope.data(), offset.data(), y.data() + at);
    });
  });
}

/** Inputs dy, x, scale, offset, mean, variance and, if there was a shortcut, y; outputs dx, dscale, doffset, dshortcut. */
void ComputeGradient(void* kernel, TF_OpKernelContext* context) {
  Guard(context, [&] {
    const auto& settings = *static_cast<const Settings*>(kernel);
    Run run(context);
    const Floats x = run.Input(1), scale = run.Input(2), offset = run.Input(3), mean = run.Input(4),
                 variance = run.Input(5);
    const Rows rows(x);
    const int64_t channels = rows.channels;
    for (const Floats* vector : {&scale, &offset, &mean, &variance}) Check(*vector, rows);
    const bool shortcut = run.inputs() > 6;
    // With a shortcut, its gradient is the one through the rectifier, of which the rest can be computed.
    const Floats dx = shortcut ? run.Output(0, x.shape()) : run.OutputInPlaceOf(0, 0, x.shape());
    const Floats dscale = run.Output(1, {channels}), doffset = run.Output(2, {channels});
    const Floats through = shortcut ? run.OutputInPlaceOf(0, 3, x.shape()) : Floats(nullptr);
    const Floats dy = run.Input(0);
    if (dy.size() != x.size()) throw std::runtime_error("a gradient of another size");
    const Floats y = shortcut ? run.Input(6) : Floats(nullptr);
    const float* g = shortcut ? through.data() : dy.data();
    const bool rectify = settings.rectify && !shortcut;

    const std::vector<float> slope = Slope(scale.data(), variance.data(), channels, settings.epsilon);
    std::vector<float> sums(rows.chunks * channels), products(rows.chunks * channels);
    const auto sum = rectify ? Routines().rectifiedSums : Routines().sums;
    Forwards(rows, [&](int64_t index) {
      const int64_t at = rows.Begin(index) * channels;
      if (shortcut)
        Routines().throughRectifier(dy.data() + at, y.data() + at, rows.Count(index) * channels, through.data() + at);
      sum(g + at, x.data() + at, rows.Count(index), channels, mean.data(), slope.data(), offset.data(),
          &sums[index * channels], &products[index * channels]);
    });

    std::vector<float> average(channels), pull(channels);
    for (int64_t c = 0; c < channels; c++) {
      double total = 0, product = 0;
      for (int64_t index = 0; index < rows.chunks; index++) {
        total += sums[index * channels + c];
        product += products[index * channels + c];
      }
      const double spread = static_cast<double>(variance.data()[c]) + settings.epsilon;
      doffset.data()[c] = static_cast<float>(total);
      dscale.data()[c] = static_cast<float>(product / sqrt(spread));
      average[c] = static_cast<float>(total / static_cast<double>(rows.rows));
      pull[c] = static_cast<float>(product / static_cast<double>(rows.rows) / spread);
    }
    const auto gradient = rectify ? Routines().rectifiedGradient : Routines().gradient;
    Backwards(rows, [&](int64_t index) {
      const int64_t at = rows.Begin(index) * channels;
      gradient(g + at, x.data() + at, rows.Count(index), channels, mean.data(), slope.data(), offset.data(),
               average.data(), pull.data(), dx.data() + at);
    });
  });
}

void Infer(TF_ShapeInferenceContext* context, TF_Status* status) {
  const int like[] = {0, 1, 1};
  for (int output = 0; output < 3 && TF_GetCode(status) == TF_OK; output++)
    SameShape(context, like[output], output, status);
}

void InferGradient(TF_ShapeInferenceContext* context, TF_Status* status) {
  const int like[] = {1, 2, 2, 1};
  const int outputs = TF_ShapeInferenceContextNumInputs(context) > 6 ? 4 : 3;
  for (int output = 0; output < outputs && TF_GetCode(status) == TF_OK; output++)
    SameShape(context, like[output], output, status);
}

}  // namespace

void RegisterNormalization() {
  const std::vector<const char*> attributes = {"shortcuts: int >= 0", "epsilon: float", "rectify: bool"};
  Register({"SambenchNormalize",
            attributes,
            {"x: float", "scale: float", "offset: float", "shortcut: shortcuts * float"},
            {"y: float", "mean: float", "variance: float"},
            Infer,
            Create,
            Compute,
            Destroy});
  Register({"SambenchNormalizeGrad",
            attributes,
            {"dy: float", "x: float", "scale: float", "offset: float", "mean: float", "variance: float",
             "y: shortcuts * float"},
            {"dx: float", "dscale: float", "doffset: float", "dshortcut: shortcuts * float"},
            InferGradient,
            Create,
            ComputeGradient,
            Destroy});
}

}  // namespace sambench
