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

/** Sets an attribute; remembers whole numbers and the lengths of lists, on which the sizes of arguments depend. */
inline void SetAttribute(napi_env env, TF_OperationDescription* description, napi_value attribute,
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
      if (list) throw std::runtime_error("lists of strings as attribute " + name);
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
