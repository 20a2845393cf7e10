import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from '../../src/train/checkpoint.js';
import { freshChecks } from '../../src/train/checks.js';
import { addStep, freshSums } from '../../src/train/epoch-sums.js';
import { type Measures, measureNames } from '../../src/train/measures.js';
import { freshStopping } from '../../src/train/stopping.js';

const vector = (...values: number[]) => ({ shape: [values.length], values: Float32Array.from(values) });

/** After two steps of a base alone, which has no perturbation: its sums are not numbers. */
function checkpoint(): Checkpoint {
  const sums = freshSums();
  const measures = Object.fromEntries(
    measureNames.map((name, index) => [name, index < 4 ? 0.1 : Number.NaN]),
  );
  addStep(sums, measures as Measures);
  addStep(sums, measures as Measures);
  return {
    position: {
      epoch: 2,
      stepsDone: 2,
      history: [],
      sums,
      stopping: { ...freshStopping(), bestLoss: 0.1 + 0.2, rateScale: 1 / 3 },
      best: { epoch: 1, loss: 1 / 7, accuracy: 0.5 },
      gradientEvaluations: 4,
      checks: freshChecks(),
      otherSeconds: 1.25,
      inputWaitSeconds: 0.5,
    },
    state: {
      parameters: vector(1, 2),
      statistics: vector(3),
      'base.updates': { shape: [], values: Float32Array.of(2) },
    },
    best: { parameters: vector(5, 6), statistics: vector(7) },
  };
}

describe('a checkpoint', () => {
  let base = '';
  beforeEach(() => {
    base = join(mkdtempSync(join(tmpdir(), 'sambench-checkpoint-')), 'cell');
  });
  afterEach(() => rmSync(join(base, '..'), { recursive: true, force: true }));

  it('comes back with every bit of its numbers', async () => {
    await writeCheckpoint(base, 'cell', checkpoint());
    expect(readCheckpoint(base, 'cell')).toEqual(checkpoint());
  });

  it('comes back without best weights where there were none', async () => {
    await writeCheckpoint(base, 'cell', { ...checkpoint(), best: null });
    expect(readCheckpoint(base, 'cell')?.best).toBeNull();
  });

  it('is replaced as a whole, and leaves no other file', async () => {
    await writeCheckpoint(base, 'cell', checkpoint());
    const second = checkpoint();
    second.position.epoch = 3;
    await writeCheckpoint(base, 'cell', second);
    expect(readCheckpoint(base, 'cell')?.position.epoch).toBe(3);
    expect(readdirSync(join(base, '..'))).toEqual(['cell.safetensors']);
  });

  it('of another cell is not taken', async () => {
    await writeCheckpoint(base, 'cell', checkpoint());
    expect(readCheckpoint(base, 'another')).toBeNull();
  });

  it('that does not exist is none', () => {
    expect(readCheckpoint(base, 'cell')).toBeNull();
  });

  it.each([0, 5, 40, 300])('of which only %s bytes are left is not taken', async (length) => {
    await writeCheckpoint(base, 'cell', checkpoint());
    const file = `${base}.safetensors`;
    writeFileSync(file, readFileSync(file).subarray(0, length));
    expect(readCheckpoint(base, 'cell')).toBeNull();
  });

  it('that lacks its last byte is not taken', async () => {
    await writeCheckpoint(base, 'cell', checkpoint());
    const file = `${base}.safetensors`;
    writeFileSync(file, readFileSync(file).subarray(0, -1));
    expect(readCheckpoint(base, 'cell')).toBeNull();
  });

  it('is gone after it is removed, which is no error twice', async () => {
    await writeCheckpoint(base, 'cell', checkpoint());
    removeCheckpoint(base);
    removeCheckpoint(base);
    expect(existsSync(`${base}.safetensors`)).toBe(false);
  });
});
