// Values of JavaScript in C++ and back, with errors as exceptions.
#ifndef SAMBENCH_JAVASCRIPT_H_
#define SAMBENCH_JAVASCRIPT_H_

#include <node_api.h>
#include <stdint.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace sambench {

/** Throws what Node says of a call that did not succeed. */
inline void Check(napi_env env, napi_status status) {
  if (status == napi_ok) return;
  const napi_extended_error_info* info = nullptr;
  napi_get_last_error_info(env, &info);
  throw std::runtime_error(info && info->error_message ? info->error_message : "a value of an unexpected kind");
}

inline napi_value Property(napi_env env, napi_value object, const char* name) {
  napi_value value;
  Check(env, napi_get_named_property(env, object, name, &value));
  return value;
}

inline bool IsArray(napi_env env, napi_value value) {
  bool is = false;
  Check(env, napi_is_array(env, value, &is));
  return is;
}

inline std::vector<napi_value> Elements(napi_env env, napi_value array) {
  uint32_t length = 0;
  Check(env, napi_get_array_length(env, array, &length));
  std::vector<napi_value> elements(length);
  for (uint32_t i = 0; i < length; i++) Check(env, napi_get_element(env, array, i, &elements[i]));
  return elements;
}

inline int64_t Integer(napi_env env, napi_value value) {
  int64_t number = 0;
  Check(env, napi_get_value_int64(env, value, &number));
  return number;
}

inline double Number(napi_env env, napi_value value) {
  double number = 0;
  Check(env, napi_get_value_double(env, value, &number));
  return number;
}

inline bool Truth(napi_env env, napi_value value) {
  bool truth = false;
  Check(env, napi_get_value_bool(env, value, &truth));
  return truth;
}

inline std::string Text(napi_env env, napi_value value) {
  size_t length = 0;
  Check(env, napi_get_value_string_utf8(env, value, nullptr, 0, &length));
  std::string text(length, '\0');
  Check(env, napi_get_value_string_utf8(env, value, &text[0], length + 1, &length));
  return text;
}

inline std::vector<int64_t> Integers(napi_env env, napi_value array) {
  std::vector<int64_t> numbers;
  for (napi_value element : Elements(env, array)) numbers.push_back(Integer(env, element));
  return numbers;
}

struct Bytes {
  void* data = nullptr;
  size_t size = 0;
};

inline Bytes TypedArray(napi_env env, napi_value value) {
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
inline napi_value External(napi_env env, Value* value) {
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

}  // namespace sambench

#endif
