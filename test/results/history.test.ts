import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { historyLines } from '../../src/commands/bench-history.js';
import { condense } from '../../src/report/summarize/record.js';
import { summarizeCells } from '../../src/report/summarize/summarize.js';
import {
  appendHistory,
  type HistoryLine,
  historyFile,
  readHistory,
  trendsOf,
} from '../../src/results/history.js';
import { quickstart } from '../report/synthetic.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sambench-history-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function line(day: number, changes: Partial<HistoryLine> = {}): HistoryLine {
  return {
    schema: 1,
    date: new Date(Date.UTC(2026, 0, day)).toISOString(),
    commit: `commit-${day}`,
    fingerprint: '0123456789ab',
    suite: 'study',
    version: 1,
    arm: 'sam',
    setting: 'sam-rho0.05-e4',
    n: 6,
    accuracy: { mean: 0.57, low: 0.56, high: 0.58 },
    stepMilliseconds: 180,
    peakRssBytes: 1e9,
    ...changes,
  };
}

describe('the history', () => {
  it('gives back the lines that were appended, in their order', async () => {
    expect(await readHistory(root)).toEqual([]);
    await appendHistory(root, [line(1), line(2)]);
    await appendHistory(root, [line(3)]);
    expect(await readHistory(root)).toEqual([line(1), line(2), line(3)]);
  });

  it('passes over a line that was cut short, and begins a new one after it', async () => {
    await appendHistory(root, [line(1)]);
    await appendFile(historyFile(root), '{"schema":1,"date":"2026-');
    await appendHistory(root, [line(3)]);
    expect(await readHistory(root)).toEqual([line(1), line(3)]);
  });

  it('has one line for each arm of a run, of the setting that stands for it', () => {
    const { suite, cells, results, timing } = quickstart([1, 2, 3]);
    const summary = summarizeCells(suite, { cells }, results.map(condense), timing);
    const lines = historyLines(summary, new Date('2026-01-02T03:04:05Z'));
    expect(lines.map(({ setting }) => setting)).toEqual(['adam-e40', 'sam-rho0.05-e20']);
    expect(lines[1]).toMatchObject({
      date: '2026-01-02T03:04:05.000Z',
      commit: '0123456789abcdef0123456789abcdef01234567',
      fingerprint: '0123456789ab',
      n: 3,
      accuracy: { mean: expect.closeTo(0.565, 2) },
      stepMilliseconds: expect.closeTo(180, -1),
    });
  });
});

describe('trends', () => {
  it('are kept apart by suite, version, machine and setting', () => {
    const lines = [
      line(1),
      line(2, { fingerprint: 'other' }),
      line(3, { version: 2 }),
      line(4, { setting: 'x' }),
      line(5),
    ];
    expect(trendsOf(lines).map(({ runs }) => runs.length)).toEqual([2, 1, 1, 1]);
  });

  it('mark the run at which a step time changed, counting runs without one', () => {
    const lines = Array.from({ length: 20 }, (_, index) =>
      line(index + 1, { stepMilliseconds: index === 4 ? null : index < 12 ? 180 : 230 }),
    );
    const [trend] = trendsOf(lines);
    expect(trend?.changes).toEqual({ accuracy: [], stepMilliseconds: [12], peakRssBytes: [] });
  });
});
