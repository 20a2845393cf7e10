/** What functions of many kinds are tried on, and the comparison of their compiled and their eager results. */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { expect, it } from 'vitest';
import { compile } from '../../src/engine/compile.js';
import { runEagerly } from '../../src/engine/eager.js';
import type { HostTensor, InputSpec, ProgramFunction } from '../../src/engine/program.js';
import { stream } from '../../src/stream.js';

/** A function of some of the inputs. */
export type Make = (inputs: {
  m: Tensor2D;
  n: Tensor2D;
  v: Tensor1D;
  i: Tensor1D;
  x: Tensor4D;
  k: Tensor4D;
}) => Tensor | Tensor[];

/** m [3, 4], n [4, 2], v [6] and x [2, 6, 6, 3] in -1 .. 1, i [6] in 0 .. 3, k [3, 3, 3, 4]. */
export const inputs: Record<string, InputSpec> = {
  m: { shape: [3, 4], dtype: 'float32' },
  n: { shape: [4, 2], dtype: 'float32' },
  v: { shape: [6], dtype: 'float32' },
  i: { shape: [6], dtype: 'int32' },
  x: { shape: [2, 6, 6, 3], dtype: 'float32' },
  k: { shape: [3, 3, 3, 4], dtype: 'float32' },
};

function values(): Record<string, HostTensor['values']> {
  const random = stream(1, 'test', 'functions');
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype }]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const array =
        dtype === 'int32'
          ? Int32Array.from({ length }, () => random.integer(4))
          : Float32Array.from({ length }, () => 2 * random.uniform() - 1);
      return [name, array];
    }),
  );
}

/** A test for each of `functions`: it gives the same bits compiled as eagerly. */
export function agreeBitForBit(functions: Readonly<Record<string, Make>>): void {
  it.each(Object.keys(functions))('%s: compiled as eagerly, bit for bit', (name) => {
    const make = functions[name] as Make;
    const call: ProgramFunction = (_, fed) => {
      const made = [make(fed as never)].flat();
      return { state: {}, outputs: Object.fromEntries(made.map((tensor, index) => [`${index}`, tensor])) };
    };
    const eager = runEagerly({ state: {}, functions: { f: { inputs, call } } });
    const compiled = compile(call, { state: {}, inputs });
    const expected = eager.run('f', values());
    expect(compiled.run(values())).toEqual(expected);
    for (const output of Object.values(expected)) expect(output.every(Number.isFinite)).toBe(true);
    compiled.dispose();
  });
}
