// Files of arithmetic are compiled several times, for processors of any kind (SAMBENCH_BASELINE) and, on x86, for newer ones
// (SAMBENCH_AVX2, SAMBENCH_AVX512). The best that this machine can run is chosen when the library is loaded.
#ifndef SAMBENCH_VARIANTS_H_
#define SAMBENCH_VARIANTS_H_

#if defined(SAMBENCH_AVX512)
#define SAMBENCH_VARIANT(name) name##Avx512
#elif defined(SAMBENCH_AVX2)
#define SAMBENCH_VARIANT(name) name##Avx2
#else
#define SAMBENCH_VARIANT(name) name##Baseline
#endif

#if defined(__x86_64__)
#define SAMBENCH_HAS(feature) __builtin_cpu_supports(feature)
#define SAMBENCH_BEST(name)                                                                                    \
  (SAMBENCH_HAS("avx512f") && SAMBENCH_HAS("avx512vl") && SAMBENCH_HAS("avx512dq") && SAMBENCH_HAS("avx512bw") \
       ? name##Avx512()                                                                                        \
   : SAMBENCH_HAS("avx2") && SAMBENCH_HAS("fma") ? name##Avx2()                                                \
                                                 : name##Baseline())
#else
#define SAMBENCH_BEST(name) name##Baseline()
#endif

#endif
