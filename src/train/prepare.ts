/** Everything that a cell needs before its first step: engine, images, the step and its program. */
import { openDataSet } from '../data/open.js';
import { type DataSetInfo, dataSets } from '../data/registry.js';
import { type Split, splitDataSet } from '../data/split.js';
import { compileProgram } from '../engine/compile.js';
import { runEagerly } from '../engine/eager.js';
import { type LoadedEngine, loadEngine } from '../engine/load.js';
import type { Program } from '../engine/program.js';
import { describeEnvironment } from '../results/environment.js';
import type { Environment } from '../results/result.js';
import type { Cell } from '../suite/cell.js';
import { type TrainingStep, trainingStep } from './step.js';
import type { StepFunction } from './step-program.js';

/** A cell ready to train. */
export interface PreparedCell {
  images: Split;
  dataSha256: string;
  step: TrainingStep;
  program: Program<StepFunction>;
  environment: Environment;
}

/** Loads the engine for `cell`, opens its images and makes its program. */
export async function prepareCell(
  cell: Cell,
  options: { eager: boolean; verbose: boolean },
): Promise<PreparedCell> {
  const { settings, seed } = cell;
  const engine = await loadEngine({ threads: settings.threads, verbose: options.verbose });
  const dataSet = await openDataSet(settings.data.name);
  const { train, validation, test, labelNoise } = settings.data;
  const images = splitDataSet(dataSet, { seed, train, validation, test, labelNoise });
  const step = stepOf(cell);
  return {
    images,
    dataSha256: dataSet.sha256,
    step,
    program: startProgram(step, seed, options.eager),
    environment: environmentOf(engine, settings.threads),
  };
}

/** The training step of a cell. */
export function stepOf({ settings }: Pick<Cell, 'settings'>): TrainingStep {
  const { image, classes } = dataSets[settings.data.name] as DataSetInfo;
  return trainingStep({
    model: settings.model,
    optimizer: settings.optimizer,
    image,
    classes,
    batch: settings.batch,
    brightness: settings.data.augment.brightness > 0,
    average: settings.average !== undefined,
  });
}

/** Makes the program of a step over the first weights of `seed`. */
export function startProgram(step: TrainingStep, seed: number, eager: boolean): Program<StepFunction> {
  return (eager ? runEagerly : compileProgram)(step.program(seed));
}

/** The environment of this process with its engine. */
export function environmentOf(engine: LoadedEngine, threads: number): Environment {
  return describeEnvironment({
    threads,
    tensorflow: engine.tensorflowVersion,
    tfjs: engine.tfjsVersion,
    oneDnn: engine.oneDnn,
    gpu: engine.gpu,
  });
}
