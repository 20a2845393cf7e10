// Files of arithmetic are compiled several times, for processors of any kind (SAMBENCH_BASELINE) and, on x86, for newer ones
// (SAMBENCH_AVX2, SAMBENCH_AVX512); each gives its routines a name of its own.
#ifndef SAMBENCH_VARIANTS_H_
#define SAMBENCH_VARIANTS_H_

#if defined(SAMBENCH_AVX512)
#define SAMBENCH_VARIANT(name) name##Avx512
#elif defined(SAMBENCH_AVX2)
#define SAMBENCH_VARIANT(name) name##Avx2
#else
#define SAMBENCH_VARIANT(name) name##Baseline
#endif

#endif
