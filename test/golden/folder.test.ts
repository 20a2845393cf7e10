import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SambenchError } from '../../src/errors.js';
import { type GoldenSet, openGolden } from '../../src/golden/format.js';
import { optimizerOf } from '../../src/golden/run-case.js';
import { folder, noStart, outcome, set } from './folder.js';

describe('a golden folder', () => {
  let copy = '';
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'sambench-golden-'));
    for (const file of ['golden.json', 'small.safetensors', 'init.safetensors'])
      cpSync(join(folder, file), join(copy, file));
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  const change = (edit: (set: GoldenSet) => void) => {
    const changed = structuredClone(set);
    edit(changed);
    writeFileSync(join(copy, 'golden.json'), JSON.stringify(changed));
  };
  const problem = (call: () => unknown): SambenchError => {
    try {
      call();
    } catch (error) {
      if (error instanceof SambenchError) return error;
      throw error;
    }
    throw new Error('nothing was thrown');
  };

  it('has the parameters of resnet20 in its own order, names and shapes', () => {
    expect(outcome('parameters', noStart)).toMatchObject({ status: 'passed', compared: 3 });
  });

  it('with another shape of one parameter fails', () => {
    change(({ parameters }) => {
      (parameters[0] as GoldenSet['parameters'][number]).shape = [3, 3, 3, 17];
    });
    expect(outcome('parameters', noStart, copy).status).toBe('failed');
  });

  it('with one changed byte in an array file is refused, naming the file', () => {
    const file = join(copy, 'init.safetensors');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    writeFileSync(file, bytes);
    const error = problem(() => openGolden(copy).array('init.safetensors', 'batch.labels'));
    expect(error.code).toBe('result-invalid');
    expect(error.message).toContain(file);
    expect(error.message).toMatch(/damaged.*SHA-256/);
  });

  it('without one of its array files is refused, naming the file', () => {
    rmSync(join(copy, 'small.safetensors'));
    const error = problem(() => openGolden(copy).array('small.safetensors', 'blog.eval.logits'));
    expect(error.message).toContain(join(copy, 'small.safetensors'));
  });

  it('without golden.json, or with one that is not JSON, is refused, naming the file', () => {
    writeFileSync(join(copy, 'golden.json'), '{');
    expect(problem(() => openGolden(copy)).message).toMatch(/golden\.json: the file is not JSON/);
    rmSync(join(copy, 'golden.json'));
    expect(problem(() => openGolden(copy)).message).toMatch(/golden\.json: the file cannot be read/);
  });

  it('of another format is refused, naming both formats', () => {
    change((changed) => {
      changed.format = 'resnet20-golden/2';
    });
    expect(problem(() => openGolden(copy)).message).toMatch(/not resnet20-golden\/1 .*resnet20-golden\/2/);
  });

  it('with a case whose rule nobody knows gives a row that says so', () => {
    change(({ cases }) => {
      for (const entry of cases) if (entry.id === 'kf_sam') entry.sharpness.kind = 'samurai';
    });
    expect(outcome('kf_sam', noStart, copy)).toMatchObject({ status: 'unknown', compared: 0, worst: null });
  });

  it('with a setting that the rule does not know gives the same row', () => {
    change(({ cases }) => {
      for (const entry of cases) if (entry.id === 'kf_adam') entry.optimizer.lookahead = 3;
    });
    expect(outcome('kf_adam', noStart, copy).status).toBe('unknown');
  });

  it('has only cases whose rules exist', () => {
    expect(set.cases.filter((entry) => optimizerOf(entry) === null).map(({ id }) => id)).toEqual([]);
  });
});
