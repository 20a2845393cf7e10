/** The weights of a cell as bytes: hashes that runs are compared by. */
import { createHash } from 'node:crypto';
import type { HostTensor } from '../engine/program.js';

/** Parameters and moving statistics, as they lie in the engine's state. */
export interface FlatWeights {
  parameters: HostTensor;
  /** Absent for a network without batch normalization. */
  statistics?: HostTensor;
}

/** The weights in a program's state. */
export function weightsOf(state: Record<string, HostTensor>): FlatWeights {
  const { parameters, statistics } = state;
  if (!parameters) throw new Error('the state holds no parameters');
  return { parameters, ...(statistics ? { statistics } : {}) };
}

/** SHA-256 over the little-endian bytes of parameters and moving statistics. */
export function weightsSha256({ parameters, statistics }: FlatWeights): string {
  const hash = createHash('sha256');
  for (const tensor of [parameters, statistics]) {
    if (tensor)
      hash.update(new Uint8Array(tensor.values.buffer, tensor.values.byteOffset, tensor.values.byteLength));
  }
  return hash.digest('hex');
}
