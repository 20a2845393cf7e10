/** The compiler's flags for every part of the engine; addons made with others are not reused. */
import { nodeApiVersion } from './pins.js';

/** For every file. */
export const commonFlags = ['-O2', '-fPIC', `-DNAPI_VERSION=${nodeApiVersion}`];

/** For our operations. */
export const operationFlags = ['-std=c++17', '-O3'];

/** For our files of arithmetic, besides their own. */
export const arithmeticFlags = ['-std=c++17', '-O3', '-Wno-psabi'];

/**
 * Our files of arithmetic. A rectifier must be recomputed to the bit, and a chain of operations give what they give one by one,
 * so nothing is contracted there. Square roots that need not tell of negative numbers become instructions.
 */
export const arithmetic = [
  { name: 'arithmetic', flags: ['-ffp-contract=off', '-fno-math-errno'] },
  { name: 'normalization', flags: ['-ffp-contract=off'] },
  { name: 'winograd', flags: ['-ffp-contract=fast'] },
];

// From the oldest processor upwards, whatever the compiler would take by itself.
const oldest = '-march=x86-64';

/** For each kind of processor that arithmetic is compiled for: see native/instructions.h. */
export const variants: Readonly<Record<string, readonly string[]>> =
  process.arch === 'x64'
    ? {
        baseline: ['-DSAMBENCH_BASELINE', oldest],
        avx2: ['-DSAMBENCH_AVX2', oldest, '-mavx2', '-mfma'],
        avx512: ['-DSAMBENCH_AVX512', oldest, '-mavx512f', '-mavx512vl', '-mavx512dq', '-mavx512bw', '-mfma'],
      }
    : { baseline: ['-DSAMBENCH_BASELINE'] };

/** All flags as text: it changes with any of them. */
export const recipeText = JSON.stringify([
  commonFlags,
  operationFlags,
  arithmeticFlags,
  arithmetic,
  Object.entries(variants),
]);
