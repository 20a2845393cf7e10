import { describe, expect, it } from 'vitest';
import { epochBatches } from '../../src/data/batches.js';
import { openDataSet } from '../../src/data/open.js';
import { splitDataSet } from '../../src/data/split.js';
import { compileProgram } from '../../src/engine/compile.js';
import { moveAverage, shareAfterEpoch, shareAfterStep, useAverage } from '../../src/train/averaging.js';
import { runStep } from '../../src/train/run-step.js';
import { useEngine } from '../engine/engine.js';
import { refusalOf } from '../suite/example.js';
import { cellOf, resultOf } from './cell.js';
import { base, randomBatch, smallStep } from './small-step.js';

useEngine({ threads: 1 });

const sgd = base('sgd', { momentum: 0.9 });
const adam = { name: 'adam', learningRate: 0.001 };
const mlp = { name: 'mlp', width: 8 };

describe('the share of a step in an average', () => {
  const averaged = (values: number[], shares: (number | null)[]) =>
    values.reduce((average, value, at) => average + (shares[at] ?? 0) * (value - average), 0);

  it('of an exponential one weighs steps by decay, the weights adding up to 1', () => {
    const values = [3, -1, 2, 5];
    const shares = values.map((_, step) => shareAfterStep({ name: 'ema', decay: 0.9 }, step));
    const weights = values.map((_, step) => 0.9 ** (values.length - 1 - step));
    const expected =
      values.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0) /
      weights.reduce((sum, weight) => sum + weight, 0);
    expect(averaged(values, shares)).toBeCloseTo(expected, 12);
  });

  it('of a stochastic one is that of a plain mean from its first epoch on', () => {
    const values = [9, 9, 3, -1, 4];
    const shares = values.map((_, at) => shareAfterEpoch({ name: 'swa', fromEpoch: 3 }, at + 1));
    expect(shares.slice(0, 2)).toEqual([null, null]);
    expect(averaged(values, shares)).toBeCloseTo((3 - 1 + 4) / 3, 12);
  });

  it('is none where the other kind moves, or nothing is averaged', () => {
    expect(shareAfterEpoch({ name: 'ema', decay: 0.9 }, 3)).toBeNull();
    expect(shareAfterStep({ name: 'swa', fromEpoch: 1 }, 3)).toBeNull();
    expect(shareAfterStep(undefined, 3)).toBeNull();
    expect(shareAfterEpoch(undefined, 3)).toBeNull();
  });
});

describe('an average in the program', () => {
  it('is the mean of the weights that it was moved to', () => {
    const step = smallStep(sgd, { average: true });
    const program = compileProgram(step.program(1));
    const seen = [0, 1, 2].map((index) => {
      runStep(program, step, randomBatch(index), 0.01);
      moveAverage(program, shareAfterEpoch({ name: 'swa', fromEpoch: 1 }, index + 1));
      return program.read().parameters?.values ?? [];
    });
    const average = program.read()['average.parameters']?.values;
    program.dispose();
    average?.forEach((value, at) => {
      expect(value).toBeCloseTo(seen.reduce((sum, values) => sum + (values[at] ?? 0), 0) / 3, 6);
    });
  });

  it('takes the place of the weights with statistics measured anew: means over one epoch of batches', async () => {
    const images = splitDataSet(await openDataSet('synthetic'), {
      ...{ seed: 1, train: 64, validation: 8, test: 8, labelNoise: 0 },
    }).train;
    const step = smallStep(sgd, { image: images.shape, batch: 32, average: true });
    const program = compileProgram(step.program(1));
    moveAverage(program, 1);
    const augment = { padCrop: 0, flip: false, brightness: 0, cutout: 0 };
    const over = { images, seed: 1, batchSize: 32, augment, epoch: 5 };
    const batches = epochBatches(images, over);
    const [first, second] = [0, 1].map(
      (number) => program.run('statistics', { images: batches.at(5, number).images }).statistics,
    );
    const before = program.read();
    useAverage(program, step, over);
    const { parameters, statistics } = program.read();
    program.dispose();
    expect(parameters?.values).toEqual(before['average.parameters']?.values);
    expect(statistics?.values).not.toEqual(before.statistics?.values);
    statistics?.values.forEach((value, at) => {
      expect(value).toBeCloseTo(((first?.[at] ?? 0) + (second?.[at] ?? 0)) / 2, 5);
    });
  });
});

describe('the average of one epoch', () => {
  it('is its last weights to the bit, with the statistics of those weights measured anew', async () => {
    const images = splitDataSet(await openDataSet('synthetic'), {
      ...{ seed: 1, train: 64, validation: 8, test: 8, labelNoise: 0 },
    }).train;
    const step = smallStep(sgd, { image: images.shape, batch: 32, average: true });
    const program = compileProgram(step.program(1));
    const augment = { padCrop: 0, flip: false, brightness: 0, cutout: 0 };
    const settings = { seed: 1, batchSize: 32, augment };
    const batches = epochBatches(images, settings);
    for (const number of [0, 1]) runStep(program, step, batches.at(1, number), 0.05);
    moveAverage(program, shareAfterEpoch({ name: 'swa', fromEpoch: 1 }, 1));
    const trained = program.read();
    useAverage(program, step, { images, ...settings, epoch: 2 });
    const tested = program.read();
    program.dispose();
    expect(tested.parameters?.values).toEqual(trained.parameters?.values);
    // Moving statistics lag behind; those measured anew are means over one epoch at the last weights.
    expect(tested.statistics?.values).not.toEqual(trained.statistics?.values);
  });
});

describe('a cell with an average', () => {
  const last = { select: 'last' };

  it.each([
    ['ema', { name: 'ema', decay: 0.5 }],
    ['swa', { name: 'swa', fromEpoch: 1 }],
  ])('%s trains as one without, and tests other weights', async (_name, average) => {
    const [plain, averaged] = [
      await resultOf(cellOf(adam, last)),
      await resultOf(cellOf(adam, last, { average })),
    ];
    const numbers = ({ history }: typeof plain) =>
      history.map(({ trainSeconds: _t, evaluationSeconds: _e, ...row }) => row);
    expect(numbers(averaged)).toEqual(numbers(plain));
    expect(averaged.final?.weightsSha256).not.toBe(plain.final?.weightsSha256);
    expect(averaged.settings.average).toEqual(average);
    expect(averaged.cell).not.toBe(plain.cell);
  });

  it('that forgets at once, without batch norm, tests the last weights', async () => {
    const changes = { ...last, model: mlp };
    const [plain, averaged] = [
      await resultOf(cellOf(adam, changes)),
      await resultOf(cellOf(adam, changes, { average: { name: 'ema', decay: 0 } })),
    ];
    expect(averaged.final).toEqual(plain.final);
  });

  it('that averages the last epoch only tests the last weights, bit for bit, of a network without statistics', async () => {
    const changes = { ...last, model: mlp };
    const average = { name: 'swa', fromEpoch: 2 };
    const [plain, averaged] = [
      await resultOf(cellOf(adam, changes)),
      await resultOf(cellOf(adam, changes, { average })),
    ];
    expect(averaged.history.length).toBe(2);
    expect(averaged.final).toEqual(plain.final);
  });

  it.each([1, 3, 4])('goes on from a checkpoint after %i of 6 steps bit for bit', async (stopAfter) => {
    const cell = cellOf(
      adam,
      { ...last, schedule: { name: 'cosine' } },
      { average: { name: 'ema', decay: 0.9 } },
    );
    const [whole, resumed] = [await resultOf(cell), await resultOf(cell, { stopAfter })];
    expect(resumed.final).toEqual(whole.final);
    expect(resumed.history.map(({ learningRate }) => learningRate)).toEqual(
      whole.history.map(({ learningRate }) => learningRate),
    );
  });
});

describe('a suite with an average', () => {
  const refused = (arm: Record<string, unknown>) =>
    refusalOf((suite) => {
      suite.compute = { equal: 'none' };
      suite.arms[1] = { ...suite.arms[1], ...arm };
    }).message;

  it('must test the last weights, of a cell that runs to its end, from an epoch that it has', () => {
    const ema = { name: 'ema', decay: 0.9 };
    expect(refused({ average: ema })).toContain('arms[1].average: is tested as it is at the end');
    expect(refused({ average: ema, select: 'last', stop: { earlyStopping: {} } })).toContain(
      'may stop early',
    );
    expect(refused({ average: { name: 'swa', fromEpoch: 11 }, select: 'last' })).toContain(
      'arms[1].average.fromEpoch: begins after the 10 epochs',
    );
    expect(refused({ average: { name: 'swa' }, select: 'last' })).toContain('arms[1].average');
  });
});
