/** The suites of this repository: what their descriptions promise, and that finished results are still found by them. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bases, sharpness } from '../../src/optimizer/registry.js';
import { fewestPairs } from '../../src/stats/sign-flip.js';
import { expandSuite } from '../../src/suite/expand.js';
import { loadSuite, parseSuite } from '../../src/suite/load.js';
import type { WrittenSuite } from '../../src/suite/schema/suite.js';
import { taskOf } from '../../src/suite/within.js';
import { toAdd } from '../optimizer/part-of-sambench.js';

const root = new URL('../../', import.meta.url);
const fileOf = (name: string) => new URL(`suites/${name}.json`, root).pathname;
const names = readdirSync(new URL('suites/', root))
  .filter((name) => name.endsWith('.json') && name !== 'suite.schema.json')
  .map((name) => name.slice(0, -'.json'.length));

const idsOf = (name: string) => expandSuite(loadSuite(fileOf(name))).cells.map(({ id }) => id);

describe('the description of', () => {
  it.each(names)('%s says what it costs on a named machine, by plan', (name) => {
    const { description } = loadSuite(fileOf(name)).suite;
    expect(description).toMatch(
      /About [\d.]+ (minutes?|hours|days) on two cores of an Intel Xeon \(Emerald Rapids\), by plan\./,
    );
  });
});

describe('blog-small', () => {
  /** Without names and sizes (images, epochs, seeds, batch and groups, network, timing), and what the post printed at full size. */
  function withoutSizes(name: string) {
    const { written } = loadSuite(fileOf(name));
    const {
      description,
      title,
      name: own,
      epochs,
      seeds,
      batch,
      model,
      timing,
      published,
      ...rest
    } = written;
    const { train, validation, test, ...data } = rest.data;
    const arms = rest.arms.map(({ optimizer: { m, ...optimizer }, ...arm }) => ({
      ...arm,
      optimizer,
      groups: Number(batch) / Number(m),
    }));
    return { ...rest, data, arms };
  }

  it('is blog but for its sizes', () => {
    expect(withoutSizes('blog-small')).toEqual(withoutSizes('blog'));
  });
});

describe('blog', () => {
  it('holds the figures that the post printed, of the arms that run as published', () => {
    const { published } = loadSuite(fileOf('blog')).suite;
    expect(published.map(({ arm, metric, value }) => [arm, metric, value])).toEqual([
      ['sam as published', 'accuracy', 0.805],
      ['sam as published', 'loss', 0.6204],
      ['adam as published', 'accuracy', 0.831],
      ['adam as published', 'loss', 0.5136],
    ]);
  });
});

describe('optimizers', () => {
  it('runs every registered rule, alone or over a base', () => {
    const rules = loadSuite(fileOf('optimizers')).suite.arms.map(({ optimizer }) => optimizer.name);
    const registered = [bases, sharpness].flatMap(Object.keys).sort();
    const missing = registered.filter((name) => !rules.includes(name)).join(', ');
    const arm = `Add an arm of ${missing || 'each rule once'}, its epochs such that it costs as much as the others,`;
    expect(rules.sort(), toAdd('suites/optimizers.json', arm)).toEqual(registered);
  });
});

describe('label-noise', () => {
  /** What is asked, whatever the size: the rules over a base, and what the candidate is compared with. */
  function question(name: string) {
    const { arms, compare, select } = loadSuite(fileOf(name)).suite;
    const rules = arms
      .filter(({ optimizer }) => optimizer.base !== null)
      .map(({ optimizer }) => optimizer.name);
    return { rules, candidate: compare.candidate, controls: compare.controls, select };
  }

  it('asks what label-noise-small asks, the control of a random direction included', () => {
    expect(question('label-noise').controls).toEqual(['random']);
    expect(question('label-noise')).toEqual(question('label-noise-small'));
  });
});

describe('cifar10-mini', () => {
  it('has Adam choose from as many learning rates as SAM from rho', () => {
    const { arms, tune } = loadSuite(fileOf('cifar10-mini')).suite;
    const tried = arms.map(({ optimizer }) =>
      optimizer.axes
        .filter(({ values }) => values.length > 1)
        .map(({ name, values }) => [name, values.length]),
    );
    expect(tune?.axes).toEqual(['learningRate', 'rho']);
    expect(tried).toEqual([[['learningRate', 4]], [['rho', 4]]]);
  });
});

describe('the seeds of', () => {
  // The first look and the small form of the blog say that they settle nothing.
  it.each(names.filter((name) => !['quickstart', 'blog-small'].includes(name)))(
    '%s can settle its verdict',
    (name) => {
      const { suite } = loadSuite(fileOf(name));
      const { cells } = expandSuite({ suite });
      const tasks = new Set(cells.map(({ settings }) => taskOf(settings, suite.compare.within)));
      expect(suite.seeds.length).toBeGreaterThanOrEqual(fewestPairs(tasks.size));
    },
  );
});

describe('committed results', () => {
  it('of label-noise-small are those of its cells', () => {
    const committed = readdirSync(new URL('results/label-noise-small/', root))
      .filter((name) => name.endsWith('.json') && name !== 'timing.json')
      .map((name) => name.slice(0, -'.json'.length));
    expect(committed.sort()).toEqual(idsOf('label-noise-small').sort());
  });

  it('of the baseline of ci are those of its cells', () => {
    const file = new URL('results/baselines/ci/ci.json', root);
    const { cells } = JSON.parse(readFileSync(file, 'utf8')) as { cells: { cell: string }[] };
    expect(cells.map(({ cell }) => cell).sort()).toEqual(idsOf('ci').sort());
  });

  it('of quickstart are found by these ids', () => {
    const ids = idsOf('quickstart').map((id) => id.replace(/-s\d+/, ''));
    expect(new Set(ids)).toEqual(
      new Set(['adam-e5-1375bba1', 'adam-e10-727a6737', 'sam-rho0.05-e5-addf347d']),
    );
  });

  it.each(names)('of %s stay when its title, description and published figures change', (name) => {
    const written = JSON.parse(readFileSync(fileOf(name), 'utf8')) as WrittenSuite;
    const arm = written.arms[0]?.name ?? '';
    const figure = { label: 'Printed', arm, metric: 'loss' as const, value: 1, source: 'a paper' };
    const said = { title: 'Another', description: 'Another', published: [figure] };
    const other = parseSuite({ ...written, ...said }, name);
    expect(expandSuite(other).cells.map(({ id }) => id)).toEqual(idsOf(name));
  });
});
