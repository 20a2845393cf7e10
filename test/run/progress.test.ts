import { describe, expect, it, vi } from 'vitest';
import { createEstimate, formatDuration } from '../../src/run/estimate.js';
import { lineView } from '../../src/run/lines.js';
import { exampleCell, exampleResult } from '../results/example.js';

const small = exampleCell('small', { budget: { epochs: 1, steps: 1, gradientEvaluations: 1, flops: 100 } });
const large = exampleCell('large', { budget: { epochs: 1, steps: 1, gradientEvaluations: 2, flops: 300 } });

describe('the time left', () => {
  it('is unknown before anything is done', () => {
    expect(createEstimate([small, large], () => 0).secondsLeft()).toBeNull();
  });

  it('follows the operations that are left at the rate so far', () => {
    let now = 0;
    const estimate = createEstimate([small, large], () => now);
    now = 10_000;
    estimate.ended(small, true);
    // 100 operations in 10 s, 300 left.
    expect(estimate.secondsLeft()).toBeCloseTo(30);
    now = 20_000;
    estimate.progressed(large, 0.5);
    // 250 operations in 20 s, 150 left.
    expect(estimate.secondsLeft()).toBeCloseTo(12);
  });

  it('does not count the operations that a failed cell never did', () => {
    let now = 0;
    const estimate = createEstimate([small, large], () => now);
    now = 10_000;
    estimate.progressed(large, 0.1);
    estimate.ended(large, false);
    // 30 operations in 10 s, 100 left.
    expect(estimate.secondsLeft()).toBeCloseTo(33.33, 1);
  });

  it.each([
    [0.2, '0 s'],
    [59.4, '59 s'],
    [60, '1 min'],
    [190, '3 min 10 s'],
    [3600, '1 h'],
    [7500, '2 h 5 min'],
  ])('of %d seconds reads %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('progress in lines', () => {
  it('is one line for each cell, with a running count and the time left', () => {
    let now = 0;
    const lines: string[] = [];
    const view = lineView((line) => lines.push(line), {
      cells: [small, large],
      verbose: false,
      now: () => now,
    });
    view.started(small);
    now = 10_000;
    view.ended(small, exampleResult(small));
    view.started(large);
    now = 40_000;
    view.ended(
      large,
      exampleResult(large, { status: 'failed', final: null, error: { code: 'x', message: 'It\ndied.' } }),
    );
    view.close();
    expect(lines).toEqual([
      '[1/2] small: test accuracy 43.8 %, 10 s; about 30 s left',
      '[2/2] large: failed (It), 30 s',
    ]);
  });

  it('says at most every half minute what is running', () => {
    vi.useFakeTimers();
    let now = 0;
    const lines: string[] = [];
    const view = lineView((line) => lines.push(line), { cells: [small], verbose: false, now: () => now });
    view.started(small);
    view.progressed(small, { epoch: 2, epochs: 5, step: 3, steps: 10, trainLoss: 1.5, valAccuracy: 0.25 });
    for (let second = 0; second < 65; second++) {
      now += 1000;
      vi.advanceTimersByTime(1000);
    }
    view.close();
    vi.useRealTimers();
    expect(lines).toEqual(Array(2).fill('running: small epoch 2/5, loss 1.500, validation accuracy 25.0 %'));
  });

  it('shows the lines of a training process only when asked', () => {
    const lines: string[] = [];
    const write = (line: string) => lines.push(line);
    for (const verbose of [false, true]) {
      const view = lineView(write, { cells: [small], verbose });
      view.line(small, 'hello');
      view.close();
    }
    expect(lines).toEqual(['small | hello']);
  });
});
