import { describe, expect, it } from 'vitest';
import type { CellResult } from '../../src/results/result.js';
import { useEngine } from '../engine/engine.js';
import { cellOf, resultOf } from './cell.js';

const adam = { name: 'adam', learningRate: 0.003 };
const sam = { name: 'sam', rho: 0.05, base: adam };
/** Milliseconds a cell instead of seconds: 3 steps an epoch. */
const data = { name: 'synthetic', train: 96, validation: 32, test: 40 };
const small = { model: { name: 'mlp', width: 8 }, data, batch: 32 };
const lively = {
  ...small,
  data: { ...data, augment: { padCrop: 2, flip: true, brightness: 0.3 } },
  schedule: { name: 'cosine' },
};

/** What a run must repeat: everything but its times. */
function numbersOf({ status, history, final, budget, provenance }: CellResult) {
  const rows = history.map(({ trainSeconds: _, evaluationSeconds: __, ...row }) => row);
  const { initSha256, firstBatchSha256, dataSha256 } = provenance;
  return { status, history: rows, final, budget, initSha256, firstBatchSha256, dataSha256 };
}

describe('a cell', () => {
  useEngine({ threads: 1 });

  it('leaves a row of finite numbers for every epoch and a final test', async () => {
    const { status, error, history, final, budget } = await resultOf(cellOf(sam, lively));
    expect([status, error]).toEqual(['finished', null]);
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2]);
    for (const row of history) {
      expect(Object.entries(row).filter(([, value]) => !Number.isFinite(value))).toEqual([]);
      expect(row.perturbationNorm).toBeCloseTo(0.05, 5);
      expect(row.trainAccuracy).toBeGreaterThanOrEqual(0);
      expect(row.trainAccuracy).toBeLessThanOrEqual(1);
    }
    expect(final?.test.accuracy).toBeGreaterThanOrEqual(0);
    expect(final?.weightsSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(budget).toMatchObject({ epochs: 2, steps: 6, gradientEvaluations: 12 });
  });

  it('says how many training labels the noise changed', async () => {
    const noisy = { ...small, data: { ...data, labelNoise: 0.4 } };
    // 40 % of 96 images, rounded.
    expect((await resultOf(cellOf(adam, noisy))).provenance.changedLabels).toBe(38);
    expect((await resultOf(cellOf(adam, small))).provenance.changedLabels).toBe(0);
  });

  it('has no perturbation in its history where its optimizer perturbs nothing', async () => {
    const { history } = await resultOf(cellOf(adam, small));
    for (const row of history)
      expect(row).toMatchObject({ perturbationNorm: null, gradientCosine: null, perturbedLoss: null });
  });

  it('gives the same numbers again, and others for another seed', async () => {
    const first = numbersOf(await resultOf(cellOf(sam, lively)));
    expect(numbersOf(await resultOf(cellOf(sam, lively)))).toEqual(first);
    const other = numbersOf(await resultOf(cellOf(sam, { ...lively, seeds: [2] })));
    expect(other.final?.weightsSha256).not.toBe(first.final?.weightsSha256);
    expect(other.initSha256).not.toBe(first.initSha256);
    expect(other.firstBatchSha256).not.toBe(first.firstBatchSha256);
  });

  it('shares its first weights and its first batch with the other arms of its seed', async () => {
    const [left, right] = await Promise.all([resultOf(cellOf(adam, lively)), resultOf(cellOf(sam, lively))]);
    expect(left.provenance.initSha256).toBe(right.provenance.initSha256);
    expect(left.provenance.firstBatchSha256).toBe(right.provenance.firstBatchSha256);
    expect(left.final?.weightsSha256).not.toBe(right.final?.weightsSha256);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'interrupted after step %s of 6 and continued ends with every bit of an uninterrupted one',
    async (stopAfter) => {
      const cell = cellOf(stopAfter % 2 === 0 ? sam : adam, lively);
      const whole = await resultOf(cell);
      expect(numbersOf(await resultOf(cell, { stopAfter }))).toEqual(numbersOf(whole));
    },
  );

  it('interrupted and continued keeps the moving statistics of its network', async () => {
    const cell = cellOf(sam, { ...lively, model: { name: 'resnet8' } });
    expect(numbersOf(await resultOf(cell, { stopAfter: 4 }))).toEqual(numbersOf(await resultOf(cell)));
  });

  it('interrupted and continued remembers the best weights of the epochs before', async () => {
    // So large a rate that the first epoch is the best.
    const cell = cellOf({ ...adam, learningRate: 0.3 }, { ...small, epochs: 4 });
    const whole = await resultOf(cell);
    expect(whole.final?.selectedEpoch).toBeLessThan(4);
    expect(numbersOf(await resultOf(cell, { stopAfter: 10 }))).toEqual(numbersOf(whole));
  });

  it('that diverges keeps the history it has, and no final test', async () => {
    const cell = cellOf({ name: 'sgd', learningRate: 1e30 }, { ...small, epochs: 3 });
    const { status, error, history, final } = await resultOf(cell);
    expect(status).toBe('diverged');
    expect(error).toMatchObject({ code: 'cell-diverged', message: expect.stringMatching(/loss .*epoch 1/) });
    expect(history.length).toBeLessThan(3);
    expect(final).toBeNull();
  });

  it('that diverges late keeps the rows of the epochs before', async () => {
    // The decay multiplies the weights by 1 - 100 at every step, until they leave single precision.
    const cell = cellOf({ name: 'sgd', learningRate: 1, weightDecay: 100 }, { ...small, epochs: 8 });
    const { status, history, budget } = await resultOf(cell);
    expect(status).toBe('diverged');
    expect(history.length).toBeGreaterThanOrEqual(2);
    expect(history.length).toBeLessThan(8);
    expect(
      history
        .slice(0, -1)
        .every(({ trainLoss, valLoss }) => Number.isFinite(trainLoss) && Number.isFinite(valLoss)),
    ).toBe(true);
    expect(budget).toMatchObject({ epochs: history.length });
    expect(budget.steps).toBeLessThan(cell.budget.steps);
  });
});

describe('the weights that are tested', () => {
  useEngine({ threads: 1 });
  const wild = { ...adam, learningRate: 0.2 };
  const epochs = { ...small, epochs: 5 };

  it('are those of the epoch with the best validation accuracy, and of these of the lowest loss', async () => {
    const { history, final } = await resultOf(cellOf(wild, epochs));
    const best = history.reduce((left, right) => {
      const [a, b] = [left, right].map(({ valAccuracy, valLoss }) => ({
        accuracy: Number(valAccuracy),
        loss: Number(valLoss),
      }));
      if (!a || !b) throw new Error('a row is missing');
      return b.accuracy > a.accuracy || (b.accuracy === a.accuracy && b.loss < a.loss) ? right : left;
    });
    expect(final?.selectedEpoch).toBe(best.epoch);
    expect(final?.validation).toEqual({ loss: best.valLoss, accuracy: best.valAccuracy });
  });

  it('are the last where the suite says so', async () => {
    const { history, final } = await resultOf(cellOf(wild, { ...epochs, select: 'last' }));
    expect(final?.selectedEpoch).toBe(5);
    expect(final?.validation).toEqual({
      loss: history.at(-1)?.valLoss,
      accuracy: history.at(-1)?.valAccuracy,
    });
  });

  it('are chosen on the test images only where the suite says so', async () => {
    const { history, final } = await resultOf(cellOf(wild, { ...epochs, select: 'test' }));
    const best = Math.max(...history.map(({ valAccuracy }) => Number(valAccuracy)));
    expect(final?.test.accuracy).toBe(best);
  });

  it('are those of the lowest validation loss with early stopping that restores the best, which also ends the cell', async () => {
    const stop = { earlyStopping: { patience: 2, restoreBest: true } };
    const cell = cellOf({ ...adam, learningRate: 0.5 }, { ...epochs, epochs: 40, stop });
    const { history, final, budget } = await resultOf(cell);
    const losses = history.map(({ valLoss }) => Number(valLoss));
    const lowest = losses.indexOf(Math.min(...losses)) + 1;
    expect(history.length).toBe(lowest + 2);
    expect(final?.selectedEpoch).toBe(lowest);
    expect(final?.validation?.loss).toBe(Math.min(...losses));
    expect(budget.epochs).toBe(history.length);
  });

  it('are those of the last loss that was lower by `minDelta`, with early stopping that has one', async () => {
    // No loss after the first is lower by so much.
    const stop = { earlyStopping: { patience: 2, minDelta: 1e6 } };
    const { history, final } = await resultOf(cellOf(adam, { ...epochs, stop }));
    expect(history.length).toBe(3);
    expect(final?.selectedEpoch).toBe(1);
    expect(final?.validation?.loss).toBe(history[0]?.valLoss);
  });

  it('are the last where the suite says so and early stopping, which ends the cell, leaves them', async () => {
    const stop = { earlyStopping: { patience: 2, restoreBest: false } };
    const changes = { ...epochs, epochs: 40, select: 'last', stop };
    const { history, final } = await resultOf(cellOf({ ...adam, learningRate: 0.5 }, changes));
    const losses = history.map(({ valLoss }) => Number(valLoss));
    expect(history.length).toBe(losses.indexOf(Math.min(...losses)) + 1 + 2);
    expect(final?.selectedEpoch).toBe(history.length);
    expect(final?.validation?.loss).toBe(losses.at(-1));
  });
});

describe('the rate in the history', () => {
  useEngine({ threads: 1 });

  it('is that of the last step of each epoch', async () => {
    const { history } = await resultOf(cellOf(adam, lively));
    // Half a cosine over 6 steps: the third and the sixth.
    const expected = [2, 5].map((step) => 0.003 * 0.5 * (1 + Math.cos((Math.PI * step) / 6)));
    history.forEach(({ learningRate }, index) => {
      expect(learningRate).toBeCloseTo(expected[index] as number, 12);
    });
  });

  it('is halved after a plateau', async () => {
    const stop = { plateau: { factor: 0.5, patience: 1 } };
    const changes = { ...small, epochs: 8, schedule: { name: 'plateau' }, stop };
    const { history } = await resultOf(cellOf({ ...adam, learningRate: 0.5 }, changes));
    let best = Number.POSITIVE_INFINITY;
    let rate = 0.5;
    for (const { learningRate, valLoss } of history) {
      expect(learningRate).toBeCloseTo(rate, 12);
      if (Number(valLoss) < best - 1e-4) best = Number(valLoss);
      else rate /= 2;
    }
    expect(rate).toBeLessThan(0.5);
  });
});
