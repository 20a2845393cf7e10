/** Runs everything that a golden folder can check, one row a case. */
import { networks } from '../model/registry.js';
import { compareQuadratic, compareScalar } from './closed-forms.js';
import { type Comparison, comparison, largestDifference } from './compare.js';
import { type Golden, openGolden } from './format.js';
import { evaluationLogits, firstWeights, runCase, type Start } from './run-case.js';

/** The outcome of one case. */
export interface GoldenRow {
  case: string;
  status: 'passed' | 'failed' | 'unknown';
  /** How many numbers were compared. */
  compared: number;
  /** The comparison that is farthest out; null for an unknown rule. */
  worst: Comparison | null;
  /** All comparisons beyond their tolerance. */
  failures: Comparison[];
}

/** Runs the cases of `folder` one after the other; `only` keeps those whose name it accepts. */
export function* runGolden(
  folder: string,
  start: Start,
  only: (name: string) => boolean = () => true,
): Generator<GoldenRow> {
  const golden = openGolden(folder);
  for (const [name, compare] of checks(golden, start)) {
    if (only(name)) yield row(name, compare());
  }
}

function checks(golden: Golden, start: Start): [string, () => Comparison[] | null][] {
  const { scalar, quadratic } = golden.set.closed ?? {};
  const list: [string, () => Comparison[] | null][] = [['parameters', () => compareParameters(golden)]];
  if (golden.set.hessian) list.push(['evaluation', () => compareEvaluation(golden, start)]);
  if (scalar) list.push(['closed x²', () => compareScalar(scalar)]);
  if (quadratic) {
    for (const run of quadratic.runs) {
      const momentum = run.optimizer.momentum ? ' momentum' : '';
      const name = `closed quadratic ${run.optimizer.name}${momentum} ${run.sharpness.kind}`;
      list.push([name, () => compareQuadratic(quadratic, run)]);
    }
  }
  for (const chosen of golden.set.cases) list.push([chosen.id, () => runCase(golden, chosen, start)]);
  return list;
}

function row(name: string, comparisons: Comparison[] | null): GoldenRow {
  if (!comparisons) return { case: name, status: 'unknown', compared: 0, worst: null, failures: [] };
  const failures = comparisons.filter(({ ratio }) => !(ratio <= 1));
  const worst = comparisons.reduce<Comparison | null>(
    (largest, next) => (largest === null || next.ratio > largest.ratio ? next : largest),
    null,
  );
  const status = failures.length > 0 || comparisons.length === 0 ? 'failed' : 'passed';
  return { case: name, status, compared: comparisons.length, worst, failures };
}

function compareParameters({ set }: Golden): Comparison[] {
  const specs = networks.resnet20?.describe({ name: 'resnet20' }, [32, 32, 3], 10).parameters ?? [];
  const count = (trainableOnly: boolean) =>
    specs
      .filter(({ trainable }) => trainable || !trainableOnly)
      .reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0);
  const described = new Map(specs.map((spec) => [spec.name, `${spec.shape} ${spec.trainable}`]));
  const strangers = set.parameters.filter(
    ({ name, shape, trainable }) => described.get(name) !== `${shape} ${trainable}`,
  );
  return [
    comparison('parameter count', count(false) - set.count, 0.5),
    comparison('trainable count', count(true) - set.trainableCount, 0.5),
    comparison(
      'arrays of another name or shape',
      strangers.length + Math.abs(specs.length - set.parameters.length),
      0.5,
    ),
  ];
}

function compareEvaluation(golden: Golden, start: Start): Comparison[] {
  const { hessian } = golden.set;
  if (!hessian) return [];
  const { file, tensor, batch, tolerance } = hessian.evalLogits;
  const reference = golden.array(file, tensor)?.values ?? [];
  const logits = evaluationLogits(golden, firstWeights(golden), start, batch);
  return [comparison('evaluation logits', largestDifference(logits, reference), tolerance)];
}
