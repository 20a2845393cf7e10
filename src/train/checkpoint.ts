/** Checkpoints: all that a killed cell needs to continue bit for bit, in one safetensors file. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import writeFileAtomic from 'write-file-atomic';
import type { HostTensor } from '../engine/program.js';
import type { HistoryRow } from '../results/result.js';
import { readSafetensors, readSafetensorsMetadata, writeSafetensors } from '../safetensors.js';
import { type CheckSums, freshChecks } from './checks.js';
import { type EpochSums, freshSums } from './epoch-sums.js';
import { freshStopping, type StoppingState } from './stopping.js';

/** Where a cell stands between two steps, apart from its tensors. */
export interface Position {
  /** The epoch under way, from 1, and how many of its steps are done. */
  epoch: number;
  stepsDone: number;
  history: HistoryRow[];
  sums: EpochSums;
  stopping: StoppingState;
  /** The epoch whose weights are the best so far, and its loss and accuracy on the images that select. */
  best: { epoch: number; loss: number; accuracy: number } | null;
  gradientEvaluations: number;
  checks: CheckSums;
  /** Seconds of earlier processes. */
  otherSeconds: number;
  inputWaitSeconds: number;
}

/** Before the first step. */
export function freshPosition(): Position {
  return {
    epoch: 1,
    stepsDone: 0,
    history: [],
    sums: freshSums(),
    stopping: freshStopping(),
    best: null,
    gradientEvaluations: 0,
    checks: freshChecks(),
    otherSeconds: 0,
    inputWaitSeconds: 0,
  };
}

/** A checkpoint: position, engine state, and the best weights if there are any. */
export interface Checkpoint {
  position: Position;
  state: Record<string, HostTensor>;
  best: Record<string, HostTensor> | null;
}

const bestPrefix = 'best/';

/** Writes the checkpoint of `cell` atomically to `base`.safetensors; `base` is a path without an ending. */
export async function writeCheckpoint(
  base: string,
  cell: string,
  { position, state, best }: Checkpoint,
): Promise<void> {
  const tensors = new Map(Object.entries(state));
  for (const [name, tensor] of Object.entries(best ?? {})) tensors.set(bestPrefix + name, tensor);
  const bytes = writeSafetensors(tensors, { cell, position: JSON.stringify(position) });
  await writeFileAtomic(fileOf(base), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** The checkpoint of `cell` at `base`; null where there is none, or one of another cell, or a damaged one. */
export function readCheckpoint(base: string, cell: string): Checkpoint | null {
  const file = fileOf(base);
  if (!existsSync(file)) return null;
  try {
    const bytes = readFileSync(file);
    const metadata = readSafetensorsMetadata(bytes);
    if (metadata.cell !== cell || !metadata.position) return null;
    const tensors = readSafetensors(bytes, file);
    const state: Record<string, HostTensor> = {};
    const best: Record<string, HostTensor> = {};
    for (const [name, tensor] of tensors) {
      if (name.startsWith(bestPrefix)) best[name.slice(bestPrefix.length)] = tensor;
      else state[name] = tensor;
    }
    const position: Position = JSON.parse(metadata.position);
    return { position, state, best: Object.keys(best).length > 0 ? best : null };
  } catch {
    // A checkpoint only saves time: without a readable one the cell begins anew and ends with the same numbers.
    return null;
  }
}

/** Removes the checkpoint at `base`, once its cell has a result. */
export function removeCheckpoint(base: string): void {
  rmSync(fileOf(base), { force: true });
}

function fileOf(base: string): string {
  return `${base}.safetensors`;
}
