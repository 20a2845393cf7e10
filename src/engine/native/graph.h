// A TensorFlow graph that grows operation by operation. Shapes are inferred while it grows, so that a program can be
// recorded without running it.
#ifndef SAMBENCH_GRAPH_H_
#define SAMBENCH_GRAPH_H_

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "attribute.h"
#include "definition.h"
#include "javascript.h"
#include "status.h"
#include "tensor.h"
#include "tensorflow/c/c_api.h"

namespace sambench {

struct Graph {
  TF_Graph* graph = TF_NewGraph();
  std::vector<TF_Operation*> operations;
  std::map<std::string, std::vector<Argument>> definitions;
  ~Graph() { TF_DeleteGraph(graph); }

  const std::vector<Argument>& Arguments(const std::string& type) {
    auto found = definitions.find(type);
    if (found != definitions.end()) return found->second;
    Status status;
    std::unique_ptr<TF_Buffer, decltype(&TF_DeleteBuffer)> buffer(TF_NewBuffer(), TF_DeleteBuffer);
    TF_GraphGetOpDef(graph, type.c_str(), buffer.get(), status);
    status.Check();
    return definitions[type] = ParseArguments(buffer.get());
  }
};

/** The operation of a number; throws where the graph has none. */
inline TF_Operation* OperationOf(const Graph* graph, int64_t number) {
  if (number < 0 || static_cast<size_t>(number) >= graph->operations.size())
    throw std::runtime_error("the graph has no operation " + std::to_string(number));
  return graph->operations[static_cast<size_t>(number)];
}

inline std::vector<TF_Output> OutputsOf(napi_env env, Graph* graph, napi_value flat) {
  const std::vector<int64_t> numbers = Integers(env, flat);
  std::vector<TF_Output> outputs;
  for (size_t i = 0; i + 1 < numbers.size(); i += 2) {
    outputs.push_back({OperationOf(graph, numbers[i]), static_cast<int>(numbers[i + 1])});
  }
  return outputs;
}

/** [{ dtype, shape | null }] of an operation's outputs; a shape that depends on values is null. */
inline napi_value DescribeOutputs(napi_env env, Graph* graph, TF_Operation* operation) {
  const int count = TF_OperationNumOutputs(operation);
  napi_value result;
  Check(env, napi_create_array_with_length(env, count, &result));
  for (int i = 0; i < count; i++) {
    const TF_Output output{operation, i};
    Status status;
    const int rank = TF_GraphGetTensorNumDims(graph->graph, output, status);
    status.Check();
    std::vector<int64_t> shape(rank > 0 ? rank : 0);
    if (rank > 0) TF_GraphGetTensorShape(graph->graph, output, shape.data(), rank, status);
    status.Check();
    bool known = rank >= 0;
    for (int64_t length : shape) known = known && length >= 0;
    napi_value description, dtype, lengths;
    Check(env, napi_create_object(env, &description));
    Check(env, napi_create_int32(env, TF_OperationOutputType(output), &dtype));
    if (known) {
      Check(env, napi_create_array_with_length(env, shape.size(), &lengths));
      for (size_t j = 0; j < shape.size(); j++) {
        napi_value length;
        Check(env, napi_create_int64(env, shape[j], &length));
        Check(env, napi_set_element(env, lengths, j, length));
      }
    } else {
      Check(env, napi_get_null(env, &lengths));
    }
    Check(env, napi_set_named_property(env, description, "dtype", dtype));
    Check(env, napi_set_named_property(env, description, "shape", lengths));
    Check(env, napi_set_element(env, result, i, description));
  }
  return result;
}

/** addOperation(graph, type, name, inputs [op, output, …], control [op …], attributes) → descriptions of its outputs */
inline napi_value AddOperation(napi_env env, const std::vector<napi_value>& arguments) {
  Graph* graph = Internal<Graph>(env, arguments[0]);
  const std::string type = Text(env, arguments[1]);
  const std::vector<TF_Output> inputs = OutputsOf(env, graph, arguments[3]);
  const std::vector<Argument>& definition = graph->Arguments(type);
  TF_OperationDescription* description = TF_NewOperation(graph->graph, type.c_str(), Text(env, arguments[2]).c_str());
  // A description can only be got rid of by finishing it, so a failure is kept until then.
  std::string failure;
  Status status;
  try {
    std::map<std::string, int64_t> sizes;
    for (napi_value attribute : Elements(env, arguments[5])) SetAttribute(env, description, attribute, &sizes);
    size_t next = 0;
    for (const Argument& argument : definition) {
      const bool list = !argument.number_attribute.empty() || !argument.type_list_attribute.empty();
      const std::string& attribute =
          argument.number_attribute.empty() ? argument.type_list_attribute : argument.number_attribute;
      const auto size = sizes.find(attribute);
      if (list && size == sizes.end()) throw std::runtime_error("the attribute " + attribute + " of " + type + " is missing");
      const size_t count = list ? static_cast<size_t>(size->second) : 1;
      if (next + count > inputs.size()) throw std::runtime_error(type + " has too few inputs");
      if (list) {
        TF_AddInputList(description, inputs.data() + next, static_cast<int>(count));
      } else {
        TF_AddInput(description, inputs[next]);
      }
      next += count;
    }
    if (next != inputs.size()) throw std::runtime_error(type + " has too many inputs");
    for (int64_t control : Integers(env, arguments[4])) {
      TF_AddControlInput(description, OperationOf(graph, control));
    }
  } catch (const std::exception& found) {
    // Lack of memory is among them: the description must be finished all the same. One attribute of two values makes
    // TensorFlow refuse it, so that no operation is left in the graph.
    failure = found.what();
    TF_SetAttrInt(description, "_failed", 1);
    TF_SetAttrInt(description, "_failed", 2);
  }
  TF_Operation* operation = TF_FinishOperation(description, status);
  if (!failure.empty()) throw std::runtime_error(failure);
  status.Check();
  graph->operations.push_back(operation);
  return DescribeOutputs(env, graph, operation);
}

/** newGraph() */
inline napi_value NewGraph(napi_env env, const std::vector<napi_value>&) { return External(env, new Graph()); }

/** graphDefinition(graph) → ArrayBuffer with the serialized GraphDef */
inline napi_value GraphDefinition(napi_env env, const std::vector<napi_value>& arguments) {
  Status status;
  std::unique_ptr<TF_Buffer, decltype(&TF_DeleteBuffer)> buffer(TF_NewBuffer(), TF_DeleteBuffer);
  TF_GraphToGraphDef(Internal<Graph>(env, arguments[0])->graph, buffer.get(), status);
  status.Check();
  return Buffer(env, buffer.get());
}

}  // namespace sambench

#endif
