/** What the schema cannot say: that the parts of a suite fit each other and the data set. */
import { type DataSetInfo, findDataSet } from '../data/registry.js';
import { networks } from '../model/registry.js';
import { wholeShare } from '../optimizer/sharpness/esam.js';
import { checkAverage, checkSelection, checkStop } from './check-stop.js';
import { epochsOf } from './epochs.js';
import { countPoints } from './expand.js';
import { offer } from './nearest.js';
import { listOf } from './optimizer-grid.js';
import { slug } from './plain.js';
import type { Problem } from './problem.js';
import { checkPublished } from './published.js';
import type { WrittenSuite } from './schema/suite.js';
import type { Arm, Suite } from './suite.js';
import { checkWithin } from './within.js';

/** A grid of more cells than this is a slip, and would take memory before it takes time. */
export const mostCells = 100_000;

/** The problems of a suite that the schema accepts, the most telling first. */
export function checkSuite(written: WrittenSuite, suite: Suite): Problem[] {
  const dataSet = findDataSet(suite.data.name);
  return [
    ...checkData(suite, dataSet),
    ...suite.arms.flatMap((arm, index) => checkArm(written, suite, arm, index)),
    ...checkArmNames(suite),
    ...checkCompare(suite),
    ...checkWithin(suite),
    ...checkPublished(
      suite.published,
      suite.arms.map(({ name }) => name),
    ),
    ...checkModel(suite, dataSet),
    ...checkSkip(suite),
    ...checkSize(suite),
  ];
}

function checkData({ data, batch, sharpness }: Suite, dataSet: DataSetInfo | undefined): Problem[] {
  if (dataSet === undefined) return [];
  const problems: Problem[] = [];
  const { train, validation, test, augment } = data;
  const { trainCount, testCount, image } = dataSet;
  if (train + validation > trainCount) {
    problems.push({
      path: 'data.train',
      problem: `and data.validation (${validation}) together exceed the ${trainCount} training images of ${data.name}`,
      value: train,
      fix: train > trainCount ? `Give at most ${trainCount}.` : `Give at most ${trainCount - validation}.`,
    });
  }
  if (test > testCount) {
    const problem = `exceeds the ${testCount} test images of ${data.name}`;
    problems.push({ path: 'data.test', problem, value: test, fix: `Give at most ${testCount}.` });
  }
  for (const images of batch) {
    if (images <= train) continue;
    const problem = `is larger than the training set of ${train} images, so that an epoch has no step`;
    problems.push({
      path: 'batch',
      problem,
      value: images,
      fix: `Give at most ${train}, or more in data.train.`,
    });
  }
  const side = Math.min(image[0], image[1]);
  for (const name of ['padCrop', 'cutout'] as const) {
    if (augment[name] <= side) continue;
    const problem = `is larger than the images, which have ${side} pixels a side`;
    problems.push({
      path: `data.augment.${name}`,
      problem,
      value: augment[name],
      fix: `Give at most ${side}.`,
    });
  }
  if (sharpness !== null && sharpness.examples > train) {
    const problem = `exceeds the ${train} training images`;
    problems.push({
      path: 'sharpness.examples',
      problem,
      value: sharpness.examples,
      fix: `Give at most ${train}.`,
    });
  }
  return problems;
}

function checkArm(written: WrittenSuite, suite: Suite, arm: Arm, index: number): Problem[] {
  const place = `arms[${index}]`;
  const own = written.arms[index];
  return [
    ...checkEpochs(own?.epochs, suite, `${place}.epochs`),
    ...checkGroups(suite, arm, `${place}.optimizer.m`),
    ...checkFraction(suite, arm, `${place}.optimizer.fraction`),
    ...checkWarmup(arm, own?.schedule ? `${place}.schedule` : 'schedule'),
    ...checkSelection(suite, arm, own?.select ? `${place}.select` : 'select'),
    ...checkAverage(arm, `${place}.average`),
    ...checkStop(suite, arm, own?.stop ? `${place}.stop` : 'stop'),
  ];
}

function checkEpochs(
  expressions: number | string | (number | string)[] | undefined,
  suite: Suite,
  path: string,
): Problem[] {
  return listOf(expressions ?? []).flatMap((expression) =>
    suite.epochs.flatMap((n): Problem[] => {
      const epochs = epochsOf(expression, n);
      if (Number.isInteger(epochs) && epochs >= 1) return [];
      const problem = `comes to ${Number(epochs.toFixed(3))} epochs with N = ${n}`;
      return [
        { path, problem, value: expression, fix: 'Choose a multiple of N that comes to whole epochs.' },
      ];
    }),
  );
}

function checkGroups(suite: Suite, arm: Arm, path: string): Problem[] {
  const groups = arm.optimizer.axes.find(({ name }) => name === 'm')?.values ?? [];
  return groups.flatMap((m) =>
    suite.batch.flatMap((batch): Problem[] => {
      if (typeof m !== 'number' || batch % m === 0) return [];
      const problem = `does not divide the batch of ${batch} images`;
      return [{ path, problem, value: m, fix: `Give a divisor of ${batch}, or null for the whole batch.` }];
    }),
  );
}

function checkFraction(suite: Suite, { optimizer }: Arm, path: string): Problem[] {
  const valuesOf = (axis: string) => optimizer.axes.find(({ name }) => name === axis)?.values ?? [];
  return valuesOf('fraction').flatMap((fraction) =>
    suite.batch.flatMap((batch) =>
      valuesOf('m').flatMap((m): Problem[] => {
        const images = typeof m === 'number' ? m : batch;
        if (wholeShare(Number(fraction), images) !== null) return [];
        const problem = `of ${images} images is not a whole number of images`;
        const fix = `Give a multiple of 1/${images}, e.g. ${Math.ceil(images / 4) / images}.`;
        return [{ path, problem, value: fraction, fix }];
      }),
    ),
  );
}

function checkWarmup({ schedule, epochs }: Arm, path: string): Problem[] {
  const shortest = Math.min(...epochs);
  if (schedule.warmupEpochs < shortest || !(shortest >= 1)) return [];
  const problem = `leaves nothing of the ${shortest} epochs of the shortest cell`;
  const fix = `Give less than ${shortest}.`;
  return [{ path: `${path}.warmupEpochs`, problem, value: schedule.warmupEpochs, fix }];
}

function checkArmNames({ arms }: Suite): Problem[] {
  return arms.flatMap(({ name }, index): Problem[] => {
    const path = `arms[${index}].name`;
    const before = arms.slice(0, index);
    if (before.some((other) => other.name === name)) {
      return [
        {
          path,
          problem: 'is the name of an earlier arm',
          value: name,
          fix: 'Give each arm a name of its own.',
        },
      ];
    }
    const alike = before.find((other) => slug(other.name) === slug(name));
    if (alike === undefined) return [];
    const problem = `cannot be told from ${JSON.stringify(alike.name)} in a file name`;
    return [{ path, problem, value: name, fix: 'Let the names differ in letters or digits.' }];
  });
}

function checkCompare({ compare, arms }: Suite): Problem[] {
  const names = arms.map(({ name }) => name);
  const problems = (['baseline', 'candidate'] as const).flatMap((role): Problem[] => {
    if (names.includes(compare[role])) return [];
    const fix = offer(compare[role], names);
    return [{ path: `compare.${role}`, problem: 'is the name of no arm', value: compare[role], fix }];
  });
  for (const [index, control] of compare.controls.entries()) {
    const path = `compare.controls[${index}]`;
    if (!names.includes(control)) {
      problems.push({ path, problem: 'is the name of no arm', value: control, fix: offer(control, names) });
    } else if (control === compare.baseline || control === compare.candidate) {
      const problem = `is the ${control === compare.baseline ? 'baseline' : 'candidate'}, which is compared already`;
      problems.push({ path, problem, value: control, fix: 'Leave it out here.' });
    }
  }
  if (arms.length > 1 && compare.baseline === compare.candidate) {
    const problem = 'is the baseline, so that nothing is compared';
    const others = names.filter((name) => name !== compare.baseline);
    problems.push({
      path: 'compare.candidate',
      problem,
      value: compare.candidate,
      fix: offer(undefined, others),
    });
  }
  return problems;
}

function checkModel({ model }: Suite, dataSet: DataSetInfo | undefined): Problem[] {
  const network = networks[model.name];
  if (network === undefined || dataSet === undefined) return [];
  try {
    network.describe(model, dataSet.image, dataSet.classes);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const problem = `does not fit images of ${dataSet.image.join(' × ')}: ${reason}`;
    return [{ path: 'model', problem, value: model, fix: 'Change its settings, or the data set.' }];
  }
}

function checkSkip({ skip, arms }: Suite): Problem[] {
  const known = new Set(['arm', 'seed', 'epochs', 'batch', 'labelNoise']);
  for (const { optimizer } of arms) for (const { name } of optimizer.axes) known.add(name);
  return skip.flatMap(({ when }, index) =>
    Object.entries(when).flatMap(([axis, values]): Problem[] => {
      if (known.has(axis)) return [];
      const path = `skip[${index}].when.${axis}`;
      return [{ path, problem: 'is the name of no axis', value: values, fix: offer(axis, [...known]) }];
    }),
  );
}

function checkSize(suite: Suite): Problem[] {
  const points = suite.arms.reduce((sum, arm) => sum + countPoints(suite, arm), 0);
  const cells = points * suite.seeds.length;
  if (cells <= mostCells) return [];
  const problem = `span ${cells} cells with ${suite.seeds.length} seeds, more than the ${mostCells} that a suite may have`;
  return [{ path: 'arms', problem, value: undefined, fix: 'Use fewer seeds, or shorter lists in the grid.' }];
}
