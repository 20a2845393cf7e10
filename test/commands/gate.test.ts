import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseline } from '../../src/commands/baseline.js';
import { type GateFlags, gate } from '../../src/commands/gate.js';
import { SambenchError } from '../../src/errors.js';
import type { GateReport } from '../../src/gate/judge.js';
import type { CellResult } from '../../src/results/result.js';
import {
  degraded,
  elsewhere,
  lowerAccuracy,
  makeStudy,
  type Study,
  slower,
  suiteText,
} from '../gate/study.js';

let study: Study;
let folder: string;

beforeAll(async () => {
  study = await makeStudy();
  folder = path.join(study.root, 'baseline');
  await baseline('save', study.suiteFile, folder, { results: study.results });
});
afterAll(() => study.remove());

function run(flags: Partial<GateFlags> = {}, env: Record<string, string> = {}, suiteFile = study.suiteFile) {
  const now = new Date('2026-01-02T03:04:05Z');
  const given: GateFlags = { baseline: folder, results: study.results, inconclusive: 'pass', ...flags };
  return gate(suiteFile, given, { env, now, progress: { write() {} } });
}

async function refusal(promise: Promise<unknown>): Promise<SambenchError> {
  const error = await promise.then(
    () => null,
    (reason) => reason,
  );
  if (error instanceof SambenchError) return error;
  throw new Error('it was not refused');
}

const reportOf = (data: unknown) => data as GateReport;
const found = (data: unknown, kind: string) =>
  reportOf(data)
    .checks.filter((check) => check.kind === kind)
    .map(({ finding }) => finding);

describe('gate on planted regressions', () => {
  it('passes the run that the baseline was made from', async () => {
    const { exitCode, data, text } = await run();
    expect(exitCode).toBe(0);
    expect(found(data, 'accuracy')).toEqual(['equivalent', 'equivalent', 'equivalent']);
    expect(found(data, 'weights')).toEqual(['identical', 'identical', 'identical']);
    expect(found(data, 'step time')).toEqual(['within limit', 'within limit']);
    expect(found(data, 'memory')).toEqual(['within limit', 'within limit', 'within limit']);
    expect(text.split('\n').at(-1)).toBe('study: no regression.');
  });

  it('takes a folder of results for a baseline, the suite’s own or the one above', async () => {
    expect((await run({ baseline: study.results })).exitCode).toBe(0);
    expect((await run({ baseline: path.join(study.results, 'study') })).exitCode).toBe(0);
  });

  it('ends with 1 where one arm lost 2 points, naming the arm and the effect', async () => {
    const results = await degraded(study, 'accuracy', { cell: lowerAccuracy('sam', 2) });
    const { exitCode, text, data } = await run({ results });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/REGRESSION +accuracy +sam-rho0\.05-e4 +8 +−2\.00 points/);
    expect(found(data, 'accuracy')).toEqual(['equivalent', 'equivalent', 'regression']);
  });

  it('ends with 1 on six seeds that lost about 2 points each', async () => {
    const small = await makeStudy(6);
    const saved = path.join(small.root, 'baseline');
    await baseline('save', small.suiteFile, saved, { results: small.results });
    const uneven = (result: CellResult) => lowerAccuracy('adam', 2 + (result.seed % 3) * 0.3 - 0.3)(result);
    const results = await degraded(small, 'accuracy', { cell: uneven });
    const { exitCode, data } = await run({ baseline: saved, results }, {}, small.suiteFile);
    expect(exitCode).toBe(1);
    expect(found(data, 'accuracy')).toEqual(['regression', 'regression', 'equivalent']);
    await small.remove();
  });

  it('cannot tell with four seeds, says how many it needs, and obeys --inconclusive', async () => {
    const small = await makeStudy(4);
    const saved = path.join(small.root, 'baseline');
    await baseline('save', small.suiteFile, saved, { results: small.results });
    const results = await degraded(small, 'accuracy', { cell: lowerAccuracy('sam', 2) });
    const passed = await run({ baseline: saved, results }, {}, small.suiteFile);
    expect(passed.exitCode).toBe(0);
    expect(passed.text).toContain('4 seeds cannot tell: at alpha 0.05 a regression needs at least 6.');
    expect(passed.text).toContain('INCONCLUSIVE: 1 checks cannot tell and pass');
    const failed = await run({ baseline: saved, results, inconclusive: 'fail' }, {}, small.suiteFile);
    expect(failed.exitCode).toBe(1);
    await small.remove();
  });

  it('ends with 1 where steps take 1.3 times as long', async () => {
    const results = await degraded(study, 'slower', { timing: slower(1.3) });
    const { exitCode, text } = await run({ results });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/REGRESSION +step time +sam +5 +1\.300×/);
  });

  it('ends with 1 where memory grew by half', async () => {
    const results = await degraded(study, 'larger', {
      cell: (result) => ({
        ...result,
        memory: { peakRssBytes: Math.round(result.memory.peakRssBytes * 1.5) },
      }),
    });
    expect((await run({ results })).text).toMatch(/REGRESSION +memory/);
  });

  it('ends with 1 where weights changed, names the first differing epoch, and can be told to allow it', async () => {
    const change = (result: CellResult): CellResult => {
      if (result.arm !== 'sam' || result.seed !== 2 || result.final === null) return result;
      const history = result.history.map((row) =>
        row.epoch >= 3 ? { ...row, trainLoss: row.trainLoss + 1e-12 } : row,
      );
      return { ...result, history, final: { ...result.final, weightsSha256: 'ff'.repeat(32) } };
    };
    const results = await degraded(study, 'bits', { cell: change });
    const { exitCode, text } = await run({ results });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/NUMBERS CHANGED +weights +sam-rho0\.05-e4/);
    expect(text).toMatch(/sam-rho0\.05-e4-s2-\w+: first different in epoch 3 of 4/);
    const allowed = await run({ results, allowNumericChange: true });
    expect([allowed.exitCode, found(allowed.data, 'weights')[2]]).toEqual([0, 'numbers changed']);
  });

  it.each(['failed', 'diverged', null] as const)(
    'ends with 3 where a cell is %s, naming it',
    async (status) => {
      const cell = (result: CellResult): CellResult | null => {
        if (result.arm !== 'adam' || result.seed !== 3) return result;
        return status && { ...result, status, final: null, error: { code: 'x', message: 'y' } };
      };
      const results = await degraded(study, `status-${status}`, { cell });
      const { exitCode, text } = await run({ results });
      expect(exitCode).toBe(3);
      expect(text).toMatch(new RegExp(`adam-e8-s3-\\w+: ${status ?? 'missing'} in this run`));
    },
  );

  it('ends with 3 and not with 0 where there is nothing to compare', async () => {
    const { exitCode, text } = await run({ results: path.join(study.root, 'nowhere') });
    expect(exitCode).toBe(3);
    expect(text).toContain('No cell of this run has a finished partner in the baseline.');
    const empty = path.join(study.root, 'empty');
    await mkdir(empty);
    expect((await refusal(run({ baseline: empty }))).exitCode).toBe(3);
  });

  it('ends with 3 for a baseline of another version of the suite', async () => {
    const other = path.join(study.root, 'version-2');
    await mkdir(other);
    const text = await readFile(path.join(folder, 'study.json'), 'utf8');
    await writeFile(path.join(other, 'study.json'), text.replace('"version": 1', '"version": 2'));
    const { exitCode, text: said } = await run({ baseline: other });
    expect(exitCode).toBe(3);
    expect(said).toContain('The baseline is of version 2 of the suite, this run of version 1');
  });

  it('ends with 3 where the baseline has a cell that the suite does not plan', async () => {
    const fewer = path.join(study.root, 'fewer.json');
    await writeFile(fewer, suiteText(7));
    const { exitCode, text } = await run({}, {}, fewer);
    expect(exitCode).toBe(3);
    expect(text).toMatch(/sam-rho0\.05-e4-s8-\w+: in the baseline, not in the suite/);
  });

  it('judges accuracy but no times and no bits against a baseline of another machine, and says so', async () => {
    const timing = (times: Parameters<ReturnType<typeof slower>>[0]) => elsewhere(slower(1.5)(times));
    const moved = await degraded(study, 'moved', { cell: elsewhere, timing });
    const same = await run({ results: moved });
    expect(same.exitCode).toBe(0);
    expect(found(same.data, 'step time')).toEqual(['skipped']);
    expect(found(same.data, 'weights')).toEqual(['skipped', 'skipped', 'skipped']);
    expect(same.text).toContain('timed on another machine');
    const worse = await degraded(study, 'moved-worse', {
      cell: (result) => elsewhere(lowerAccuracy('sam', 2)(result)),
      timing,
    });
    const { exitCode, data } = await run({ results: worse });
    expect([exitCode, found(data, 'accuracy')[2]]).toEqual([1, 'regression']);
  });

  it('compares the ratio of step times within a run across machines', async () => {
    const results = await degraded(study, 'moved-slower', {
      timing: (times) => elsewhere(slower(1.3, ['sam'])(times)),
    });
    const { exitCode, data } = await run({ results });
    expect([exitCode, found(data, 'relative step time')]).toEqual([1, ['regression']]);
  });

  it.each([
    ['not JSON', '{"schema": 1,'],
    ['no baseline', '{"hello": 1}'],
    [
      'of another suite',
      '{"schema": 1, "suite": "other", "version": 1, "algorithm": 1, "data": [], "commits": [], "machines": [], "timing": null, "cells": []}',
    ],
  ])('refuses a baseline that is %s with 2, naming the file', async (name, text) => {
    const other = path.join(study.root, `bad-${name.replaceAll(' ', '-')}`);
    await mkdir(other);
    await writeFile(path.join(other, 'study.json'), text);
    const { exitCode, message } = await refusal(run({ baseline: other }));
    expect([exitCode, message]).toEqual([2, expect.stringContaining(path.join(other, 'study.json'))]);
    expect(message).not.toContain('\n');
  });

  it('refuses a baseline folder that does not exist with 2', async () => {
    expect((await refusal(run({ baseline: path.join(study.root, 'none') }))).exitCode).toBe(2);
  });
});

describe('the outputs of gate', () => {
  it('annotates only when it runs in GitHub Actions', async () => {
    const results = await degraded(study, 'annotated', { cell: lowerAccuracy('sam', 2) });
    expect((await run({ results })).text).not.toContain('::error');
    const { text } = await run({ results }, { GITHUB_ACTIONS: 'true' });
    expect(text).toMatch(/^::error title=sambench gate study%3A accuracy of sam-rho0\.05-e4::Accuracy fell/m);
  });

  it('appends the Markdown to the step summary, after what is there', async () => {
    const summary = path.join(study.root, 'summary.md');
    await writeFile(summary, 'before\n');
    await run({ summary: true }, { GITHUB_STEP_SUMMARY: summary });
    expect(await readFile(summary, 'utf8')).toMatch(/^before\n<!-- sambench-gate study -->\n## ✅/);
    expect((await run({ summary: true })).text).toContain('GITHUB_STEP_SUMMARY names no file');
  });

  it('writes the formats of two trackers', async () => {
    const github = path.join(study.root, 'out', 'github.json');
    const bencher = path.join(study.root, 'out', 'bencher.json');
    await run({ githubBenchmark: github, bencher });
    const values = JSON.parse(await readFile(github, 'utf8'));
    expect(values).toHaveLength(8);
    expect(values[0]).toEqual({
      name: 'study: test error of adam-e4',
      unit: '%',
      value: expect.closeTo(45, 0),
      range: expect.stringMatching(/^± 0\.\d+$/),
      extra: 'n = 8',
    });
    const metrics = JSON.parse(await readFile(bencher, 'utf8'));
    expect(Object.keys(metrics['study/sam-rho0.05-e4'])).toEqual(['test-error', 'peak-memory']);
    // 90 ms a gradient, two gradients a step, in nanoseconds.
    expect(metrics['study/sam'].latency.value / 1.8e8).toBeCloseTo(1, 1);
  });
});
