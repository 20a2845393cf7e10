// The operation SambenchElementwise: a program of operations on numbers of equal place in vectors, such as the update of an
// optimizer. What operations one by one write to the memory and read again stays in the first level of the cache here.
#include "elementwise.h"

#include <algorithm>
#include <memory>

#include "kernel.h"
#include "operations.h"
#include "parallel.h"
#include "routines.h"
#include "scratch.h"

namespace sambench {
namespace {

/** Numbers that one instruction computes at a time: 4 KB, so that some ten values are in the first level of the cache. */
constexpr int64_t kBlock = 1024;

/** Numbers that a thread takes at a time. */
constexpr int64_t kPart = 8 * kBlock;

/** Inputs and outputs of one run. */
struct Vectors {
  std::vector<Numbers> inputs;
  std::vector<float*> outputs;
};

/** Computes `count` numbers, no more than a block, from `begin` on. */
void ComputeBlock(const Elementwise& program, const Vectors& vectors, int64_t begin, int64_t count, float* slots) {
  const auto& instructions = program.instructions();
  const auto computed = [&](const Elementwise::Instruction& instruction) {
    return instruction.output >= 0 ? vectors.outputs[instruction.output] + begin : slots + instruction.slot * kBlock;
  };
  const auto operand = [&](int64_t value) {
    if (value >= program.inputs()) return Numbers{computed(instructions[value - program.inputs()]), false};
    const Numbers& input = vectors.inputs[value];
    return Numbers{input.one ? input.place : input.place + begin, input.one};
  };
  for (const Elementwise::Instruction& instruction : instructions) {
    const Arithmetic compute = Computing().of[instruction.kind];
    compute(operand(instruction.left), operand(instruction.right), count, computed(instruction));
  }
}

/** Inputs are vectors of one shape, that of the first, or one number each; outputs are such vectors. */
void Compute(void* kept, TF_OpKernelContext* context) {
  Guard(context, [&] {
    const auto& program = *static_cast<const Elementwise*>(kept);
    Run run(context);
    const std::vector<int64_t> shape = run.Input(0).shape();
    std::vector<Floats> inputs, outputs;
    for (int output = 0; output < program.outputs(); output++) {
      const std::vector<int> before = program.ReadBefore(output);
      outputs.push_back(before.empty() ? run.Output(output, shape) : run.OutputInPlaceOf(before, output, shape));
    }
    Vectors vectors;
    for (const Floats& output : outputs) vectors.outputs.push_back(output.data());
    for (int input = 0; input < program.inputs(); input++) {
      inputs.push_back(run.Input(input));
      const Floats& found = inputs.back();
      const bool one = input > 0 && found.size() == 1;
      if (!one) DemandSameShape(("input " + std::to_string(input)).c_str(), found, shape);
      vectors.inputs.push_back({found.data(), one});
    }
    const int64_t size = inputs[0].size();
    Team::Get().Divide((size + kPart - 1) / kPart, [&](int64_t part) {
      static thread_local Scratch memory;
      float* slots = memory.Get(program.slots() * kBlock);
      const int64_t end = std::min(size, (part + 1) * kPart);
      for (int64_t begin = part * kPart; begin < end; begin += kBlock)
        ComputeBlock(program, vectors, begin, std::min(kBlock, end - begin), slots);
    });
  });
}

std::vector<int64_t> IntegersOf(TF_OpKernelConstruction* construction, const char* name) {
  Status status;
  int32_t count = 0, bytes = 0;
  TF_OpKernelConstruction_GetAttrSize(construction, name, &count, &bytes, status);
  status.Check();
  std::vector<int64_t> values(count > 0 ? count : 0);
  TF_OpKernelConstruction_GetAttrInt64List(construction, name, values.data(), count, status);
  status.Check();
  return values;
}

void* Create(TF_OpKernelConstruction* construction) {
  Status status;
  try {
    int64_t inputs = 0, outputs = 0;
    TF_OpKernelConstruction_GetAttrInt64(construction, "inputs", &inputs, status);
    status.Check();
    TF_OpKernelConstruction_GetAttrInt64(construction, "outputs", &outputs, status);
    status.Check();
    auto program = std::make_unique<Elementwise>(inputs, IntegersOf(construction, "program"),
                                                 IntegersOf(construction, "results"));
    if (program->outputs() != outputs) throw std::runtime_error("an elementwise program has not as many results as outputs");
    return program.release();
  } catch (const std::exception& failure) {
    TF_SetStatus(status, TF_INVALID_ARGUMENT, failure.what());
    TF_OpKernelConstruction_Failure(construction, status);
    return nullptr;
  }
}

void Destroy(void* program) { delete static_cast<Elementwise*>(program); }

/** Every output has the shape of the first input. */
void Infer(TF_ShapeInferenceContext* context, TF_Status* status) {
  Shapes shapes(context, status);
  TF_ShapeHandle* shape = shapes.Input(0);
  if (TF_GetCode(status) != TF_OK) return;
  // The interface does not tell how many outputs there are, but refuses one more as an argument that is none.
  for (int output = 0; TF_GetCode(status) == TF_OK; output++) shapes.SetOutput(output, shape);
  if (TF_GetCode(status) == TF_INVALID_ARGUMENT) TF_SetStatus(status, TF_OK, "");
}

}  // namespace

void RegisterElementwise() {
  Register({"SambenchElementwise",
            {"inputs: int >= 1", "outputs: int >= 1", "program: list(int)", "results: list(int)"},
            {"x: inputs * float"},
            {"y: outputs * float"},
            Infer,
            Create,
            Compute,
            Destroy});
}

}  // namespace sambench
