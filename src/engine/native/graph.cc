// Builds TensorFlow graphs operation by operation and runs them in sessions, through TensorFlow's C interface alone.
// Shapes are inferred while the graph grows, so that a program can be recorded without running it.
#include <node_api.h>
#include <stdint.h>
#include <string.h>

#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tensorflow/c/c_api.h"

namespace {

struct Failure {
  std::string message;
};

void Check(napi_env env, napi_status status) {
  if (status == napi_ok) return;
  const napi_extended_error_info* info = nullptr;
  napi_get_last_error_info(env, &info);
  throw Failure{info && info->error_message ? info->error_message : "a value of an unexpected kind"};
}

struct Status {
  TF_Status* status = TF_NewStatus();
  ~Status() { TF_DeleteStatus(status); }
  void Check() const {
    if (TF_GetCode(status) != TF_OK) throw Failure{TF_Message(status)};
  }
};

// ---- values of JavaScript ------------------------------------------------------------------------------------------

napi_value Property(napi_env env, napi_value object, const char* name) {
  napi_value value;
  Check(env, napi_get_named_property(env, object, name, &value));
  return value;
}

bool IsArray(napi_env env, napi_value value) {
  bool is = false;
  Check(env, napi_is_array(env, value, &is));
  return is;
}

std::vector<napi_value> Elements(napi_env env, napi_value array) {
  uint32_t length = 0;
  Check(env, napi_get_array_length(env, array, &length));
  std::vector<napi_value> elements(length);
  for (uint32_t i = 0; i < length; i++) Check(env, napi_get_element(env, array, i, &elements[i]));
  return elements;
}

int64_t Integer(napi_env env, napi_value value) {
  int64_t number = 0;
  Check(env, napi_get_value_int64(env, value, &number));
  return number;
}

double Number(napi_env env, napi_value value) {
  double number = 0;
  Check(env, napi_get_value_double(env, value, &number));
  return number;
}

bool Truth(napi_env env, napi_value value) {
  bool truth = false;
  Check(env, napi_get_value_bool(env, value, &truth));
  return truth;
}

std::string Text(napi_env env, napi_value value) {
  size_t length = 0;
  Check(env, napi_get_value_string_utf8(env, value, nullptr, 0, &length));
  std::string text(length, '\0');
  Check(env, napi_get_value_string_utf8(env, value, &text[0], length + 1, &length));
  return text;
}

std::vector<int64_t> Integers(napi_env env, napi_value array) {
  std::vector<int64_t> numbers;
  for (napi_value element : Elements(env, array)) numbers.push_back(Integer(env, element));
  return numbers;
}

struct Bytes {
  void* data = nullptr;
  size_t size = 0;
};

Bytes TypedArray(napi_env env, napi_value value) {
  napi_typedarray_type type;
  size_t length = 0;
  Bytes bytes;
  Check(env, napi_get_typedarray_info(env, value, &type, &length, &bytes.data, nullptr, nullptr));
  const size_t width = type == napi_float64_array || type == napi_bigint64_array ? 8
                       : type == napi_float32_array || type == napi_int32_array || type == napi_uint32_array ? 4
                       : type == napi_int16_array || type == napi_uint16_array ? 2
                                                                                 : 1;
  bytes.size = length * width;
  return bytes;
}

template <typename Value>
napi_value External(napi_env env, Value* value) {
  napi_value result;
  Check(env, napi_create_external(env, value, [](napi_env, void* data, void*) { delete static_cast<Value*>(data); },
                                  nullptr, &result));
  return result;
}

template <typename Value>
Value* Internal(napi_env env, napi_value external) {
  void* data = nullptr;
  Check(env, napi_get_value_external(env, external, &data));
  return static_cast<Value*>(data);
}

// ---- tensors -------------------------------------------------------------------------------------------------------

using Tensor = std::unique_ptr<TF_Tensor, decltype(&TF_DeleteTensor)>;

Tensor MakeTensor(TF_DataType type, const std::vector<int64_t>& shape, const Bytes& bytes) {
  Tensor tensor(TF_AllocateTensor(type, shape.data(), static_cast<int>(shape.size()), bytes.size), TF_DeleteTensor);
  size_t elements = 1;
  for (int64_t length : shape) elements *= static_cast<size_t>(length);
  if (bytes.size != elements * TF_DataTypeSize(type)) throw Failure{"the values do not fill the shape"};
  if (bytes.size > 0) memcpy(TF_TensorData(tensor.get()), bytes.data, bytes.size);
  return tensor;
}

/** { dtype, shape, values: ArrayBuffer } */
napi_value DescribeTensor(napi_env env, const TF_Tensor* tensor) {
  napi_value result, dtype, shape, values;
  Check(env, napi_create_object(env, &result));
  Check(env, napi_create_int32(env, TF_TensorType(tensor), &dtype));
  const int rank = TF_NumDims(tensor);
  Check(env, napi_create_array_with_length(env, rank, &shape));
  for (int i = 0; i < rank; i++) {
    napi_value length;
    Check(env, napi_create_int64(env, TF_Dim(tensor, i), &length));
    Check(env, napi_set_element(env, shape, i, length));
  }
  void* data = nullptr;
  const size_t size = TF_TensorByteSize(tensor);
  Check(env, napi_create_arraybuffer(env, size, &data, &values));
  if (size > 0) memcpy(data, TF_TensorData(tensor), size);
  Check(env, napi_set_named_property(env, result, "dtype", dtype));
  Check(env, napi_set_named_property(env, result, "shape", shape));
  Check(env, napi_set_named_property(env, result, "values", values));
  return result;
}

// ---- definitions of operations -------------------------------------------------------------------------------------

/** How many tensors an argument of an operation takes: one, or as many as an attribute says. */
struct Argument {
  std::string number_attribute;
  std::string type_list_attribute;
};

/** Reads the few fields of TensorFlow's OpDef message that tell which arguments are lists. */
class Reader {
 public:
  Reader(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}
  bool Next() {
    if (at_ >= end_) return false;
    const uint64_t key = Varint();
    field = static_cast<int>(key >> 3);
    body = nullptr;
    size = 0;
    switch (key & 7) {
      case 0: Varint(); break;
      case 1: at_ += 8; break;
      case 2: size = Varint(); body = at_; at_ += size; break;
      case 5: at_ += 4; break;
      default: throw Failure{"a definition of an operation that cannot be read"};
    }
    return true;
  }
  std::string Body() const { return std::string(reinterpret_cast<const char*>(body), size); }
  int field = 0;
  const uint8_t* body = nullptr;
  size_t size = 0;

 private:
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; at_ < end_; shift += 7) {
      const uint8_t byte = *at_++;
      value |= static_cast<uint64_t>(byte & 127) << shift;
      if (byte < 128) break;
    }
    return value;
  }
  const uint8_t* at_;
  const uint8_t* end_;
};

std::vector<Argument> ParseArguments(const TF_Buffer* definition) {
  std::vector<Argument> arguments;
  Reader message(static_cast<const uint8_t*>(definition->data), definition->length);
  while (message.Next()) {
    if (message.field != 2) continue;  // input_arg
    Argument argument;
    Reader part(message.body, message.size);
    while (part.Next()) {
      if (part.field == 5) argument.number_attribute = part.Body();
      if (part.field == 6) argument.type_list_attribute = part.Body();
    }
    arguments.push_back(argument);
  }
  return arguments;
}

// ---- graphs --------------------------------------------------------------------------------------------------------

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
    TF_GraphGetOpDef(graph, type.c_str(), buffer.get(), status.status);
    status.Check();
    return definitions[type] = ParseArguments(buffer.get());
  }
};

/** The operation of a number; throws where the graph has none. */
TF_Operation* OperationOf(const Graph* graph, int64_t number) {
  if (number < 0 || static_cast<size_t>(number) >= graph->operations.size())
    throw Failure{"the graph has no operation " + std::to_string(number)};
  return graph->operations[static_cast<size_t>(number)];
}

std::vector<TF_Output> OutputsOf(napi_env env, Graph* graph, napi_value flat) {
  const std::vector<int64_t> numbers = Integers(env, flat);
  std::vector<TF_Output> outputs;
  for (size_t i = 0; i + 1 < numbers.size(); i += 2) {
    outputs.push_back({OperationOf(graph, numbers[i]), static_cast<int>(numbers[i + 1])});
  }
  return outputs;
}

/** Sets an attribute; remembers whole numbers and the lengths of lists, on which the sizes of arguments depend. */
void SetAttribute(napi_env env, TF_OperationDescription* description, napi_value attribute,
                  std::map<std::string, int64_t>* sizes) {
  const std::string name = Text(env, Property(env, attribute, "name"));
  const auto type = static_cast<TF_AttrType>(Integer(env, Property(env, attribute, "type")));
  const napi_value value = Property(env, attribute, "value");
  const bool list = type != TF_ATTR_SHAPE && type != TF_ATTR_TENSOR && IsArray(env, value);
  const std::vector<napi_value> elements = list ? Elements(env, value) : std::vector<napi_value>();
  if (list) (*sizes)[name] = static_cast<int64_t>(elements.size());
  const int count = static_cast<int>(elements.size());
  switch (type) {
    case TF_ATTR_STRING: {
      if (list) throw Failure{"lists of strings as attribute " + name};
      const std::string text = Text(env, value);
      TF_SetAttrString(description, name.c_str(), text.data(), text.size());
      break;
    }
    case TF_ATTR_INT: {
      if (list) {
        const std::vector<int64_t> numbers = Integers(env, value);
        TF_SetAttrIntList(description, name.c_str(), numbers.data(), count);
      } else {
        const int64_t number = Integer(env, value);
        (*sizes)[name] = number;
        TF_SetAttrInt(description, name.c_str(), number);
      }
      break;
    }
    case TF_ATTR_FLOAT: {
      if (list) {
        std::vector<float> numbers;
        for (napi_value element : elements) numbers.push_back(static_cast<float>(Number(env, element)));
        TF_SetAttrFloatList(description, name.c_str(), numbers.data(), count);
      } else {
        TF_SetAttrFloat(description, name.c_str(), static_cast<float>(Number(env, value)));
      }
      break;
    }
    case TF_ATTR_BOOL: {
      if (list) {
        std::vector<unsigned char> flags;
        for (napi_value element : elements) flags.push_back(Truth(env, element));
        TF_SetAttrBoolList(description, name.c_str(), flags.data(), count);
      } else {
        TF_SetAttrBool(description, name.c_str(), Truth(env, value));
      }
      break;
    }
    case TF_ATTR_TYPE: {
      if (list) {
        std::vector<TF_DataType> types;
        for (napi_value element : elements) types.push_back(static_cast<TF_DataType>(Integer(env, element)));
        TF_SetAttrTypeList(description, name.c_str(), types.data(), count);
      } else {
        TF_SetAttrType(description, name.c_str(), static_cast<TF_DataType>(Integer(env, value)));
      }
      break;
    }
    case TF_ATTR_SHAPE: {
      const std::vector<int64_t> shape = Integers(env, value);
      TF_SetAttrShape(description, name.c_str(), shape.data(), static_cast<int>(shape.size()));
      break;
    }
    case TF_ATTR_TENSOR: {
      const auto dtype = static_cast<TF_DataType>(Integer(env, Property(env, value, "dtype")));
      const Tensor tensor =
          MakeTensor(dtype, Integers(env, Property(env, value, "shape")), TypedArray(env, Property(env, value, "values")));
      Status status;
      TF_SetAttrTensor(description, name.c_str(), tensor.get(), status.status);
      status.Check();
      break;
    }
    default:
      throw Failure{"an attribute " + name + " of an unknown type"};
  }
}

/** [{ dtype, shape | null }] of an operation's outputs; a shape that depends on values is null. */
napi_value DescribeOutputs(napi_env env, Graph* graph, TF_Operation* operation) {
  const int count = TF_OperationNumOutputs(operation);
  napi_value result;
  Check(env, napi_create_array_with_length(env, count, &result));
  for (int i = 0; i < count; i++) {
    const TF_Output output{operation, i};
    Status status;
    const int rank = TF_GraphGetTensorNumDims(graph->graph, output, status.status);
    status.Check();
    std::vector<int64_t> shape(rank > 0 ? rank : 0);
    if (rank > 0) TF_GraphGetTensorShape(graph->graph, output, shape.data(), rank, status.status);
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
napi_value AddOperation(napi_env env, const std::vector<napi_value>& arguments) {
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
      if (list && size == sizes.end()) throw Failure{"the attribute " + attribute + " of " + type + " is missing"};
      const size_t count = list ? static_cast<size_t>(size->second) : 1;
      if (next + count > inputs.size()) throw Failure{type + " has too few inputs"};
      if (list) {
        TF_AddInputList(description, inputs.data() + next, static_cast<int>(count));
      } else {
        TF_AddInput(description, inputs[next]);
      }
      next += count;
    }
    if (next != inputs.size()) throw Failure{type + " has too many inputs"};
    for (int64_t control : Integers(env, arguments[4])) {
      TF_AddControlInput(description, OperationOf(graph, control));
    }
  } catch (const Failure& found) {
    failure = found.message;
  } catch (const std::exception& found) {
    // No memory, for one: the description must be finished all the same.
    failure = found.what();
  }
  TF_Operation* operation = TF_FinishOperation(description, status.status);
  if (!failure.empty()) throw Failure{failure};
  status.Check();
  graph->operations.push_back(operation);
  return DescribeOutputs(env, graph, operation);
}

/** newGraph() */
napi_value NewGraph(napi_env env, const std::vector<napi_value>&) { return External(env, new Graph()); }

napi_value Buffer(napi_env env, const TF_Buffer* buffer) {
  void* data = nullptr;
  napi_value result;
  Check(env, napi_create_arraybuffer(env, buffer->length, &data, &result));
  if (buffer->length > 0) memcpy(data, buffer->data, buffer->length);
  return result;
}

/** graphDefinition(graph) → ArrayBuffer with the serialized GraphDef */
napi_value GraphDefinition(napi_env env, const std::vector<napi_value>& arguments) {
  Status status;
  std::unique_ptr<TF_Buffer, decltype(&TF_DeleteBuffer)> buffer(TF_NewBuffer(), TF_DeleteBuffer);
  TF_GraphToGraphDef(Internal<Graph>(env, arguments[0])->graph, buffer.get(), status.status);
  status.Check();
  return Buffer(env, buffer.get());
}

// ---- sessions ------------------------------------------------------------------------------------------------------

struct Session {
  TF_Session* session = nullptr;
  void Close() {
    if (!session) return;
    Status status;
    TF_CloseSession(session, status.status);
    TF_DeleteSession(session, status.status);
    session = nullptr;
  }
  ~Session() { Close(); }
};

/** newSession(graph, config bytes); the graph must outlive it and may grow while it is open */
napi_value NewSession(napi_env env, const std::vector<napi_value>& arguments) {
  Status status;
  const Bytes config = TypedArray(env, arguments[1]);
  std::unique_ptr<TF_SessionOptions, decltype(&TF_DeleteSessionOptions)> options(TF_NewSessionOptions(),
                                                                                   TF_DeleteSessionOptions);
  TF_SetConfig(options.get(), config.data, config.size, status.status);
  status.Check();
  auto session = std::make_unique<Session>();
  session->session = TF_NewSession(Internal<Graph>(env, arguments[0])->graph, options.get(), status.status);
  status.Check();
  return External(env, session.release());
}

/** closeSession(session) */
napi_value CloseSession(napi_env env, const std::vector<napi_value>& arguments) {
  Internal<Session>(env, arguments[0])->Close();
  return nullptr;
}

/**
 * runSession(session, graph, feeds [{ operation, dtype, shape, values }], fetches [op, output, …], targets [op …],
 * trace) → { tensors, trace: ArrayBuffer | null }, the trace being a serialized RunMetadata
 */
napi_value RunSession(napi_env env, const std::vector<napi_value>& arguments) {
  Session* session = Internal<Session>(env, arguments[0]);
  if (!session->session) throw Failure{"the session is closed"};
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
                static_cast<int>(targets.size()), metadata.get(), status.status);
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

// ---- the module ----------------------------------------------------------------------------------------------------

using Function = napi_value (*)(napi_env, const std::vector<napi_value>&);

template <Function function, size_t count>
napi_value Call(napi_env env, napi_callback_info info) {
  try {
    std::vector<napi_value> arguments(count);
    size_t given = count;
    napi_get_cb_info(env, info, &given, arguments.data(), nullptr, nullptr);
    if (given < count) throw Failure{"too few arguments"};
    return function(env, arguments);
  } catch (const Failure& failure) {
    napi_throw_error(env, nullptr, failure.message.c_str());
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

NAPI_MODULE(graph, Init)
