// A program of operations on numbers of equal place: what SambenchElementwise runs.
#ifndef SAMBENCH_ELEMENTWISE_H_
#define SAMBENCH_ELEMENTWISE_H_

#include <stdint.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "arithmetic.h"

namespace sambench {

/**
 * Instructions over values, which are numbered: the inputs first, then what each instruction computes. Some of the latter are
 * outputs; the others lie in slots, which are used again once nobody reads a value any more.
 */
class Elementwise {
 public:
  struct Instruction {
    int64_t kind, left, right;
    /** The output that it computes, or -1; else its slot. */
    int output, slot;
  };

  /** `program` has three numbers for each instruction (see Instruction), `results` the value of each output. */
  Elementwise(int64_t inputs, const std::vector<int64_t>& program, const std::vector<int64_t>& results) : inputs_(inputs) {
    if (program.empty() || program.size() % 3 != 0) throw Wrong("has no three numbers for each instruction");
    const int64_t count = static_cast<int64_t>(program.size()) / 3;
    for (int64_t i = 0; i < count; i++) {
      const Instruction instruction{program[3 * i], program[3 * i + 1], program[3 * i + 2], -1, -1};
      const std::string here = "instruction " + std::to_string(i);
      if (instruction.kind < 0 || instruction.kind >= kArithmeticKinds) throw Wrong("has an unknown kind in " + here);
      for (int64_t value : {instruction.left, instruction.right})
        if (value < 0 || value >= inputs + i) throw Wrong("reads in " + here + " what is not there yet");
      instructions_.push_back(instruction);
    }
    for (size_t output = 0; output < results.size(); output++) {
      const int64_t i = results[output] - inputs;
      if (i < 0 || i >= count) throw Wrong("gives as output " + std::to_string(output) + " what it does not compute");
      if (instructions_[i].output >= 0) throw Wrong("gives one value twice");
      instructions_[i].output = static_cast<int>(output);
      computed_.push_back(i);
    }
    FindLastReads();
    ChooseSlots();
  }

  const std::vector<Instruction>& instructions() const { return instructions_; }
  int64_t inputs() const { return inputs_; }
  int outputs() const { return static_cast<int>(computed_.size()); }
  int slots() const { return slots_; }

  /** Inputs in whose memory an output may lie: those that nobody reads after it is there. */
  std::vector<int> ReadBefore(int output) const {
    std::vector<int> inputs;
    for (int64_t input = 0; input < inputs_; input++)
      if (last_[input] <= computed_[output]) inputs.push_back(static_cast<int>(input));
    return inputs;
  }

 private:
  static std::runtime_error Wrong(const std::string& what) { return std::runtime_error("an elementwise program " + what); }

  /** The last instruction that reads each value. */
  void FindLastReads() {
    last_.assign(inputs_ + instructions_.size(), -1);
    for (size_t i = 0; i < instructions_.size(); i++)
      last_[instructions_[i].left] = last_[instructions_[i].right] = static_cast<int64_t>(i);
  }

  void ChooseSlots() {
    std::vector<int> free;
    for (size_t i = 0; i < instructions_.size(); i++) {
      Instruction& instruction = instructions_[i];
      // An operand that is read for the last time gives its slot away at once: arithmetic may be done in place.
      Release(instruction.left, i, &free);
      if (instruction.right != instruction.left) Release(instruction.right, i, &free);
      if (instruction.output >= 0) continue;
      if (free.empty()) free.push_back(slots_++);
      instruction.slot = free.back();
      free.pop_back();
    }
  }

  void Release(int64_t value, size_t reader, std::vector<int>* free) const {
    if (value < inputs_ || last_[value] != static_cast<int64_t>(reader)) return;
    const Instruction& instruction = instructions_[value - inputs_];
    if (instruction.output < 0) free->push_back(instruction.slot);
  }

  const int64_t inputs_;
  std::vector<Instruction> instructions_;
  /** The instruction that computes each output. */
  std::vector<int64_t> computed_;
  std::vector<int64_t> last_;
  int slots_ = 0;
};

}  // namespace sambench

#endif
