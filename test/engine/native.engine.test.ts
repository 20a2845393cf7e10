/** What our addon for graphs makes of calls that cannot be: an error of JavaScript, after which it goes on. */
import { describe, expect, it } from 'vitest';
import { backend } from '../../src/engine/backend.js';
import { sessionConfig } from '../../src/engine/graph-session.js';
import { nativeGraphs } from '../../src/engine/native.js';
import { useEngine } from './engine.js';

describe('the addon that builds graphs', () => {
  useEngine({ threads: 1 });

  it('names an operation that the graph does not have, wherever it is named, and goes on', () => {
    const native = nativeGraphs();
    const graph = native.newGraph();
    const missing = 'the graph has no operation 7';
    expect(() => native.addOperation(graph, 'NoOp', 'a', [], [7], [])).toThrow(missing);
    expect(() => native.addOperation(graph, 'Identity', 'b', [7, 0], [], [])).toThrow(missing);
    expect(native.addOperation(graph, 'NoOp', 'a', [], [], [])).toEqual([]);
    const session = native.newSession(graph, sessionConfig());
    expect(() => native.runSession(session, graph, [], [7, 0], [], false)).toThrow(missing);
    expect(() => native.runSession(session, graph, [], [], [-1], false)).toThrow('no operation -1');
    expect(native.runSession(session, graph, [], [], [0], false).tensors).toEqual([]);
    native.closeSession(session);
  });

  it('takes lists of shapes and of strings as attributes', () => {
    const native = nativeGraphs();
    const graph = native.newGraph();
    const { TF_ATTR_TYPE, TF_ATTR_SHAPE, TF_ATTR_STRING, TF_FLOAT } = backend().binding;
    native.addOperation(
      graph,
      'FIFOQueueV2',
      'queue',
      [],
      [],
      [
        { name: 'component_types', type: TF_ATTR_TYPE, value: [TF_FLOAT, TF_FLOAT] },
        { name: 'shapes', type: TF_ATTR_SHAPE, value: [[], [3, 4]] },
      ],
    );
    const shape = { name: 'shape', type: TF_ATTR_SHAPE, value: [2] };
    const dtype = { name: 'dtype', type: TF_ATTR_TYPE, value: TF_FLOAT };
    native.addOperation(graph, 'Placeholder', 'x', [], [], [dtype, shape]);
    native.addOperation(
      graph,
      'DebugIdentity',
      'debug',
      [1, 0],
      [],
      [
        { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
        { name: 'debug_urls', type: TF_ATTR_STRING, value: ['first-url', 'second'] },
      ],
    );
    const definition = Buffer.from(native.graphDefinition(graph));
    expect(definition.includes('first-url') && definition.includes('second')).toBe(true);
    // TensorShapeProto: dim { size: 3 } dim { size: 4 }.
    expect(definition.includes(Buffer.from([0x12, 2, 8, 3, 0x12, 2, 8, 4]))).toBe(true);
  });

  it('refuses values that do not fill their shape', () => {
    const native = nativeGraphs();
    const values = new Float32Array(1);
    const feed = { operation: 0, dtype: 1, shape: [2 ** 24, 2 ** 24], values };
    const graph = native.newGraph();
    native.addOperation(graph, 'NoOp', 'a', [], [], []);
    const session = native.newSession(graph, sessionConfig());
    expect(() => native.runSession(session, graph, [feed], [], [0], false)).toThrow('do not fill the shape');
    native.closeSession(session);
  });

  it('refuses a call with too few arguments, and values of another kind', () => {
    const native = nativeGraphs() as unknown as Record<string, (...given: unknown[]) => unknown>;
    expect(() => native.addOperation?.()).toThrow('too few arguments');
    expect(() => native.graphDefinition?.(5)).toThrow();
  });
});
