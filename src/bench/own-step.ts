/** The program of a contestant of our own: a step compiled, eager or naive, or the product of two matrices. */
import { createInterface } from 'node:readline';
import { Bench } from 'tinybench';
import { compileProgram } from '../engine/compile.js';
import { runEagerly } from '../engine/eager.js';
import { type Instructions, loadEngine } from '../engine/load.js';
import type { Program } from '../engine/program.js';
import type { OperationTime } from '../engine/trace.js';
import { runStep } from '../train/run-step.js';
import { trainingStep } from '../train/step.js';
import type { StepFunction } from '../train/step-program.js';
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

interface Step {
  run(): Losses | Promise<Losses>;
  /** Runs one step while TensorFlow traces it; absent for what is not compiled. */
  trace?(): OperationTime[];
}

const chosen = JSON.parse(process.argv[2] ?? '{}') as OwnStep;
const engine = await loadEngine({ threads: chosen.threads, instructions: chosen.instructions ?? null });
let made: Step | null = null;
answer({ ready: true, versions: { tensorflow: engine.tensorflowVersion }, oneDnn: engine.oneDnn });
for await (const line of createInterface({ input: process.stdin })) {
  const [command, count] = line.split(' ');
  if (command === 'check') answer(await check(Number(count)));
  else if (command === 'time') answer({ milliseconds: await time(Number(count)) });
  else if (command === 'trace') answer({ operations: trace(Number(count)) });
  else break;
}
process.exitCode = 0;

async function check(steps: number) {
  const begin = performance.now();
  const step = currentStep();
  const all = [await step.run()];
  const firstMilliseconds = performance.now() - begin;
  while (all.length < steps) all.push(await step.run());
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
    await step.run();
  });
  const [task] = await bench.run();
  const result = task?.result;
  if (!result || !('latency' in result) || !result.latency.samples) throw new Error('no step was timed');
  return [...result.latency.samples];
}

function trace(steps: number): OperationTime[][] {
  const step = currentStep();
  if (!step.trace) throw new Error('only a compiled step can be traced');
  step.trace();
  return Array.from({ length: steps }, () => step.trace?.() ?? []);
}

function currentStep(): Step {
  made ??= makeStep(chosen);
  return made;
}

function makeStep({ kind, optimizer, batch }: OwnStep): Step {
  if (kind === 'product') {
    const once = productOnce();
    return { run: () => ({ loss: once(), perturbedLoss: null }) };
  }
  if (kind === 'naive') {
    const step = naiveStep(batch);
    return { run: async () => ({ loss: await step(), perturbedLoss: null }) };
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
  const compiled = kind === 'compiled' ? compileProgram(step.program(seed)) : null;
  const program = compiled ?? runEagerly(step.program(seed));
  const images = benchBatch(batch);
  let number = 0;
  const once = (through: Program<StepFunction>) =>
    runStep(through, step, images, learningRate, { seed, step: number++ });
  const run = () => {
    const { loss, perturbedLoss } = once(program);
    return { loss, perturbedLoss: optimizer === 'sam' ? perturbedLoss : null };
  };
  if (!compiled) return { run };
  return {
    run,
    trace() {
      const all: OperationTime[] = [];
      const traced: typeof compiled.run = (name, inputs) => {
        const { outputs, operations } = compiled.trace(name, inputs);
        all.push(...operations);
        return outputs;
      };
      once({ ...compiled, run: traced });
      return all;
    },
  };
}

function answer(values: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(values)}\n`);
}
