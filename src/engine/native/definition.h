// Definitions of TensorFlow's operations: which of their arguments are lists.
#ifndef SAMBENCH_DEFINITION_H_
#define SAMBENCH_DEFINITION_H_

#include <stdint.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tensorflow/c/c_api.h"

namespace sambench {

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
      default: throw std::runtime_error("a definition of an operation that cannot be read");
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

inline std::vector<Argument> ParseArguments(const TF_Buffer* definition) {
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

}  // namespace sambench

#endif
