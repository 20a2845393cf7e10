/** Loads TensorFlow into this process, with the settings that can only be made before. */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import util from 'node:util';
import { SambenchError } from '../errors.js';
import { setGraphRewriting } from './graph-session.js';
import { type EngineLocation, ensureEngine } from './install/install.js';
import { linkPath, tfjsVersion } from './install/location.js';
import { keptProbe } from './install/probe.js';
import { runProgram } from './install/program.js';
import { loadNativeGraphs } from './native.js';
import { setTensorflow, type Tensorflow } from './tensorflow.js';

const require = createRequire(import.meta.url);

export interface EngineOptions {
  /** Threads of one operation. */
  threads: number;
  /** Operations that may run at the same time; default one, as the threads of several get in each other's way. */
  interThreads?: number;
  /** Show TensorFlow's own log lines. */
  verbose?: boolean;
  /** Whether graphs may be rewritten (operations fused) before they run, by us and by TensorFlow; default true. */
  graphRewriting?: boolean;
  /**
   * Whether oneDNN's kernels are used; default true, as they are much faster. Their sums over a batch are less exact
   * (single-threaded about five times), which only matters to comparisons with references.
   */
  oneDnn?: boolean;
  /** The newest vector instructions that our kernels and oneDNN's may use; default null, all that the processor has. */
  instructions?: Instructions | null;
}

/** Vector instructions that arithmetic is compiled for, from the oldest processors to the newest. */
export type Instructions = 'baseline' | 'avx2' | 'avx512';

/** What oneDNN calls them. */
const oneDnnNames = { baseline: 'SSE41', avx2: 'AVX2', avx512: 'AVX512_CORE' } as const;

/** What was loaded. */
export interface LoadedEngine {
  tensorflowVersion: string;
  tfjsVersion: string;
  oneDnn: boolean;
  /** The vector instructions that our kernels use. */
  instructions: Instructions;
  /** Name of the GPU in use, or null. */
  gpu: string | null;
}

let current: { key: string; engine: Promise<LoadedEngine> } | null = null;

/**
 * Installs the engine where it is missing and loads it. A second call with equal options gives the same engine; other
 * options are an error, because TensorFlow reads them once per process.
 */
export function loadEngine(options: EngineOptions): Promise<LoadedEngine> {
  const { threads, interThreads = 1, graphRewriting = true, oneDnn = true, instructions = null } = options;
  const settings = { threads, interThreads, graphRewriting, oneDnn, instructions };
  const key = JSON.stringify(settings);
  if (current === null) {
    current = { key, engine: load({ ...settings, verbose: options.verbose ?? false }) };
  } else if (current.key !== key) {
    return Promise.reject(new Error(`the engine is loaded with ${current.key} and cannot change to ${key}`));
  }
  return current.engine;
}

async function load(options: Required<EngineOptions>): Promise<LoadedEngine> {
  const location = await ensureEngine();
  if (require.cache[realpathSync(location.binding)] !== undefined)
    throw new Error('TensorFlow was loaded before loadEngine(): its settings come too late');
  setEnvironment(options);
  restoreUtil();
  const { binding, instructions, lines } = openAddons(location);
  if (options.verbose) process.stderr.write(lines);
  const tensorflow = await importTensorflow();
  if ((tensorflow.backend() as unknown as { binding: unknown }).binding !== binding) {
    throw new SambenchError('engine-failed', {
      file: linkPath(),
      problem: 'another process has linked TensorFlow.js to another engine meanwhile',
      fix: 'Use one SAMBENCH_CACHE for one folder node_modules, and try again.',
    });
  }
  setTensorflow(tensorflow);
  loadNativeGraphs(location.graph);
  setGraphRewriting(options.graphRewriting);
  return {
    tensorflowVersion: binding.TF_Version,
    tfjsVersion: tfjsVersion(),
    // Asked by its environment, a library does the same each time; only the newer ones say so again here.
    oneDnn: options.oneDnn && keptProbe(location).oneDnn,
    instructions,
    gpu: binding.isUsingGpuDevice() ? await cardName() : null,
  };
}

function setEnvironment(options: Required<EngineOptions>): void {
  const { threads, interThreads, verbose, oneDnn, instructions } = options;
  // What else decides oneDNN's kernels, and so the numbers, is never taken from the user's shell.
  for (const name of ['MAX_CPU_ISA', 'DEFAULT_FPMATH_MODE']) {
    delete process.env[`ONEDNN_${name}`];
    delete process.env[`DNNL_${name}`];
  }
  delete process.env.SAMBENCH_INSTRUCTIONS;
  if (instructions !== null) {
    process.env.SAMBENCH_INSTRUCTIONS = instructions;
    process.env.ONEDNN_MAX_CPU_ISA = oneDnnNames[instructions];
  }
  Object.assign(process.env, {
    // Off by default where there is no AVX-512, and then steps take half as long again.
    TF_ENABLE_ONEDNN_OPTS: oneDnn ? '1' : '0',
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: String(interThreads),
    TF_CPP_MIN_LOG_LEVEL: verbose ? '0' : '3',
    // Several processes share a card: none may take all of its memory at the start.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  });
}

/** TensorFlow.js uses a function that Node 23 removed and that warns on Node 22. */
function restoreUtil(): void {
  const isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  Object.assign(util, { isNullOrUndefined });
}

/** What is used here of the addon of TensorFlow.js. */
interface Binding {
  TF_Version: string;
  isUsingGpuDevice(): boolean;
}

/** What the addon of our operations tells. */
interface Operations {
  instructions: Instructions;
}

/** The addon of our own that keeps standard error. */
interface StandardError {
  /** From now on keeps what is written to standard error. */
  take(): void;
  /** Ends that and returns what was written. */
  give(): string;
}

/**
 * Loads the addon, which TensorFlow.js then finds loaded, and our own operations; returns the lines that TensorFlow wrote
 * meanwhile, as it writes some past its log level.
 */
function openAddons(location: EngineLocation): {
  binding: Binding;
  instructions: Instructions;
  lines: string;
} {
  try {
    const standardError = require(location.standardError) as StandardError;
    let lines = '';
    standardError.take();
    let binding: Binding;
    let operations: Operations;
    try {
      binding = require(location.binding) as Binding;
      operations = require(location.operations) as Operations;
    } finally {
      lines = standardError.give();
    }
    return { binding, instructions: operations.instructions, lines };
  } catch (error) {
    throw new SambenchError(
      'engine-failed',
      {
        file: location.binding,
        problem: `TensorFlow cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
        fix: `Delete ${location.folder}, so that it is installed anew.`,
      },
      { cause: error },
    );
  }
}

/** Imports TensorFlow.js without Node's warnings about the old packages that it uses. */
async function importTensorflow(): Promise<Tensorflow> {
  const before = process.noDeprecation;
  process.noDeprecation = true;
  try {
    const tensorflow = await import('@tensorflow/tfjs-node-gpu');
    await tensorflow.ready();
    return tensorflow;
  } finally {
    process.noDeprecation = before ?? false;
  }
}

/** Name of the first graphics card; `GPU` where the driver's program does not tell it. */
async function cardName(): Promise<string> {
  const { stdout } = await runProgram('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader']);
  return stdout.split('\n')[0]?.trim() || 'GPU';
}
