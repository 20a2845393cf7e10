/** Does what docs/adding-an-optimizer.md says, word for word. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bases, sharpness } from '../../src/optimizer/registry.js';
import type { SharpnessRule } from '../../src/optimizer/rule.js';
import * as sharpnessRules from '../../src/optimizer/sharpness/rules.js';
import { useEngine } from '../engine/engine.js';
import { give, gradientAt, start } from './quadratic.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(join(root, 'docs/adding-an-optimizer.md'), 'utf8');
const blocks = [...text.matchAll(/```(?:ts|json)\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const [file = '', line = '', arm = '', preset = ''] = blocks;

useEngine({ threads: 1 });

/** A suite of this one arm. */
const suiteOf = (only: unknown) => ({
  name: 'adding',
  version: 1,
  data: { name: 'synthetic', train: 96, validation: 32, test: 32 },
  model: { name: 'resnet8' },
  batch: 32,
  epochs: 1,
  arms: [only],
  seeds: 1,
  compare: { baseline: 'penalty', candidate: 'penalty' },
});

describe('the worked example of docs/adding-an-optimizer.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sambench-adding-'));
  let rule: SharpnessRule;

  beforeAll(async () => {
    // The file of the example, but for where it lies.
    const here = file
      .replaceAll("'../../", `'${root}src/`)
      .replaceAll("'../", `'${root}src/optimizer/`)
      .replaceAll("'./", `'${root}src/optimizer/sharpness/`)
      .replaceAll("'typebox'", `'${root}node_modules/typebox/build/index.mjs'`);
    const path = join(folder, 'gradient-norm.ts');
    writeFileSync(path, here);
    ({ gradientNorm: rule } = (await import(path)) as { gradientNorm: SharpnessRule });
    // What the line of registration does.
    (sharpness as Record<string, SharpnessRule>)[rule.name] = rule;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is registered by a line like those that are there', () => {
    const lines = readFileSync(join(root, 'src/optimizer/sharpness/rules.ts'), 'utf8').trim().split('\n');
    const registered = Object.keys(sharpnessRules).length;
    expect(lines.filter((each) => /^export \{ \w+ \} from '\.\/[a-z-]+\.js';$/.test(each))).toHaveLength(
      registered,
    );
    expect(line.trim()).toMatch(/^export \{ gradientNorm \} from '\.\/gradient-norm\.js';$/);
  });

  it('trains in a cell of a suite, with its axes, its budget and its checks', async () => {
    // Only now, as the suite schema is made from the registry.
    const { parseSuite } = await import('../../src/suite/load.js');
    const { expandSuite } = await import('../../src/suite/expand.js');
    const { resultOf } = await import('../train/cell.js');
    const { cells } = expandSuite(parseSuite(suiteOf(JSON.parse(arm)), 'adding.json'));
    expect(cells.map(({ settings }) => settings.optimizer.rho)).toEqual([0.02, 0.05]);
    const [cell] = cells;
    if (!cell) throw new Error('the suite has no cell');
    const result = await resultOf(cell);
    expect(result.status).toBe('finished');
    expect(result.checks).toMatchObject({
      gradientEvaluations: { planned: 6, counted: 6 },
      perturbationNorm: { expected: 0.02 },
      weightsRestored: true,
    });
  });

  it('needs the line of its default only for suites that leave the setting out', async () => {
    const [, name = '', setting = '', value] = /^ {2}'([\w-]+)': \{ (\w+): ([\d.]+) \},$/m.exec(preset) ?? [];
    expect([name, setting, Number(value)]).toEqual([rule.name, 'alpha', 0.8]);
    const { alpha: _, ...optimizer } = JSON.parse(arm).optimizer;
    /** The value that a suite without one gets, in a process of its own as it were. */
    const resolved = async (withLine: boolean) => {
      vi.resetModules();
      const registry = await import('../../src/optimizer/registry.js');
      (registry.sharpness as Record<string, SharpnessRule>)[rule.name] = rule;
      const { defaults } = await import('../../src/defaults.js');
      if (withLine)
        (defaults.optimizer as Record<string, Record<string, unknown>>)[name] = { [setting]: Number(value) };
      const { parseSuite } = await import('../../src/suite/load.js');
      const { expandSuite } = await import('../../src/suite/expand.js');
      const { cells } = expandSuite(parseSuite(suiteOf({ ...JSON.parse(arm), optimizer }), 'adding.json'));
      return cells[0]?.settings.optimizer.alpha;
    };
    await expect(resolved(false)).rejects.toThrow('arms[0].optimizer.alpha');
    expect(await resolved(true)).toBe(0.8);
  });

  it('is SAM for alpha 1 and the base for alpha 0, as it says', async () => {
    const { sam } = sharpnessRules;
    expect(give(rule, { rho: 0.3, alpha: 1 }).gradient).toEqual(give(sam, { rho: 0.3 }).gradient);
    expect(give(rule, { rho: 0.3, alpha: 0 }).gradient).toEqual(gradientAt(start));
  });
});

describe('the files that the page names', () => {
  it('exist', () => {
    const paths = [...text.matchAll(/`((?:src|test)\/[\w./-]+\.ts)`/g)].map((match) => match[1] ?? '');
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths) {
      if (!path.endsWith('gradient-norm.ts')) expect(() => readFileSync(join(root, path))).not.toThrow();
    }
  });

  it('hold the rules that it gives as examples', () => {
    for (const name of ['fsam', 'msam', 'looksam', 'esam', 'random', 'asam']) {
      expect(text).toContain(`\`${name}\``);
      expect(sharpness[name]?.name).toBe(name);
    }
    expect(bases.sgd?.name).toBe('sgd');
  });
});
