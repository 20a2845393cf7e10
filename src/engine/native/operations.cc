// The addon that makes our operations known to TensorFlow when it is loaded.
#include <node_api.h>

#include <stdexcept>

#include "operations.h"

namespace {

napi_value Init(napi_env env, napi_value exports) {
  try {
    sambench::RegisterNormalization();
    sambench::RegisterConvolution();
    sambench::RegisterProjection();
  } catch (const std::exception& failure) {
    napi_throw_error(env, nullptr, failure.what());
  }
  return exports;
}

}  // namespace

NAPI_MODULE(operations, Init)
