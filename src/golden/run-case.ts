/** Runs one golden case with this project's own step and compares everything that the reference gives. */
import { defaults } from '../defaults.js';
import type { Program } from '../engine/program.js';
import { bases, sharpness } from '../optimizer/registry.js';
import type { OptimizerSettings } from '../suite/cell.js';
import { unpackMeasures } from '../train/measures.js';
import { type TrainingStep, trainingStep } from '../train/step.js';
import type { StepFunction } from '../train/step-program.js';
import {
  type Comparison,
  compareSteps,
  compareSummary,
  compareWeights,
  comparison,
  pieces,
} from './compare.js';
import type { Golden, GoldenCase } from './format.js';

/** Makes a program of a step ready to run: eagerly or compiled. */
export type Start = (step: TrainingStep) => Program<StepFunction>;

const image = [32, 32, 3] as const;
const classes = 10;

/** Settings under which the golden format and a suite use different names. */
const settingNames: Record<string, string> = { lr: 'learningRate' };
const kindNames: Record<string, string> = { blog: 'sam-as-published', msharp: 'sam' };

/**
 * The optimizer of a case in the terms of a suite; null when this project has no rule of that name or a setting that
 * the rule does not know.
 */
export function optimizerOf({
  optimizer,
  sharpness: gradient,
}: Pick<GoldenCase, 'optimizer' | 'sharpness'>): OptimizerSettings | null {
  const base = bases[optimizer.name];
  if (!base) return null;
  const known = new Set(['name', 'learningRate', ...Object.keys(base.settings.properties)]);
  const given = Object.entries(optimizer).map(
    ([name, value]) => [settingNames[name] ?? name, value] as const,
  );
  if (given.some(([name]) => !known.has(name))) return null;
  const baseSettings = { ...defaultsOf(optimizer.name), ...Object.fromEntries(given) } as OptimizerSettings;
  if (gradient.kind === 'none') return baseSettings;
  const ruleName = kindNames[gradient.kind] ?? gradient.kind;
  const rule = sharpness[ruleName];
  if (!rule) return null;
  const { kind: _kind, ...own } = gradient;
  const ruleKnown = new Set(['m', ...Object.keys(rule.settings.properties)]);
  if (Object.keys(own).some((name) => !ruleKnown.has(name))) return null;
  return { ...defaultsOf(ruleName), ...own, name: ruleName, base: baseSettings } as OptimizerSettings;
}

/** Every comparison of the case; null when its rule is unknown. */
export function runCase(golden: Golden, chosen: GoldenCase, start: Start): Comparison[] | null {
  const optimizer = optimizerOf(chosen);
  if (!optimizer) return null;
  const { file } = golden.set.batches;
  const images = golden.array(file, `${chosen.batches}.images`);
  const labels = golden.array(file, `${chosen.batches}.labels`);
  if (!images || !labels) return [comparison(`batches ${chosen.batches} are missing`, Number.NaN, 0)];
  const batch = images.shape[1] ?? 0;
  const step = stepOf(optimizer, batch);
  const program = start(step);
  const first = firstWeights(golden);
  writeWeights(program, step, first);
  const results: Comparison[] = [];
  const found: Record<'loss' | 'perturbedLoss' | 'gradNorm' | 'updateGradNorm', (number | number[])[]> = {
    loss: [],
    perturbedLoss: [],
    gradNorm: [],
    updateGradNorm: [],
  };
  const rate = Float32Array.of(chosen.optimizer.lr);
  for (let index = 0; index < chosen.steps; index++) {
    const part = (values: Float32Array | Int32Array | Uint8Array, size: number, group: number) =>
      values.slice(
        index * batch * size + group * step.groupSize * size,
        index * batch * size + (group + 1) * step.groupSize * size,
      );
    const groups = Array.from({ length: step.groups }, (_, group) => ({
      images: part(images.values, image[0] * image[1] * image[2], group),
      labels: part(labels.values, 1, group),
    }));
    if (index === 0 && chosen.gradient && groups[0]) {
      results.push(...compareGradients(golden, chosen, step, program.run('inspect', groups[0])));
    }
    const measures = groups.map((inputs) => {
      const output =
        step.groups > 1 ? program.run('accumulate', inputs) : program.run('step', { ...inputs, rate });
      return unpackMeasures(output.measures as Float32Array);
    });
    const mean = (name: 'loss' | 'perturbedLoss' | 'updateNorm') =>
      measures.reduce((sum, entry) => sum + entry[name], 0) / measures.length;
    const applied = step.groups > 1 ? program.run('apply', { rate }).updateNorm : undefined;
    found.loss.push(mean('loss'));
    found.perturbedLoss.push(mean('perturbedLoss'));
    found.gradNorm.push(measures.map(({ gradientNorm }) => gradientNorm));
    found.updateGradNorm.push(applied?.[0] ?? mean('updateNorm'));
    const summary = chosen.stepSummary?.[index];
    if (summary)
      results.push(...compareSummary(`summary step ${index + 1}`, summary, readWeights(program, step)));
  }
  for (const [quantity, expected] of Object.entries(chosen.expect)) {
    results.push(...compareSteps(quantity, expected, found[quantity as keyof typeof found]));
  }
  const last = readWeights(program, step);
  if (chosen.summary) results.push(...compareSummary('summary', chosen.summary, last));
  results.push(...compareWeights(golden, chosen, first, last, evaluationLogits(golden, last, start)));
  program.dispose();
  return results;
}

/** Logits of the evaluation batch in inference mode. */
export function evaluationLogits(
  golden: Golden,
  weights: ReadonlyMap<string, Float32Array>,
  start: Start,
  batchIndex = golden.set.batches.evaluation,
): Float32Array {
  const { file, images: name } = golden.set.batches;
  const images = golden.array(file, name);
  const batch = images?.shape[1] ?? 0;
  const optimizer = optimizerOf({ optimizer: { name: 'sgd', lr: 0 }, sharpness: { kind: 'none' } });
  if (!images || !optimizer) return new Float32Array();
  const step = stepOf(optimizer, batch);
  const program = start(step);
  writeWeights(program, step, weights);
  const size = batch * image[0] * image[1] * image[2];
  const { logits } = program.run('evaluate', {
    images: images.values.slice(batchIndex * size, (batchIndex + 1) * size),
  });
  program.dispose();
  return logits ?? new Float32Array();
}

/** The weights that every case starts from, by name. */
export function firstWeights(golden: Golden): Map<string, Float32Array> {
  return new Map(
    golden.set.parameters.map(({ name }) => {
      const values = golden.array(golden.set.batches.file, name)?.values;
      return [name, values instanceof Float32Array ? values : new Float32Array()];
    }),
  );
}

function compareGradients(
  golden: Golden,
  { gradient }: GoldenCase,
  step: TrainingStep,
  { clean, update }: Record<string, Float32Array>,
): Comparison[] {
  if (!gradient || !clean || !update) return [];
  const dead = new Set(golden.set.parameters.filter(({ deadBias }) => deadBias).map(({ name }) => name));
  const results = pieces(clean, step.layout.trainable).flatMap(([name, values]) => {
    const reference = golden.array(gradient.file, name)?.values;
    if (!reference || dead.has(name)) return [];
    let difference = 0;
    let length = 0;
    values.forEach((value, index) => {
      difference += (value - (reference[index] as number)) ** 2;
      length += (reference[index] as number) ** 2;
    });
    return [comparison(`gradient ${name}`, Math.sqrt(difference / length), gradient.cleanTensor)];
  });
  const named = new Map(pieces(update, step.layout.trainable));
  return [...results, ...compareSummary('gradient at w + e', gradient.samSummary ?? {}, named)];
}

function writeWeights(
  program: Program<StepFunction>,
  step: TrainingStep,
  weights: ReadonlyMap<string, Float32Array>,
): void {
  const join = (layout: TrainingStep['layout']['trainable']) =>
    Float32Array.from(layout.flatMap(({ name }) => Array.from(weights.get(name) ?? [])));
  const parameters = join(step.layout.trainable);
  const statistics = join(step.layout.statistics);
  program.write({
    parameters: { shape: [parameters.length], values: parameters },
    statistics: { shape: [statistics.length], values: statistics },
  });
}

function readWeights(program: Program<StepFunction>, step: TrainingStep): Map<string, Float32Array> {
  const { parameters, statistics } = program.read();
  return new Map([
    ...pieces(parameters?.values as Float32Array, step.layout.trainable),
    ...pieces(statistics?.values as Float32Array, step.layout.statistics),
  ]);
}

/** The step of the network that the format is about. */
function stepOf(optimizer: OptimizerSettings, batch: number): TrainingStep {
  return trainingStep({ model: { name: 'resnet20' }, optimizer, image, classes, batch, brightness: false });
}

function defaultsOf(name: string): Record<string, unknown> {
  return (defaults.optimizer as Record<string, Record<string, unknown>>)[name] ?? {};
}
