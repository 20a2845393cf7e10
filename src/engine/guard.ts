/**
 * Refuses, while a function is recorded, what a graph cannot do: it replaces the ways in which tfjs reads values on the host,
 * changes variables and draws random numbers there.
 */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { NativeBackend } from './backend.js';
import { tf } from './tensorflow.js';

/** Why a function cannot be recorded. */
export class RecordingError extends Error {
  constructor(problem: string) {
    super(`the function cannot be compiled: ${problem}`);
    this.name = 'RecordingError';
  }
}

/** What watches over one recording. */
export interface Guard {
  /** The error to throw for `problem`; kept as well, since a function may catch it or meet it inside of a promise. */
  refuse(problem: string): RecordingError;
  /** The first refusal, if there was one. */
  refusal(): RecordingError | null;
  /** Whether the tensor of this id is a variable of tfjs. */
  isVariable(dataId: object): boolean;
  /** Gives tfjs back what was replaced. */
  restore(): void;
}

const onHost =
  'it reads a value on the host (dataSync, arraySync, data, whereAsync …), which would be frozen into the graph';

/** Guards a recording on `native` until `restore` is called; `isSymbol` says which tensors have no values. */
export function guardRecording(native: NativeBackend, isSymbol: (dataId: object) => boolean): Guard {
  const { readSync, read } = native;
  const { assign } = tf().Variable.prototype;
  const { random } = Math;
  const variables = new Set(registeredVariables().map(({ dataId }) => dataId));
  const gather = looseGather();
  let first: RecordingError | null = null;
  const refuse = (problem: string): RecordingError => {
    first ??= new RecordingError(problem);
    return first;
  };
  native.readSync = (dataId) => {
    if (!isSymbol(dataId)) return readSync.call(native, dataId);
    if (gather.running()) return new Int32Array(0);
    throw refuse(onHost);
  };
  native.read = (dataId) => {
    if (!isSymbol(dataId)) return read.call(native, dataId);
    refuse(onHost);
    // A rejection could end the process, as nobody may be there to catch it.
    return new Promise(() => {});
  };
  // A variable would change once, while this records, and not when the graph runs.
  tf().Variable.prototype.assign = () => {
    throw refuse('it assigns a variable; return new state instead');
  };
  // Some of tfjs's random functions draw on the host, from a generator that Math.random seeds where nobody does.
  Math.random = () => {
    throw refuse('it draws random numbers on the host, which would be frozen into the graph');
  };
  return {
    refuse,
    refusal: () => first,
    isVariable: (dataId) => variables.has(dataId),
    restore() {
      Object.assign(native, { readSync, read });
      tf().Variable.prototype.assign = assign;
      Math.random = random;
      gather.restore();
    },
  };
}

/** The variables that tfjs knows. */
function registeredVariables(): Tensor[] {
  const state = tf().engine().state as unknown as { registeredVariables: Record<string, Tensor> };
  return Object.values(state.registeredVariables);
}

/**
 * Lets tfjs's gather, the only one of its operations that reads on the host (to check its indices), run while recording,
 * until `restore` is called; TensorFlow checks the indices again when the graph runs. `running` says whether it runs.
 */
function looseGather(): { running(): boolean; restore(): void } {
  const { getKernel, registerKernel, unregisterKernel } = tf();
  const original = getKernel('GatherV2', 'tensorflow');
  let depth = 0;
  const replace = (kernelFunc: typeof original.kernelFunc) => {
    unregisterKernel('GatherV2', 'tensorflow');
    registerKernel({ ...original, kernelFunc });
  };
  replace((call) => {
    depth += 1;
    try {
      return original.kernelFunc(call);
    } finally {
      depth -= 1;
    }
  });
  return { running: () => depth > 0, restore: () => replace(original.kernelFunc) };
}
