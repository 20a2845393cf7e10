// The operations SambenchNormalize and SambenchNormalizeGrad: batch normalization by the batch's own statistics (Ioffe
// and Szegedy 2015) over all but the last axis, with the rectifier and the residual sum that often follow it, in as few
// passes over the memory as there can be.
#include "operations.h"
#include "rectified_gradient.h"

namespace sambench {
namespace {

/** Inputs x, scale, offset and, if there is one, the shortcut; outputs y, mean, biased variance. */
void Compute(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    Run run(context);
    const Floats x = run.Input(0), scale = run.Input(1), offset = run.Input(2);
    const Floats shortcut = run.inputs() > 3 ? run.Input(3) : Floats(nullptr);
    const Rows rows(x);
    if (shortcut.data()) DemandSameShape("a shortcut", shortcut, x.shape());
    const Floats y = run.Output(0, x.shape()), mean = run.Output(1, {rows.channels}),
                 variance = run.Output(2, {rows.channels});
    NormalizeRows(*static_cast<const NormalizationSettings*>(settings), rows, Kept(rows, x.data()), Kept(rows, x.data()),
                  scale, offset, Kept(rows, shortcut.data()), mean.data(), variance.data(), y.data());
  });
}

/** Inputs dy, x, scale, offset, y if there was a shortcut, mean, variance; outputs dx, dscale, doffset, dshortcut. */
void ComputeGradient(void* settings, TF_OpKernelContext* context) {
  Guard(context, [&] {
    Run run(context);
    const bool shortcut = run.inputs() > 6;
    const int after = shortcut ? 5 : 4;
    const Floats x = run.Input(1), scale = run.Input(2), offset = run.Input(3), mean = run.Input(after),
                 variance = run.Input(after + 1);
    const Rows rows(x);
    const Floats dx = shortcut ? run.Output(0, x.shape()) : run.OutputInPlaceOf(0, 0, x.shape());
    const Floats dscale = run.Output(1, {rows.channels}), doffset = run.Output(2, {rows.channels});
    const Floats through = shortcut ? run.OutputInPlaceOf(0, 3, x.shape()) : Floats(nullptr);
    const Floats dy = run.Input(0), y = shortcut ? run.Input(4) : Floats(nullptr);
    DemandSameShape("a gradient", dy, x.shape());
    if (shortcut) DemandSameShape("an output", y, x.shape());
    NormalizationGradient gradient(*static_cast<const NormalizationSettings*>(settings), rows, scale, offset, mean,
                                   variance, shortcut);
    const Chunks chunks = Kept(rows, x.data()), gradients = Kept(rows, shortcut ? through.data() : dy.data());
    const Chunks first = shortcut ? Through(rows, dy.data(), y.data(), through.data()) : gradients;
    Forwards(rows, [&](int64_t index) { gradient.Sum(index, first(index), chunks(index)); });
    gradient.Join(dscale.data(), doffset.data());
    Backwards(rows, [&](int64_t index) {
      gradient.Input(index, gradients(index), chunks(index), dx.data() + rows.Begin(index) * rows.channels);
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
            NormalizationSettings::Create,
            Compute,
            NormalizationSettings::Destroy});
  Register({"SambenchNormalizeGrad",
            attributes,
            {"dy: float", "x: float", "scale: float", "offset: float", "y: shortcuts * float", "mean: float",
             "variance: float"},
            {"dx: float", "dscale: float", "doffset: float", "dshortcut: shortcuts * float"},
            InferGradient,
            NormalizationSettings::Create,
            ComputeGradient,
            NormalizationSettings::Destroy});
}

}  // namespace sambench
