// The operations that this library adds to TensorFlow, by the function that makes each known.
#ifndef SAMBENCH_OPERATIONS_H_
#define SAMBENCH_OPERATIONS_H_

namespace sambench {

void RegisterNormalization();
void RegisterConvolution();
void RegisterConvolutionGradient();
void RegisterProjection();
void RegisterProjectionGradient();
void RegisterPool();
void RegisterElementwise();

}  // namespace sambench

#endif
