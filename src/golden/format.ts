/** The format of a folder of golden cases: what golden.json says, and the arrays beside it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SambenchError } from '../errors.js';
import { readSafetensors, type StoredTensor } from '../safetensors.js';

/** Reference values with an absolute tolerance each, one a step; a list in a step has one entry a group. */
export interface Expected {
  value: (number | number[])[];
  tolerance: (number | number[])[];
}

/** [sum, L2 norm, sum of v_i sin(i + 1)] of a flat array, and the absolute tolerance of each. */
export type SummaryEntry = [number[], number[]];

export type Summary = Record<string, SummaryEntry>;

/** One training run of a few steps with reference values. */
export interface GoldenCase {
  id: string;
  steps: number;
  optimizer: { name: string; lr: number; [setting: string]: unknown };
  sharpness: { kind: string; [setting: string]: unknown };
  /** Prefix of the images and labels of this case. */
  batches: string;
  expect: Partial<Record<'loss' | 'perturbedLoss' | 'gradNorm' | 'updateGradNorm', Expected>>;
  weights: {
    tolerance: Record<'update' | 'tensor' | 'dead' | 'moving' | 'logits', number>;
    file: string;
    prefix?: string;
  };
  summary?: Summary;
  stepSummary?: Summary[];
  gradient?: { file: string; cleanTensor: number; samSummary?: Summary };
}

/** One quantity of a closed form, run for a number of steps. */
export interface ClosedRun {
  optimizer: GoldenCase['optimizer'];
  sharpness: GoldenCase['sharpness'];
  w: number[][];
  loss: number[];
  gradNorm: number[];
  perturbedLoss: number[];
}

/** The contents of golden.json that are compared. */
export interface GoldenSet {
  format: string;
  batches: { file: string; images: string; labels: string; evaluation: number };
  parameters: { name: string; shape: number[]; trainable: boolean; deadBias?: boolean }[];
  trainableCount: number;
  count: number;
  files: Record<string, { sha256: string }>;
  cases: GoldenCase[];
  closed?: {
    scalar?: {
      x: number;
      lr: number;
      cases: { rho: number; gradient: number; perturbedLoss: number; samGradient: number; nextX: number }[];
      tolerance: { float32: number };
    };
    quadratic?: {
      A: number[][];
      w0: number[];
      steps: number;
      runs: ClosedRun[];
      tolerance: { float32: number };
    };
  };
  hessian?: {
    loss: number;
    gradNorm: number;
    float32Deviation: { gradient: number; gradNorm: number };
    evalLogits: { file: string; tensor: string; batch: number; tolerance: number };
  };
}

/** A golden set with its arrays, each file checked against its hash. */
export interface Golden {
  set: GoldenSet;
  array(file: string, name: string): StoredTensor | undefined;
}

const knownFormat = 'resnet20-golden/1';

/** Opens the folder; a missing or damaged file, or another format, is an error that names it. */
export function openGolden(folder: string): Golden {
  const indexFile = join(folder, 'golden.json');
  const invalid = (file: string, problem: string, fix: string, value?: unknown) =>
    new SambenchError('result-invalid', { file, problem, fix, value });
  const read = (file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch {
      throw invalid(file, 'the file cannot be read', 'Name a folder that holds golden.json and its arrays.');
    }
  };
  let set: GoldenSet;
  try {
    set = JSON.parse(read(indexFile).toString('utf8'));
  } catch (error) {
    if (error instanceof SambenchError) throw error;
    throw invalid(indexFile, 'the file is not JSON', 'Restore it.');
  }
  if (set.format !== knownFormat) {
    throw invalid(indexFile, `the format is not ${knownFormat}`, 'Use a folder of that format.', set.format);
  }
  const files = new Map<string, Map<string, StoredTensor>>();
  return {
    set,
    array(file, name) {
      let tensors = files.get(file);
      if (!tensors) {
        const path = join(folder, file);
        const bytes = read(path);
        const expected = set.files[file]?.sha256;
        const found = createHash('sha256').update(bytes).digest('hex');
        if (expected && expected !== found) {
          throw invalid(path, `the file is damaged: its SHA-256 is not ${expected}`, 'Restore it.', found);
        }
        tensors = readSafetensors(bytes, path);
        files.set(file, tensors);
      }
      return tensors.get(name);
    },
  };
}
