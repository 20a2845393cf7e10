// Which vector instructions the arithmetic uses on this machine.
#ifndef SAMBENCH_INSTRUCTIONS_H_
#define SAMBENCH_INSTRUCTIONS_H_

#include <stdlib.h>

#include <string>

namespace sambench {

enum class Instructions { kBaseline, kAvx2, kAvx512 };

/** The best that the processor has, or less where SAMBENCH_INSTRUCTIONS names it: baseline, avx2 or avx512. */
inline Instructions BestInstructions() {
#if defined(__x86_64__)
  const char* named = getenv("SAMBENCH_INSTRUCTIONS");
  const std::string most = named ? named : "avx512";
  if (most == "baseline") return Instructions::kBaseline;
  if (most != "avx2" && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
    return Instructions::kAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Instructions::kAvx2;
#endif
  return Instructions::kBaseline;
}

/** Their name, as SAMBENCH_INSTRUCTIONS has it. */
inline const char* NameOf(Instructions instructions) {
  switch (instructions) {
    case Instructions::kAvx512: return "avx512";
    case Instructions::kAvx2: return "avx2";
    default: return "baseline";
  }
}

}  // namespace sambench

#endif
