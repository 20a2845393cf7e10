// The addon that makes our operations known to TensorFlow when it is loaded.
#include <node_api.h>

#include <mutex>
#include <stdexcept>

#include "instructions.h"
#include "operations.h"

namespace {

napi_value Init(napi_env env, napi_value exports) {
  // Once a process, however many threads load this: TensorFlow takes a name only once.
  static bool registered = false;
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  napi_value instructions;
  napi_create_string_utf8(env, sambench::NameOf(sambench::BestInstructions()), NAPI_AUTO_LENGTH, &instructions);
  napi_set_named_property(env, exports, "instructions", instructions);
  if (registered) return exports;
  registered = true;
  try {
    sambench::RegisterNormalization();
    sambench::RegisterConvolution();
    sambench::RegisterConvolutionGradient();
    sambench::RegisterProjection();
    sambench::RegisterProjectionGradient();
    sambench::RegisterPool();
    sambench::RegisterElementwise();
  } catch (const std::exception& failure) {
    napi_throw_error(env, nullptr, failure.what());
  }
  return exports;
}

}  // namespace

NAPI_MODULE(operations, Init)
