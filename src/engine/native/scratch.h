// Memory for what lies between the steps of a kernel.
#ifndef SAMBENCH_SCRATCH_H_
#define SAMBENCH_SCRATCH_H_

#include <stdint.h>
#include <stdlib.h>

#include <new>

namespace sambench {

/** Memory aligned for vectors; one of a thread (`static thread_local`) is kept between runs. */
class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { free(data_); }
  float* Get(int64_t count) {
    if (count > size_) {
      free(data_);
      data_ = static_cast<float*>(aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64));
      size_ = data_ ? count : 0;
      if (!data_) throw std::bad_alloc();
    }
    return data_;
  }

 private:
  float* data_ = nullptr;
  int64_t size_ = 0;
};

}  // namespace sambench

#endif
