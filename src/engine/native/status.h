// A status of TensorFlow's as an exception.
#ifndef SAMBENCH_STATUS_H_
#define SAMBENCH_STATUS_H_

#include <stdexcept>

#include "tensorflow/c/c_api.h"

namespace sambench {

/** A status of TensorFlow's that throws when it is not good. */
class Status {
 public:
  ~Status() { TF_DeleteStatus(status_); }
  operator TF_Status*() { return status_; }
  void Check() const {
    if (TF_GetCode(status_) != TF_OK) throw std::runtime_error(TF_Message(status_));
  }

 private:
  TF_Status* status_ = TF_NewStatus();
};

}  // namespace sambench

#endif
