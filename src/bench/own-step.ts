/** The program of a contestant of our own: a step compiled, eager or naive, or the product of two matrices. */
import { createInterface } from 'node:readline';
import { Bench } from 'tinybench';
import { compileProgram } from '../engine/compile.js';
import { runEagerly } from '../engine/eager.js';
import { type Instructions, loadEngine } from '../engine/load.js';
import { runStep } from '../train/run-step.js';
import { trainingStep } from '../train/step.js';
import { naiveStep } from './naive.js';
import { productOnce } from './product.js';
import { type BenchOptimizer, benchBatch, optimizerSettings, workload } from './workload.js';

/** What the program is told on its command line, as JSON. */
export interface OwnStep {
  kind: 'compiled' | 'eager' | 'naive' | 'product';
  optimizer: BenchOptimizer;
  batch: number;
  threads: number;
  /** The newest vector instructions that kernels may use; all that the processor has where null or missing. */
  instructions?: Instructions | null;
}

interface Losses {
  loss: number;
  perturbedLoss: number | null;
}

type Step = () => Losses | Promise<Losses>;

const chosen = JSON.parse(process.argv[2] ?? '{}') as OwnStep;
const engine = await loadEngine({ threads: chosen.threads, instructions: chosen.instructions ?? null });
let made: Step | null = null;
answer({ ready: true, versions: { tensorflow: engine.tensorflowVersion }, oneDnn: engine.oneDnn });
for await (const line of createInterface({ input: process.stdin })) {
  const [command, count] = line.split(' ');
  if (command === 'check') answer(await check(Number(count)));
  else if (command === 'time') answer({ milliseconds: await time(Number(count)) });
  else break;
}
process.exitCode = 0;

async function check(steps: number) {
  const begin = performance.now();
  const step = currentStep();
  const all = [await step()];
  const firstMilliseconds = performance.now() - begin;
  while (all.length < steps) all.push(await step());
  return {
    losses: all.map(({ loss }) => loss),
    perturbedLosses: all.map(({ perturbedLoss }) => perturbedLoss),
    firstMilliseconds,
  };
}

async function time(steps: number): Promise<number[]> {
  const step = currentStep();
  const bench = new Bench({ iterations: steps, time: 0, warmup: false, retainSamples: true, throws: true });
  bench.add(chosen.kind, async () => {
    await step();
  });
  const [task] = await bench.run();
  const result = task?.result;
  if (!result || !('latency' in result) || !result.latency.samples) throw new Error('no step was timed');
  return [...result.latency.samples];
}

function currentStep(): Step {
  made ??= makeStep(chosen);
  return made;
}

function makeStep({ kind, optimizer, batch }: OwnStep): Step {
  if (kind === 'product') {
    const once = productOnce();
    return () => ({ loss: once(), perturbedLoss: null });
  }
  if (kind === 'naive') {
    const step = naiveStep(batch);
    return async () => ({ loss: await step(), perturbedLoss: null });
  }
  const { model, image, classes, seed, learningRate } = workload;
  const definition = {
    model,
    image,
    classes,
    batch,
    optimizer: optimizerSettings(optimizer),
    brightness: false,
  };
  const step = trainingStep(definition);
  const program = (kind === 'eager' ? runEagerly : compileProgram)(step.program(seed));
  const images = benchBatch(batch);
  let number = 0;
  return () => {
    const { loss, perturbedLoss } = runStep(program, step, images, learningRate, { seed, step: number++ });
    return { loss, perturbedLoss: optimizer === 'sam' ? perturbedLoss : null };
  };
}

function answer(values: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(values)}\n`);
}
