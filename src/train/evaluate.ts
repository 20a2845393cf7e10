/** Loss and accuracy of the current weights over a whole set, in inference mode. */
import { evaluationBatches } from '../data/batches.js';
import type { ImageSet } from '../data/images.js';
import type { Program } from '../engine/program.js';
import type { Evaluation } from '../results/result.js';
import type { StepFunction } from './step-program.js';

/** Evaluates `set` in batches of `batchSize`; every image counts once. Sums are in double precision. */
export function evaluate(program: Program<StepFunction>, set: ImageSet, batchSize: number): Evaluation {
  let loss = 0;
  let correct = 0;
  for (const { images, labels, count } of evaluationBatches(set, batchSize)) {
    const { logits } = program.run('evaluate', { images });
    if (!logits) throw new Error('the evaluation gave no logits');
    for (let example = 0; example < count; example++) {
      const row = logits.subarray(example * set.classes, (example + 1) * set.classes);
      const label = labels[example] as number;
      loss += crossEntropy(row, label);
      if (largestIndex(row) === label) correct += 1;
    }
  }
  return { loss: loss / set.count, accuracy: correct / set.count };
}

/** -log softmax(logits)[label]. */
function crossEntropy(logits: Float32Array, label: number): number {
  const largest = logits[largestIndex(logits)] as number;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return Math.log(sum) + largest - (logits[label] as number);
}

/** The first of the largest entries; NaN is never larger. */
function largestIndex(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) {
    if ((values[index] as number) > (values[best] as number)) best = index;
  }
  return best;
}
