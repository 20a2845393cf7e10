import { describe, expect, it } from 'vitest';
import { operationTimes } from '../../src/engine/trace.js';

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const number = (field: number, value: number) => [...varint(field * 8), ...varint(value)];
const message = (field: number, ...body: number[]) => [
  ...varint(field * 8 + 2),
  ...varint(body.length),
  ...body,
];
const text = (field: number, value: string) => message(field, ...new TextEncoder().encode(value));

/** Numbers that are 0 and text that is empty are left out, as TensorFlow leaves them out. */
const node = (name: string, label: string, startNanoseconds: number, endNanoseconds: number) =>
  message(
    2,
    ...text(1, name),
    ...number(2, 1_795_850_958_317_015),
    ...number(4, Math.floor(endNanoseconds / 1000)),
    ...(label ? text(8, label) : []),
    ...(startNanoseconds ? number(14, startNanoseconds) : []),
    ...(endNanoseconds ? number(15, endNanoseconds) : []),
  );

const device = (...nodes: number[][]) => message(1, ...text(1, 'CPU:0'), ...nodes.flat());
const metadata = (...devices: number[][]) =>
  Uint8Array.from([...message(1, ...devices.flat()), ...message(2, 1, 2, 3)]);

describe('the times of a traced run', () => {
  it('are from start to end of the kernels, added up for each type', () => {
    const trace = metadata(
      device(
        node('1_Mul', '1_Mul = Mul(0_Const, 0_Const)', 250, 4750),
        node('2_Sum', '[cpu 0.5MB 0.5MB] 2_Sum = Sum(1_Mul, 0_Const)', 1000, 3_001_000),
        node('3_Mul', '3_Mul = Mul(2_Sum, 1_Mul)', 0, 500),
      ),
    );
    expect(operationTimes(trace)).toEqual([
      { operation: 'Mul', microseconds: 5, count: 2 },
      { operation: 'Sum', microseconds: 3000, count: 1 },
    ]);
  });

  it('have the type that ran, not the one that its node was recorded as', () => {
    const label = '[mklcpu 0.5MB 0.5MB] 70_Conv2D = _MklNativeConv2D(27_RealDiv, 32_Reshape)';
    expect(operationTimes(metadata(device(node('70_Conv2D', label, 0, 1000))))).toEqual([
      { operation: '_MklNativeConv2D', microseconds: 1, count: 1 },
    ]);
  });

  it('have the type of the name where a node has no label', () => {
    expect(operationTimes(metadata(device(node('7_Add', '', 0, 0))))).toEqual([
      { operation: 'Add', microseconds: 0, count: 1 },
    ]);
  });

  it('are those of all devices', () => {
    const adding = node('7_Add', '7_Add = Add(1_Mul)', 0, 2000);
    expect(operationTimes(metadata(device(adding), device(adding)))).toEqual([
      { operation: 'Add', microseconds: 4, count: 2 },
    ]);
  });

  it('are none where nothing was traced', () => {
    expect(operationTimes(new Uint8Array())).toEqual([]);
  });

  it('are refused where the trace is cut short', () => {
    const whole = metadata(device(node('7_Add', '', 0, 1000)));
    expect(() => operationTimes(whole.subarray(0, 12))).toThrow(/cut short/);
  });
});
