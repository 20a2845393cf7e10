import type { Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { applyBrightness } from '../../../src/data/batches.js';
import { compile } from '../../../src/engine/compile.js';
import { runEagerly } from '../../../src/engine/eager.js';
import { exactQuotient } from '../../../src/engine/operations/exact-quotient.js';
import type { InputSpec, ProgramFunction } from '../../../src/engine/program.js';
import { tf } from '../../../src/engine/tensorflow.js';
import { stream } from '../../../src/stream.js';
import { scaledImages } from '../../../src/train/group-gradient.js';
import { useEngine } from '../engine.js';

const pixels = Uint8Array.from({ length: 256 }, (_, value) => value);

describe('pixels in a graph that TensorFlow rewrites', () => {
  useEngine({ threads: 1 });

  const run = (
    call: ProgramFunction,
    inputs: Record<string, InputSpec>,
    values: Record<string, Uint8Array | Float32Array>,
  ) => {
    const compiled = compile(call, { state: {}, inputs });
    const found = compiled.run(values).y;
    compiled.dispose();
    const eager = runEagerly({ state: {}, functions: { f: { inputs, call } } });
    expect(found).toEqual(eager.run('f', values).y);
    return found;
  };

  it('are divided by 255 exactly as in JavaScript, all 256 of them', () => {
    const y = run(
      (_, { x }) => ({ state: {}, outputs: { y: exactQuotient(tf().cast(x as Tensor4D, 'float32'), 255) } }),
      { x: { shape: [256], dtype: 'uint8' } },
      { x: pixels },
    );
    expect(Array.from(y as Float32Array)).toEqual(Array.from(pixels, (value) => Math.fround(value / 255)));
  });

  it('are shifted by the brightness of their image and clipped exactly as the definition says', () => {
    const random = stream(1, 'test', 'brightness');
    const count = 16;
    const images = new Uint8Array(count * 256);
    for (let image = 0; image < count; image++) images.set(pixels, image * 256);
    const brightness = Float32Array.from({ length: count }, () => random.uniform() - 0.5);
    const y = run(
      (_, inputs) => ({ state: {}, outputs: { y: scaledImages(inputs) } }),
      {
        images: { shape: [count, 16, 16, 1], dtype: 'uint8' },
        brightness: { shape: [count], dtype: 'float32' },
      },
      { images, brightness },
    );
    const labels = new Int32Array(count);
    expect(y).toEqual(applyBrightness({ images, labels, brightness, count }));
    expect(y?.includes(0) && y.includes(1)).toBe(true);
  });
});
