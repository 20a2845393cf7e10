/** Follows docs/adding-an-optimizer.md in a copy of the sources, as a stranger would: one file, one line, the commands. */
import { appendFile, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/report/summary.js';
import { page, places } from '../optimizer/part-of-sambench.js';
import { follow, root } from './command.js';

/** What is read of vitest's report. */
interface Ran {
  numPassedTests: number;
  testResults: { status: string; message: string; assertionResults: { failureMessages?: string[] }[] }[];
}

let folder: string;
let arm: Record<string, unknown> & { optimizer: Record<string, unknown> };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sambench-adding-'));
  for (const name of ['src', 'suites', 'package.json', 'tsconfig.json', 'biome.json', '.gitignore'])
    await copy(name);
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  // Biome asks git what to leave out.
  await follow('git', ['init', '--quiet'], folder).ended;
  const text = await readFile(path.join(root, page), 'utf8');
  const [file = '', line = '', example = ''] = [...text.matchAll(/```(?:ts|json)\n([\s\S]*?)```/g)].map(
    (match) => match[1] ?? '',
  );
  const rules = path.join(folder, 'src', 'optimizer', 'sharpness');
  await writeFile(path.join(rules, 'gradient-norm.ts'), file);
  await appendFile(path.join(rules, 'rules.ts'), line);
  arm = JSON.parse(example);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Copies a file or folder of the repository. */
const copy = (name: string) => cp(path.join(root, name), path.join(folder, name), { recursive: true });

/** Runs `npm run` in the copy. */
const npm = (...args: string[]) => follow('npm', ['run', '--silent', ...args], folder).ended;

/** Runs tests in the copy: the messages of those that failed, and of files that could not be run. */
async function messages(args: readonly string[]): Promise<string[]> {
  const file = path.join(folder, 'tests.json');
  await rm(file, { force: true });
  await follow('npx', ['vitest', 'run', ...args, '--reporter=json', `--outputFile=${file}`], folder).ended;
  const { numPassedTests, testResults } = JSON.parse(await readFile(file, 'utf8')) as Ran;
  expect(numPassedTests).toBeGreaterThan(10);
  return testResults.flatMap(({ status, message, assertionResults }) => {
    const failed = assertionResults.flatMap(({ failureMessages }) => failureMessages ?? []);
    return status === 'failed' && failed.length === 0 ? [message] : failed;
  });
}

/** Writes the suite of the example with other settings of its optimizer; undefined leaves a setting out. */
async function suiteWith(settings: Record<string, unknown> = {}): Promise<string> {
  const file = path.join(folder, 'suites', 'penalty.json');
  const base = { name: 'adam', learningRate: 0.001 };
  const suite = {
    $schema: './suite.schema.json',
    name: 'penalty',
    version: 1,
    data: { name: 'synthetic', train: 96, validation: 32, test: 32 },
    model: { name: 'resnet8' },
    batch: 32,
    epochs: 1,
    arms: [
      { name: 'adam', epochs: ['N', '2N'], optimizer: base },
      { ...arm, optimizer: { ...arm.optimizer, ...settings } },
    ],
    seeds: 1,
    timing: { rounds: 2, steps: 2, warmup: 1 },
    compare: { baseline: 'adam', candidate: 'penalty' },
  };
  await writeFile(file, JSON.stringify(suite));
  return file;
}

describe('a rule added by one file and one line', () => {
  it('is as npm run check wants it once npm run format has run', async () => {
    await npm('format');
    const files = ['gradient-norm', 'rules'].map((name) => `src/optimizer/sharpness/${name}.ts`);
    const { status, stdout, stderr } = await follow('npx', ['biome', 'check', ...files], folder).ended;
    expect(status, `${stdout}${stderr}`).toBe(0);
    const types = await follow('npx', ['tsc', '--noEmit', '-p', '.'], folder).ended;
    expect(types.stdout).not.toContain('src/optimizer');
  });

  it('is in the schema that npm run schema writes, with its source and what its settings mean', async () => {
    expect(await npm('schema')).toMatchObject({ status: 0 });
    const schema = await readFile(path.join(folder, 'suites', 'suite.schema.json'), 'utf8');
    expect(schema).toContain('arXiv:2202.03599');
    expect(schema).toContain('Weight of the penalty; 1 is SAM.');
  });

  it('has the tests ask for what the page lists and for nothing else, in words that name the place', async () => {
    for (const name of ['test', 'docs', 'results', 'README.md', 'vitest.config.ts']) await copy(name);
    const asking = [...new Set(Object.values(places).flat())];
    const everyRule = ['rules', 'reductions'].map((name) => `test/optimizer/${name}.engine.test.ts`);
    const unit = await messages(['--project', 'unit', ...asking]);
    const wanted = ['test/optimizer/', 'docs/suites.md', 'suites/optimizers.json'];
    for (const place of wanted)
      expect(unit.some((message) => message.includes(` in ${place}: ${page} lists`))).toBe(true);
    for (const message of unit) expect(message).toContain(`${page} lists`);
    // The tests that take in every rule by themselves; the others of these files take minutes.
    const names = 'every rule|groups as large|training loss';
    expect(await messages(['--project', 'engine', ...everyRule, ...asking, '-t', names])).toEqual([]);
  });

  it('is planned with its axes and twice the gradient evaluations of its base', async () => {
    const { stdout } = await npm('plan', await suiteWith(), '--', '--no-calibrate');
    expect(stdout).toMatch(/penalty +2 +0 +1 +3 +6 /);
    expect(stdout).toMatch(/penalty-rho0\.02-e1-s\*-.*\n *penalty-rho0\.05-e1-s\*-/);
  });

  it.each([
    ['too large', { alpha: 2 }, 'arms[1].optimizer.alpha: is too large (got 2)'],
    ['missing', { alpha: undefined }, 'arms[1].optimizer.alpha: is missing'],
    [
      'misspelt',
      { alhpa: 0.8 },
      'arms[1].optimizer.alhpa: is an unknown field (got 0.8). Did you mean "alpha"?',
    ],
    ['of a misspelt rule', { name: 'gradient-nrom' }, 'Did you mean "gradient-norm"?'],
    ['no divisor of the batch', { m: 7 }, 'arms[1].optimizer.m: does not divide the batch'],
  ])('has its settings checked: %s', async (_, settings, problem) => {
    const { status, stderr } = await npm('plan', await suiteWith(settings), '--', '--no-calibrate');
    expect(status).toBe(2);
    expect(stderr).toContain(problem);
  });

  it('is trained, timed and reported by bench', async () => {
    const { status, stderr } = await npm('bench', await suiteWith(), '--', '--jobs', '1');
    expect(status, stderr).toBe(0);
    const summary: Summary = JSON.parse(await readFile(path.join(folder, 'reports', 'penalty.json'), 'utf8'));
    expect(summary.counts).toMatchObject({ planned: 4, finished: 4 });
    expect(summary.checks.filter(({ passed }) => passed !== true)).toEqual([]);
    expect(summary.timing?.arms.map((timed) => timed.arm)).toEqual(['adam', 'penalty']);
  });
});
