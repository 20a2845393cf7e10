import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import { openGolden } from '../../src/golden/format.js';
import { firstWeights } from '../../src/golden/run-case.js';
import { unpackMeasures } from '../../src/train/measures.js';
import { trainingStep } from '../../src/train/step.js';
import { useEngine } from '../engine/engine.js';
import { base } from '../train/small-step.js';
import { folder } from './folder.js';

describe('the gradient by the moving statistics', () => {
  useEngine();

  it.each([
    ['operation by operation', runEagerly],
    ['compiled', compileProgram],
  ] as const)('has the loss and the norm that the reference has in inference mode, %s', (_, start) => {
    const golden = openGolden(folder);
    const { hessian, batches } = golden.set;
    const images = golden.array(batches.file, batches.images);
    const labels = golden.array(batches.file, batches.labels);
    if (!hessian || !images || !labels) throw new Error('the golden set lacks a part');
    const [, batch = 0] = images.shape;
    const step = trainingStep({
      model: { name: 'resnet20' },
      optimizer: base('sgd'),
      image: [32, 32, 3],
      classes: 10,
      batch,
      brightness: false,
      normalization: 'moving',
    });
    const first = firstWeights(golden);
    const join = (layout: typeof step.layout.trainable) => {
      const values = Float32Array.from(layout.flatMap(({ name }) => Array.from(first.get(name) ?? [])));
      return { shape: [values.length], values };
    };
    const program = start(step.program(1));
    program.write({ parameters: join(step.layout.trainable), statistics: join(step.layout.statistics) });
    const { measures } = program.run('step', {
      images: images.values.slice(0, batch * 3072),
      labels: labels.values.slice(0, batch),
      rate: Float32Array.of(0),
    });
    const after = program.read();
    program.dispose();
    const { loss, gradientNorm } = unpackMeasures(measures as Float32Array);
    expect(Math.abs(loss / hessian.loss - 1)).toBeLessThan(4 * hessian.float32Deviation.gradient);
    expect(Math.abs(gradientNorm / hessian.gradNorm - 1)).toBeLessThan(4 * hessian.float32Deviation.gradNorm);
    // Nothing moves the statistics that the pass is normalized by.
    expect(after.statistics).toEqual(join(step.layout.statistics));
  });
});
