/** First values of a network's parameters, drawn from the seeded stream of each parameter's own name. */
import { type Stream, stream } from '../stream.js';
import type { ParameterSpec } from './network.js';

/** Standard deviation of the standard normal distribution cut off at two; Keras divides by it. */
const truncatedDeviation = 0.87962566103423978;

/** Row-major first values of one parameter; the same for the same seed and name on every machine. */
export function initialValues(spec: ParameterSpec, seed: number): Float32Array {
  const size = spec.shape.reduce((product, length) => product * length, 1);
  const values = new Float32Array(size);
  if (spec.initializer === 'zeros') return values;
  if (spec.initializer === 'ones') return values.fill(1);
  const random = stream(seed, 'initialize', spec.name);
  const fanIn = size / (spec.shape.at(-1) ?? 1);
  const fanOut = size / (spec.shape.at(-2) ?? 1);
  if (spec.initializer === 'glorotUniform') {
    const limit = Math.sqrt(6 / (fanIn + fanOut));
    return values.map(() => limit * (2 * random.uniform() - 1));
  }
  // He et al. 2015, arXiv:1502.01852, equation 10, as a truncated normal distribution with Keras' correction.
  const deviation = Math.sqrt(2 / fanIn) / truncatedDeviation;
  return values.map(() => deviation * truncatedNormal(random));
}

/** First values of all parameters of one kind, in one flat vector. */
export function initialVector(
  specs: readonly ParameterSpec[],
  trainable: boolean,
  seed: number,
): Float32Array {
  const parts = specs.filter((spec) => spec.trainable === trainable).map((spec) => initialValues(spec, seed));
  const vector = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    vector.set(part, offset);
    offset += part.length;
  }
  return vector;
}

function truncatedNormal(random: Stream): number {
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= 2) return value;
  }
}
