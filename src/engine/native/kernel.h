// What our kernels need of TensorFlow's C interface, with errors as exceptions and tensors that free themselves.
#ifndef SAMBENCH_KERNEL_H_
#define SAMBENCH_KERNEL_H_

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "status.h"
#include "tensorflow_kernel.h"

namespace sambench {

/** A tensor of single-precision numbers. */
class Floats {
 public:
  explicit Floats(TF_Tensor* tensor) : tensor_(tensor, TF_DeleteTensor) {}
  /** Null where there is no tensor. */
  float* data() const { return tensor_ ? static_cast<float*>(TF_TensorData(tensor_.get())) : nullptr; }
  int64_t size() const { return TF_TensorElementCount(tensor_.get()); }
  int rank() const { return TF_NumDims(tensor_.get()); }
  int64_t length(int dimension) const { return TF_Dim(tensor_.get(), dimension); }
  std::vector<int64_t> shape() const {
    std::vector<int64_t> lengths(rank());
    for (int i = 0; i < rank(); i++) lengths[i] = length(i);
    return lengths;
  }

 private:
  std::unique_ptr<TF_Tensor, decltype(&TF_DeleteTensor)> tensor_;
};

/** Throws, naming both shapes, where two tensors that must have one shape have two. */
inline void DemandSameShape(const char* what, const Floats& found, const std::vector<int64_t>& expected) {
  const std::vector<int64_t> shape = found.shape();
  if (shape == expected) return;
  const auto text = [](const std::vector<int64_t>& lengths) {
    std::string words;
    for (int64_t length : lengths) words += (words.empty() ? "[" : ", ") + std::to_string(length);
    return words.empty() ? std::string("[]") : words + "]";
  };
  throw std::runtime_error(std::string(what) + " of shape " + text(shape) + " instead of " + text(expected));
}

/** Pixels along an axis of which every `stride`-th is taken, from the first on. */
inline int64_t Reduced(int64_t length, int64_t stride) { return (length + stride - 1) / stride; }

/** One run of a kernel. */
class Run {
 public:
  explicit Run(TF_OpKernelContext* context) : context_(context) {}
  int inputs() const { return TF_NumInputs(context_); }
  Floats Input(int index) {
    TF_Tensor* tensor = nullptr;
    Status status;
    TF_GetInput(context_, index, &tensor, status);
    status.Check();
    return Floats(tensor);
  }
  Floats Output(int index, const std::vector<int64_t>& shape) {
    size_t bytes = sizeof(float);
    for (int64_t length : shape) bytes *= static_cast<size_t>(length);
    Status status;
    Floats output(TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), bytes, status));
    status.Check();
    return output;
  }
  /** An output that takes the memory of an input where nobody else reads that; call it before Input of the same. */
  Floats OutputInPlaceOf(int input, int index, const std::vector<int64_t>& shape) {
    return OutputInPlaceOf(std::vector<int>{input}, index, shape);
  }
  /** The same, of the first of several inputs that nobody else reads. */
  Floats OutputInPlaceOf(const std::vector<int>& inputs, int index, const std::vector<int64_t>& shape) {
    int forwarded = -1;
    Status status;
    Floats output(TF_ForwardInputOrAllocateOutput(context_, inputs.data(), static_cast<int>(inputs.size()), index,
                                                  shape.data(), static_cast<int>(shape.size()), &forwarded, status));
    status.Check();
    return output;
  }

 private:
  TF_OpKernelContext* context_;
};

/** Reports what `call` throws as a failure of the kernel. */
template <typename Call>
void Guard(TF_OpKernelContext* context, const Call& call) {
  try {
    call();
  } catch (const std::exception& failure) {
    Status status;
    TF_SetStatus(status, TF_INVALID_ARGUMENT, failure.what());
    TF_OpKernelContext_Failure(context, status);
  }
}

/** Shapes while they are inferred; freed together. Does nothing more once the status is bad. */
class Shapes {
 public:
  Shapes(TF_ShapeInferenceContext* context, TF_Status* status) : context_(context), status_(status) {}
  ~Shapes() {
    for (TF_ShapeHandle* shape : owned_) TF_DeleteShapeHandle(shape);
  }
  TF_ShapeHandle* Input(int index) {
    TF_ShapeHandle* shape = Own(TF_NewShapeHandle());
    TF_ShapeInferenceContextGetInput(context_, index, shape, status_);
    return shape;
  }
  /** A length of the shape; -1 where it is not known. */
  int64_t Length(TF_ShapeHandle* shape, int64_t index) {
    if (!Good() || !TF_ShapeInferenceContextRankKnown(context_, shape)) return -1;
    TF_DimensionHandle* length = TF_NewDimensionHandle();
    TF_ShapeInferenceContextDim(context_, shape, index, length);
    const int64_t value = TF_DimensionHandleValueKnown(length) ? TF_DimensionHandleValue(length) : -1;
    TF_DeleteDimensionHandle(length);
    return value;
  }
  TF_ShapeHandle* Vector(int64_t length) {
    return Own(TF_ShapeInferenceContextVectorFromSize(context_, static_cast<size_t>(length)));
  }
  TF_ShapeHandle* Part(TF_ShapeHandle* shape, int64_t begin, int64_t end) {
    TF_ShapeHandle* part = Own(TF_NewShapeHandle());
    if (Good()) TF_ShapeInferenceContextSubshape(context_, shape, begin, end, part, status_);
    return part;
  }
  TF_ShapeHandle* Join(TF_ShapeHandle* first, TF_ShapeHandle* second) {
    TF_ShapeHandle* joined = Own(TF_NewShapeHandle());
    if (Good()) TF_ShapeInferenceContextConcatenateShapes(context_, first, second, joined, status_);
    return joined;
  }
  void SetOutput(int index, TF_ShapeHandle* shape) {
    if (Good()) TF_ShapeInferenceContextSetOutput(context_, index, shape, status_);
  }

 private:
  bool Good() const { return TF_GetCode(status_) == TF_OK; }
  TF_ShapeHandle* Own(TF_ShapeHandle* shape) {
    owned_.push_back(shape);
    return shape;
  }
  TF_ShapeInferenceContext* context_;
  TF_Status* status_;
  std::vector<TF_ShapeHandle*> owned_;
};

/** Infers that output `output` has the shape of input `input`. */
inline void SameShape(TF_ShapeInferenceContext* context, int input, int output, TF_Status* status) {
  Shapes shapes(context, status);
  shapes.SetOutput(output, shapes.Input(input));
}

/** An operation as TensorFlow is told of it. */
struct Definition {
  const char* name;
  std::vector<const char*> attributes;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  void (*infer)(TF_ShapeInferenceContext*, TF_Status*);
  void* (*create)(TF_OpKernelConstruction*);
  void (*compute)(void*, TF_OpKernelContext*);
  void (*destroy)(void*);
};

/** Makes an operation and its kernel for processors known; throws with TensorFlow's words. */
inline void Register(const Definition& definition) {
  TF_OpDefinitionBuilder* operation = TF_NewOpDefinitionBuilder(definition.name);
  for (const char* each : definition.attributes) TF_OpDefinitionBuilderAddAttr(operation, each);
  for (const char* each : definition.inputs) TF_OpDefinitionBuilderAddInput(operation, each);
  for (const char* each : definition.outputs) TF_OpDefinitionBuilderAddOutput(operation, each);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(operation, definition.infer);
  Status status;
  TF_RegisterOpDefinition(operation, status);
  status.Check();
  TF_KernelBuilder* kernel =
      TF_NewKernelBuilder(definition.name, "CPU", definition.create, definition.compute, definition.destroy);
  TF_RegisterKernelBuilder(definition.name, kernel, status);
  status.Check();
}

}  // namespace sambench

#endif
