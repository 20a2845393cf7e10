/** Loads TensorFlow into this process, with the settings that can only be made before. */
import { createRequire } from 'node:module';
import util from 'node:util';
import { SambenchError } from '../errors.js';
import { type EngineLocation, ensureEngine } from './install/install.js';
import { tfjsVersion } from './install/location.js';
import { setTensorflow } from './tensorflow.js';

export interface EngineOptions {
  /** Threads of one operation. */
  threads: number;
  /** Operations that may run at the same time; default as many as `threads`. */
  interThreads?: number;
  /** Show TensorFlow's own log lines. */
  verbose?: boolean;
  /** Whether TensorFlow may rewrite a graph (fuse operations) before it runs it; default true. */
  graphRewriting?: boolean;
}

/** What was loaded. */
export interface LoadedEngine {
  tensorflowVersion: string;
  tfjsVersion: string;
  oneDnn: boolean;
  /** Name of the GPU in use, or null. */
  gpu: string | null;
}

interface StandardError {
  take(): void;
  give(): string;
}

let current: { key: string; engine: Promise<LoadedEngine> } | null = null;

/**
 * Installs the engine where it is missing and loads it. A second call with equal options gives the same engine; other
 * options are an error, because TensorFlow reads them once per process.
 */
export function loadEngine(options: EngineOptions): Promise<LoadedEngine> {
  const { threads, interThreads = threads, verbose = false, graphRewriting = true } = options;
  const key = JSON.stringify({ threads, interThreads, graphRewriting });
  if (current === null) {
    current = { key, engine: load({ threads, interThreads, verbose, graphRewriting }) };
  } else if (current.key !== key) {
    return Promise.reject(new Error(`the engine is loaded with ${current.key} and cannot change to ${key}`));
  }
  return current.engine;
}

async function load(options: Required<EngineOptions>): Promise<LoadedEngine> {
  const location = await ensureEngine();
  setEnvironment(options);
  restoreUtil();
  const binding = openBinding(location, options.verbose);
  const tensorflow = await import('@tensorflow/tfjs-node-gpu');
  setTensorflow(tensorflow);
  await tensorflow.ready();
  return {
    tensorflowVersion: binding.TF_Version,
    tfjsVersion: tfjsVersion(),
    oneDnn: true,
    gpu: binding.isUsingGpuDevice() ? 'GPU' : null,
  };
}

function setEnvironment({ threads, interThreads, verbose, graphRewriting }: Required<EngineOptions>): void {
  process.env.TF_ENABLE_ONEDNN_OPTS = '1';
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS = String(interThreads);
  process.env.TF_CPP_MIN_LOG_LEVEL = verbose ? '0' : '3';
  process.env.SAMBENCH_GRAPH_REWRITING = graphRewriting ? 'on' : 'off';
}

/** TensorFlow.js uses a function that Node 23 removed and that warns on Node 22. */
function restoreUtil(): void {
  const isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  Object.assign(util, { isNullOrUndefined });
}

interface Binding {
  TF_Version: string;
  isUsingGpuDevice(): boolean;
}

/** Loads the addon, which TensorFlow.js then finds loaded, without the lines that TensorFlow writes past its log level. */
function openBinding(location: EngineLocation, verbose: boolean): Binding {
  const require = createRequire(import.meta.url);
  const standardError = verbose ? null : (require(location.standardError) as StandardError);
  standardError?.take();
  let failure: unknown = null;
  try {
    return require(location.binding) as Binding;
  } catch (error) {
    failure = error;
  } finally {
    standardError?.give();
  }
  throw new SambenchError('engine-failed', {
    file: location.binding,
    problem: 'TensorFlow cannot be loaded',
    value: failure instanceof Error ? failure.message : String(failure),
    fix: 'Delete its folder, so that it is installed anew.',
  });
}
