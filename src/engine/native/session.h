// Sessions that run a graph.
#ifndef SAMBENCH_SESSION_H_
#define SAMBENCH_SESSION_H_

#include <memory>
#include <stdexcept>
#include <vector>

#include "graph.h"
#include "javascript.h"
#include "status.h"
#include "tensor.h"
#include "tensorflow/c/c_api.h"

namespace sambench {

struct Session {
  TF_Session* session = nullptr;
  void Close() {
    if (!session) return;
    Status status;
    TF_CloseSession(session, status);
    TF_DeleteSession(session, status);
    session = nullptr;
  }
  ~Session() { Close(); }
};

/** newSession(graph, config bytes); the graph must outlive it and may grow while it is open */
inline napi_value NewSession(napi_env env, const std::vector<napi_value>& arguments) {
  Status status;
  const Bytes config = TypedArray(env, arguments[1]);
  std::unique_ptr<TF_SessionOptions, decltype(&TF_DeleteSessionOptions)> options(TF_NewSessionOptions(),
                                                                                   TF_DeleteSessionOptions);
  TF_SetConfig(options.get(), config.data, config.size, status);
  status.Check();
  auto session = std::make_unique<Session>();
  session->session = TF_NewSession(Internal<Graph>(env, arguments[0])->graph, options.get(), status);
  status.Check();
  return External(env, session.release());
}

/** closeSession(session) */
inline napi_value CloseSession(napi_env env, const std::vector<napi_value>& arguments) {
  Internal<Session>(env, arguments[0])->Close();
  return nullptr;
}

/**
 * runSession(session, graph, feeds [{ operation, dtype, shape, values }], fetches [op, output, …], targets [op …],
 * trace) → { tensors, trace: ArrayBuffer | null }, the trace being a serialized RunMetadata
 */
inline napi_value RunSession(napi_env env, const std::vector<napi_value>& arguments) {
  Session* session = Internal<Session>(env, arguments[0]);
  if (!session->session) throw std::runtime_error("the session is closed");
  Graph* graph = Internal<Graph>(env, arguments[1]);
  std::vector<Tensor> owned;
  std::vector<TF_Output> inputs;
  std::vector<TF_Tensor*> values;
  for (napi_value feed : Elements(env, arguments[2])) {
    inputs.push_back({OperationOf(graph, Integer(env, Property(env, feed, "operation"))), 0});
    owned.push_back(MakeTensor(static_cast<TF_DataType>(Integer(env, Property(env, feed, "dtype"))),
                               Integers(env, Property(env, feed, "shape")),
                               TypedArray(env, Property(env, feed, "values"))));
    values.push_back(owned.back().get());
  }
  const std::vector<TF_Output> outputs = OutputsOf(env, graph, arguments[3]);
  std::vector<TF_Operation*> targets;
  for (int64_t target : Integers(env, arguments[4])) targets.push_back(OperationOf(graph, target));
  const bool trace = Truth(env, arguments[5]);
  // RunOptions with trace_level FULL_TRACE.
  const uint8_t traced[] = {0x08, 0x03};
  std::unique_ptr<TF_Buffer, decltype(&TF_DeleteBuffer)> options(
      trace ? TF_NewBufferFromString(traced, sizeof traced) : nullptr, TF_DeleteBuffer);
  std::unique_ptr<TF_Buffer, decltype(&TF_DeleteBuffer)> metadata(trace ? TF_NewBuffer() : nullptr, TF_DeleteBuffer);
  std::vector<TF_Tensor*> results(outputs.size(), nullptr);
  Status status;
  TF_SessionRun(session->session, options.get(), inputs.data(), values.data(), static_cast<int>(inputs.size()),
                outputs.data(), results.data(), static_cast<int>(outputs.size()), targets.data(),
                static_cast<int>(targets.size()), metadata.get(), status);
  for (TF_Tensor* tensor : results) {
    if (tensor) owned.emplace_back(tensor, TF_DeleteTensor);
  }
  status.Check();
  napi_value result, tensors, told;
  Check(env, napi_create_object(env, &result));
  Check(env, napi_create_array_with_length(env, results.size(), &tensors));
  for (size_t i = 0; i < results.size(); i++) {
    Check(env, napi_set_element(env, tensors, i, DescribeTensor(env, results[i])));
  }
  if (trace) {
    told = Buffer(env, metadata.get());
  } else {
    Check(env, napi_get_null(env, &told));
  }
  Check(env, napi_set_named_property(env, result, "tensors", tensors));
  Check(env, napi_set_named_property(env, result, "trace", told));
  return result;
}

}  // namespace sambench

#endif
