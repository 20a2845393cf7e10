// Tensors and buffers of TensorFlow's, made of values of JavaScript and told to it.
#ifndef SAMBENCH_TENSOR_H_
#define SAMBENCH_TENSOR_H_

#include <string.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "javascript.h"
#include "tensorflow/c/c_api.h"

namespace sambench {

using Tensor = std::unique_ptr<TF_Tensor, decltype(&TF_DeleteTensor)>;

inline Tensor MakeTensor(TF_DataType type, const std::vector<int64_t>& shape, const Bytes& bytes) {
  Tensor tensor(TF_AllocateTensor(type, shape.data(), static_cast<int>(shape.size()), bytes.size), TF_DeleteTensor);
  size_t elements = 1;
  for (int64_t length : shape) elements *= static_cast<size_t>(length);
  if (bytes.size != elements * TF_DataTypeSize(type)) throw std::runtime_error("the values do not fill the shape");
  if (bytes.size > 0) memcpy(TF_TensorData(tensor.get()), bytes.data, bytes.size);
  return tensor;
}

/** { dtype, shape, values: ArrayBuffer } */
inline napi_value DescribeTensor(napi_env env, const TF_Tensor* tensor) {
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

/** The bytes of a buffer as an ArrayBuffer. */
inline napi_value Buffer(napi_env env, const TF_Buffer* buffer) {
  void* data = nullptr;
  napi_value result;
  Check(env, napi_create_arraybuffer(env, buffer->length, &data, &result));
  if (buffer->length > 0) memcpy(data, buffer->data, buffer->length);
  return result;
}

}  // namespace sambench

#endif
