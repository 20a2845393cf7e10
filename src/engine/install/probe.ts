/** Loads an engine in a process of its own and tells what it is: a library that ends the process becomes a message. */
import { readFileSync } from 'node:fs';
import type { EngineLocation } from './location.js';
import { runProgram } from './program.js';

/** What an engine says of itself. */
export interface EngineProbe {
  /** Version of TensorFlow. */
  tensorflow: string;
  /** Whether TensorFlow uses oneDNN, having been asked to. */
  oneDnn: boolean;
  /** Whether it computes on a graphics card. */
  gpu: boolean;
}

const script = `
const [, standardErrorPath, bindingPath, ...others] = process.argv;
const standardError = require(standardErrorPath);
standardError.take();
let binding;
try {
  binding = require(bindingPath);
  others.forEach((path) => require(path));
} finally {
  const lines = standardError.give();
  if (binding) {
    const oneDnn = lines.includes('oneDNN custom operations are on');
    const gpu = Boolean(binding.isUsingGpuDevice?.());
    console.log(JSON.stringify({ tensorflow: binding.TF_Version ?? 'unknown', oneDnn, gpu }));
  } else process.stderr.write(lines);
}
`;

/** The addons that an engine consists of. */
export type EngineAddons = Pick<EngineLocation, 'binding' | 'standardError' | 'graph' | 'operations'>;

/** What an install found and kept of the engine in `location`. */
export function keptProbe({ facts }: Pick<EngineLocation, 'facts'>): EngineProbe {
  return JSON.parse(readFileSync(facts, 'utf8')) as EngineProbe;
}

/** Loads all addons; returns what the engine says, or why it does not load, as one line. */
export async function probeEngine(
  { binding, standardError, graph, operations }: EngineAddons,
  signal?: AbortSignal,
): Promise<EngineProbe | { failure: string }> {
  // At log level 0 every version of TensorFlow says whether it uses oneDNN; the newer ones do so at any level.
  const env = { ...process.env, NODE_OPTIONS: '', TF_ENABLE_ONEDNN_OPTS: '1', TF_CPP_MIN_LOG_LEVEL: '0' };
  const args = ['-e', script, standardError, binding, graph, operations];
  const result = await runProgram(process.execPath, args, { env, signal });
  if (result.code === 0) return JSON.parse(result.stdout) as EngineProbe;
  const lines = result.stderr.split('\n').filter((line) => /\S/.test(line));
  const told = lines.find((line) => /error/i.test(line)) ?? lines.at(-1);
  return { failure: told?.trim() ?? `the process ended with ${result.code ?? 'a signal'}` };
}
