import { describe, expect, it } from 'vitest';
import { addStep, freshSums, historyRow } from '../../src/train/epoch-sums.js';
import { type MeasureName, type Measures, measureNames, unpackMeasures } from '../../src/train/measures.js';
import { weightsOf, weightsSha256 } from '../../src/train/weights.js';

/** Measures that are all not a number but for those given. */
function measures(given: Partial<Measures>): Measures {
  return Object.fromEntries(measureNames.map((name) => [name, given[name] ?? Number.NaN])) as Measures;
}

const evaluation = { loss: 1.5, accuracy: 0.25 };

describe('a history row', () => {
  it('has the means over the steps of the epoch', () => {
    const sums = freshSums();
    const common = {
      gradientNorm: 2,
      updateNorm: 2,
      perturbedLoss: 5,
      perturbationNorm: 0.05,
      gradientCosine: 0.5,
    };
    addStep(sums, measures({ loss: 1, accuracy: 0.5, ...common }));
    addStep(sums, measures({ loss: 4, accuracy: 1, ...common, gradientNorm: 4 }));
    sums.trainSeconds = 7;
    expect(historyRow(3, sums, evaluation, 0.1, 2)).toMatchObject({
      epoch: 3,
      trainLoss: 2.5,
      trainAccuracy: 0.75,
      valLoss: 1.5,
      valAccuracy: 0.25,
      learningRate: 0.1,
      gradientNorm: 3,
      perturbationNorm: 0.05,
      gradientCosine: 0.5,
      perturbedLoss: 5,
      trainSeconds: 7,
      evaluationSeconds: 2,
    });
  });

  it('has none of what the steps did not measure, and no validation where there are no such images', () => {
    const sums = freshSums();
    addStep(sums, measures({ loss: 1, accuracy: 0.5, gradientNorm: 2, updateNorm: 2 }));
    expect(historyRow(1, sums, null, 0.1, 0)).toMatchObject({
      valLoss: null,
      valAccuracy: null,
      perturbationNorm: null,
      gradientCosine: null,
      perturbedLoss: null,
    });
  });

  it('has no loss where that of one step was not a number', () => {
    const sums = freshSums();
    addStep(sums, measures({ loss: 1, accuracy: 0.5 }));
    addStep(sums, measures({ accuracy: 0.5 }));
    expect(historyRow(1, sums, null, 0.1, 0).trainLoss).toBeNaN();
  });

  it('takes its mean over the steps that have the measure', () => {
    const sums = freshSums();
    addStep(sums, measures({ loss: 1, gradientCosine: 0.5 }));
    addStep(sums, measures({ loss: 1 }));
    expect(historyRow(1, sums, null, 0.1, 0).gradientCosine).toBe(0.5);
  });
});

describe('measures', () => {
  it('come as one vector in the order of their names', () => {
    const values = Float32Array.from(measureNames, (_, index) => index);
    const found = unpackMeasures(values);
    measureNames.forEach((name: MeasureName, index) => {
      expect(found[name]).toBe(index);
    });
  });
});

describe('the hash of weights', () => {
  const parameters = { shape: [2], values: Float32Array.of(1, 2) };
  const statistics = { shape: [1], values: Float32Array.of(3) };

  it('is that of the bytes of parameters, then statistics', () => {
    // sha256sum of 00 00 80 3f 00 00 00 40 00 00 40 40
    expect(weightsSha256({ parameters, statistics })).toBe(
      '8e628779e6a74ee0b36991c10158f63cafec7d340ad4e075592502c8708524dd',
    );
  });

  it('tells one changed bit, and is that of the part of a larger array that it is', () => {
    const changed = { shape: [2], values: Float32Array.of(1, -2) };
    expect(weightsSha256({ parameters: changed, statistics })).not.toBe(
      weightsSha256({ parameters, statistics }),
    );
    const part = { shape: [2], values: Float32Array.of(0, 1, 2, 9).subarray(1, 3) };
    expect(weightsSha256({ parameters: part, statistics })).toBe(weightsSha256({ parameters, statistics }));
  });

  it('takes of a state the weights alone', () => {
    const state = { parameters, statistics, 'base.velocity': parameters };
    expect(weightsOf(state)).toEqual({ parameters, statistics });
    expect(weightsOf({ parameters })).toEqual({ parameters });
    expect(() => weightsOf({})).toThrow(/no parameters/);
  });
});
