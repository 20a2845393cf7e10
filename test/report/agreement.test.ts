/** All formats show the same numbers: those of the summary, read back from the text of each. */
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { type SettingSummary, summarySchema } from '../../src/report/summary.js';
import { formatJson } from '../../src/results/format.js';
import { filesOf } from './render.js';
import { quickstart } from './synthetic.js';

const { summary, files } = await filesOf(quickstart([1, 2, 3, 4, 5], [0], [0.05, 0.1, 0.2]));
const text = (ending: string) => files.get(`quickstart.${ending}`) ?? '';

/** What the results table must print of a setting, from the summary and nothing else. */
function expected({ testAccuracy, validationAccuracy, difference }: SettingSummary): number[] {
  const half = (figure: { low: number | null; high: number | null }) =>
    (((figure.high ?? 0) - (figure.low ?? 0)) / 2) * 100;
  const round = (value: number, digits: number) => Number(value.toFixed(digits));
  if (!testAccuracy || !validationAccuracy) throw new Error('the setting has no figures');
  return [
    round((1 - testAccuracy.mean) * 100, 1),
    round(half(testAccuracy), 1),
    round(testAccuracy.mean * 100, 2),
    round(half(testAccuracy), 2),
    round(validationAccuracy.mean * 100, 2),
    round(half(validationAccuracy), 2),
    testAccuracy.n,
    ...(difference
      ? [difference.mean, difference.low ?? 0, difference.high ?? 0].map((value) => round(value * 100, 2))
      : []),
  ];
}

/** All numbers of a printed row after its label, the p-value left out. */
function numbersIn(cells: readonly string[]): number[] {
  return cells
    .slice(1, 6)
    .flatMap((cell) => cell.replace(/\u2212/g, '-').match(/[+-]?\d+(?:\.\d+)?/g) ?? [])
    .map(Number);
}

function check(rows: readonly (readonly string[])[]) {
  expect(rows).toHaveLength(summary.settings.length);
  for (const [index, setting] of summary.settings.entries()) {
    expect(numbersIn(rows[index] ?? []), setting.id).toEqual(expected(setting));
  }
}

describe('the results table', () => {
  it('of the page holds the summary’s numbers to the printed digit', () => {
    const body = /<table id="results"[\s\S]*?<tbody>([\s\S]*?)<\/tbody>/.exec(text('html'))?.[1] ?? '';
    const rows = [...body.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
      [...(row ?? '').matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell]) =>
        (cell ?? '').replace(/<[^>]*>/g, ''),
      ),
    );
    check(rows);
  });

  it('of the Markdown does', () => {
    const section =
      text('md')
        .split('## ')
        .find((part) => part.startsWith('Results')) ?? '';
    const lines = section
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2);
    check(
      lines.map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.replace(/[*\\]/g, '').trim()),
      ),
    );
  });

  it('of the LaTeX does', () => {
    const table =
      text('tex')
        .split('\\begin{table}')
        .find((part) => part.includes('-results}')) ?? '';
    const body = /\\midrule\n([\s\S]*?)\\bottomrule/.exec(table)?.[1] ?? '';
    const rows = body
      .trim()
      .split('\n')
      .map((line) =>
        line
          .replace(/\\\\$/, '')
          .split(' & ')
          .map((cell) =>
            cell
              .replace(/\$-\$/g, '-')
              .replace(/\$\\pm\$/g, ' ')
              .replace(/\\[a-z]+|[{}$]/g, '')
              .replace(/±/g, ' '),
          ),
      );
    check(rows);
  });
});

describe('the CSV', () => {
  it('holds the accuracy of every cell with all its digits, from which the means follow', () => {
    const [head = '', ...lines] = text('csv').trim().split('\r\n');
    const names = head.split(',');
    const at = (fields: readonly string[], name: string) => fields[names.indexOf(name)] ?? '';
    // No field of this suite but the axes holds a comma.
    const rows = lines.map((line) => line.replace(/"(?:[^"]|"")*"/g, 'axes').split(','));
    expect(rows).toHaveLength(summary.counts.planned);
    for (const setting of summary.settings) {
      const own = rows
        .filter((fields) => at(fields, 'setting') === setting.id)
        .map((fields) => Number(at(fields, 'test_accuracy')));
      expect(own).toEqual(setting.seeds.map(({ testAccuracy }) => testAccuracy));
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      expect(mean).toBeCloseTo(setting.testAccuracy?.mean ?? Number.NaN, 12);
    }
  });
});

describe('the JSON', () => {
  it('is the summary, and as its schema says', () => {
    const parsed = JSON.parse(text('json'));
    expect(parsed).toEqual(JSON.parse(formatJson(summary, summarySchema)));
    const validate = new Ajv({ strict: false }).compile(summarySchema);
    expect(validate(parsed), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  });
});

describe('the verdict', () => {
  it('names the difference, its interval and the number of seeds of the primary comparison', () => {
    const primary = summary.comparisons.find(({ role }) => role === 'primary');
    const sentence = summary.verdict.sentence;
    const points = (value: number) => Math.abs(value * 100).toFixed(2);
    expect(sentence).toContain(`${points(primary?.difference.mean ?? 0)} points of test accuracy`);
    expect(sentence).toContain(
      `${points(primary?.difference.low ?? 0)} to ${points(primary?.difference.high ?? 0)}`,
    );
    expect(sentence).toContain('5 seeds');
    for (const ending of ['md', 'html']) {
      expect(
        text(ending)
          .replace(/&#x3D;/g, '=')
          .replace(/\u00a0/g, ' ')
          .includes(sentence.slice(0, 60)),
        ending,
      ).toBe(true);
    }
  });
});
