// Attributes of an operation, from values of JavaScript.
#ifndef SAMBENCH_ATTRIBUTE_H_
#define SAMBENCH_ATTRIBUTE_H_

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "javascript.h"
#include "status.h"
#include "tensor.h"
#include "tensorflow/c/c_api.h"

namespace sambench {

/** All elements of a list, each read by `read`. */
template <typename To, typename From>
std::vector<To> Each(napi_env env, const std::vector<napi_value>& elements, From (*read)(napi_env, napi_value)) {
  std::vector<To> values;
  for (napi_value element : elements) values.push_back(static_cast<To>(read(env, element)));
  return values;
}

/** Sets an attribute; remembers whole numbers and the lengths of lists, on which the sizes of arguments depend. */
inline void SetAttribute(napi_env env, TF_OperationDescription* description, napi_value attribute,
                         std::map<std::string, int64_t>* sizes) {
  const std::string name = Text(env, Property(env, attribute, "name"));
  const auto type = static_cast<TF_AttrType>(Integer(env, Property(env, attribute, "type")));
  const napi_value value = Property(env, attribute, "value");
  std::vector<napi_value> elements;
  if (type != TF_ATTR_TENSOR && IsArray(env, value)) elements = Elements(env, value);
  // A shape is a list of lengths, a list of shapes one of lists; an empty one is the shape of a number.
  const bool list = type == TF_ATTR_SHAPE ? !elements.empty() && IsArray(env, elements[0]) : IsArray(env, value);
  if (list) (*sizes)[name] = static_cast<int64_t>(elements.size());
  const int count = static_cast<int>(elements.size());
  switch (type) {
    case TF_ATTR_STRING: {
      if (list) {
        const std::vector<std::string> texts = Each<std::string>(env, elements, Text);
        std::vector<const void*> starts;
        std::vector<size_t> lengths;
        for (const std::string& text : texts) {
          starts.push_back(text.data());
          lengths.push_back(text.size());
        }
        TF_SetAttrStringList(description, name.c_str(), starts.data(), lengths.data(), count);
      } else {
        const std::string text = Text(env, value);
        TF_SetAttrString(description, name.c_str(), text.data(), text.size());
      }
      break;
    }
    case TF_ATTR_INT: {
      if (list) {
        TF_SetAttrIntList(description, name.c_str(), Each<int64_t>(env, elements, Integer).data(), count);
      } else {
        const int64_t number = Integer(env, value);
        (*sizes)[name] = number;
        TF_SetAttrInt(description, name.c_str(), number);
      }
      break;
    }
    case TF_ATTR_FLOAT: {
      if (list) {
        TF_SetAttrFloatList(description, name.c_str(), Each<float>(env, elements, Number).data(), count);
      } else {
        TF_SetAttrFloat(description, name.c_str(), static_cast<float>(Number(env, value)));
      }
      break;
    }
    case TF_ATTR_BOOL: {
      if (list) {
        TF_SetAttrBoolList(description, name.c_str(), Each<unsigned char>(env, elements, Truth).data(), count);
      } else {
        TF_SetAttrBool(description, name.c_str(), Truth(env, value));
      }
      break;
    }
    case TF_ATTR_TYPE: {
      if (list) {
        TF_SetAttrTypeList(description, name.c_str(), Each<TF_DataType>(env, elements, Integer).data(), count);
      } else {
        TF_SetAttrType(description, name.c_str(), static_cast<TF_DataType>(Integer(env, value)));
      }
      break;
    }
    case TF_ATTR_SHAPE: {
      if (list) {
        const auto shapes = Each<std::vector<int64_t>>(env, elements, Integers);
        std::vector<const int64_t*> starts;
        std::vector<int> ranks;
        for (const std::vector<int64_t>& shape : shapes) {
          starts.push_back(shape.data());
          ranks.push_back(static_cast<int>(shape.size()));
        }
        TF_SetAttrShapeList(description, name.c_str(), starts.data(), ranks.data(), count);
      } else {
        const std::vector<int64_t> shape = Integers(env, value);
        TF_SetAttrShape(description, name.c_str(), shape.data(), static_cast<int>(shape.size()));
      }
      break;
    }
    case TF_ATTR_TENSOR: {
      const auto dtype = static_cast<TF_DataType>(Integer(env, Property(env, value, "dtype")));
      const Tensor tensor =
          MakeTensor(dtype, Integers(env, Property(env, value, "shape")), TypedArray(env, Property(env, value, "values")));
      Status status;
      TF_SetAttrTensor(description, name.c_str(), tensor.get(), status);
      status.Check();
      break;
    }
    default:
      throw std::runtime_error("an attribute " + name + " of an unknown type");
  }
}

}  // namespace sambench

#endif
