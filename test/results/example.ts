/** A finished result with every field set, for tests of what reads and writes results. */
import type { CellResult } from '../../src/results/result.js';
import type { Cell } from '../../src/suite/cell.js';

/** A cell of the suite `tiny`. */
export function exampleCell(id = 'adam-e2-s1-00000000', changes: Partial<Cell> = {}): Cell {
  return {
    suite: 'tiny',
    id,
    arm: 'adam',
    seed: 1,
    settings: {
      data: {
        name: 'synthetic',
        train: 64,
        validation: 16,
        test: 16,
        labelNoise: 0,
        augment: { padCrop: 0, flip: false, brightness: 0, cutout: 0 },
      },
      model: { name: 'mlp', units: 8 },
      batch: 16,
      epochs: 2,
      schedule: { name: 'constant', warmupEpochs: 0 },
      optimizer: { name: 'adam', learningRate: 0.001, beta1: 0.9 },
      select: 'validation',
      stop: null,
      threads: 1,
    },
    budget: { epochs: 2, steps: 8, gradientEvaluations: 8, flops: 1000 },
    ...changes,
  };
}

/** The finished result of `cell`. */
export function exampleResult(cell: Cell = exampleCell(), changes: Partial<CellResult> = {}): CellResult {
  return {
    schema: 1,
    suite: cell.suite,
    cell: cell.id,
    arm: cell.arm,
    seed: cell.seed,
    settings: cell.settings,
    status: 'finished',
    error: null,
    budget: cell.budget,
    history: [1, 2].map((epoch) => ({
      epoch,
      trainLoss: 2 / epoch,
      trainAccuracy: 0.25,
      valLoss: 1.5,
      valAccuracy: 0.5,
      learningRate: 0.001,
      gradientNorm: 1,
      perturbationNorm: null,
      gradientCosine: null,
      perturbedLoss: null,
      trainSeconds: 0.1,
      evaluationSeconds: 0.05,
    })),
    final: {
      selectedEpoch: 2,
      validation: { loss: 1.5, accuracy: 0.5 },
      test: { loss: 1.6, accuracy: 0.4375 },
      weightsSha256: 'ab'.repeat(32),
    },
    sharpness: {},
    time: {
      trainSeconds: 0.2,
      evaluationSeconds: 0.1,
      otherSeconds: 0.01,
      inputWaitSeconds: 0,
      contended: false,
    },
    memory: { peakRssBytes: 1_000_000 },
    provenance: {
      version: '0.1.0',
      gitCommit: null,
      gitDirty: null,
      suiteSha256: '00'.repeat(32),
      dataSha256: '11'.repeat(32),
      initSha256: '22'.repeat(32),
      firstBatchSha256: '33'.repeat(32),
      command: 'sambench bench tiny.json',
    },
    environment: {
      node: '20.20.2',
      tensorflow: '2.21.0',
      tfjs: '4.22.0',
      os: 'Linux 6.1 x64',
      cpu: 'Test processor',
      cores: 2,
      threads: 1,
      gpu: null,
      oneDnn: true,
      fingerprint: '0123456789ab',
    },
    ...changes,
  };
}
