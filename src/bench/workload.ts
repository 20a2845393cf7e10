/** What is timed, by our own kinds of step as by the peers: one network, one batch, two optimizers. */
import { defaults } from '../defaults.js';
import { initialValues } from '../model/initialize.js';
import { networks } from '../model/registry.js';
import { type StoredTensor, writeSafetensors } from '../safetensors.js';
import { stream } from '../stream.js';
import type { OptimizerSettings } from '../suite/cell.js';

/** Adam alone, and SAM over Adam: one gradient evaluation a step, and two. */
export const benchOptimizers = ['adam', 'sam'] as const;
/** One of them. */
export type BenchOptimizer = (typeof benchOptimizers)[number];

const seed = 1;
const image = [32, 32, 3] as const;
const classes = 10;
const learningRate = 1e-3;
const rho = 0.05;

/** The network and its input; `seed` is that of the first weights. */
export const workload = { seed, model: { name: 'resnet20' }, image, classes, learningRate } as const;

/** Settings of an optimizer, as a suite would give them. */
export function optimizerSettings(optimizer: BenchOptimizer): OptimizerSettings {
  const adam = { name: 'adam', learningRate, ...defaults.optimizer.adam };
  return optimizer === 'adam' ? adam : { name: 'sam', rho, base: adam };
}

/** Images of random pixels with random classes, the same in every process. */
export function benchBatch(size: number): { images: Uint8Array; labels: Int32Array; brightness: null } {
  const random = stream(seed, 'bench');
  const pixels = size * image[0] * image[1] * image[2];
  return {
    images: Uint8Array.from({ length: pixels }, () => random.integer(256)),
    labels: Int32Array.from({ length: size }, () => random.integer(classes)),
    brightness: null,
  };
}

/** The network's first weights by name. */
export function firstWeights(): Map<string, StoredTensor> {
  const { parameters } = description();
  return new Map(
    parameters.map((spec) => [spec.name, { shape: spec.shape, values: initialValues(spec, seed) }]),
  );
}

/** First weights and batch as a file of safetensors, for programs in other languages. */
export function startFile(batch: number): Uint8Array {
  const { images, labels } = benchBatch(batch);
  return writeSafetensors(
    new Map<string, StoredTensor>([
      ...firstWeights(),
      ['batch.images', { shape: [batch, ...image], values: images }],
      ['batch.labels', { shape: [batch], values: labels }],
    ]),
  );
}

/**
 * Floating-point operations of one step: for each gradient evaluation (Adam one, SAM two) and image, 6 for each
 * multiply-add of a forward pass, 2 forward and 4 backward. Normalization, activation and update are not counted.
 */
export function stepOperations(optimizer: BenchOptimizer, batch: number): number {
  return 6 * description().multiplyAdds * batch * (optimizer === 'sam' ? 2 : 1);
}

function description() {
  const network = networks[workload.model.name];
  if (!network) throw new Error(`there is no network ${workload.model.name}`);
  return network.describe(workload.model, image, classes);
}
