// The addon that builds TensorFlow graphs operation by operation and runs them in sessions, through TensorFlow's C interface
// alone: what JavaScript calls (`native.ts` has the types).
#include <node_api.h>

#include <exception>
#include <stdexcept>
#include <vector>

#include "graph.h"
#include "session.h"

namespace sambench {
namespace {

using Function = napi_value (*)(napi_env, const std::vector<napi_value>&);

template <Function function, size_t count>
napi_value Call(napi_env env, napi_callback_info info) {
  try {
    std::vector<napi_value> arguments(count);
    size_t given = count;
    napi_get_cb_info(env, info, &given, arguments.data(), nullptr, nullptr);
    if (given < count) throw std::runtime_error("too few arguments");
    return function(env, arguments);
  } catch (const std::exception& failure) {
    napi_throw_error(env, nullptr, failure.what());
  } catch (...) {
    napi_throw_error(env, nullptr, "the addon failed for an unknown reason");
  }
  return nullptr;
}

template <Function function, size_t count>
void Export(napi_env env, napi_value exports, const char* name) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, Call<function, count>, nullptr, &value);
  napi_set_named_property(env, exports, name, value);
}

napi_value Init(napi_env env, napi_value exports) {
  Export<NewGraph, 0>(env, exports, "newGraph");
  Export<AddOperation, 6>(env, exports, "addOperation");
  Export<GraphDefinition, 1>(env, exports, "graphDefinition");
  Export<NewSession, 2>(env, exports, "newSession");
  Export<CloseSession, 1>(env, exports, "closeSession");
  Export<RunSession, 6>(env, exports, "runSession");
  return exports;
}

}  // namespace
}  // namespace sambench

NAPI_MODULE(graph, sambench::Init)
