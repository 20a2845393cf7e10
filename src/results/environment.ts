/** The machine and the versions that a result was made with. */
import { createHash } from 'node:crypto';
import os from 'node:os';
import type { Environment } from './result.js';

/** What only the loaded engine knows of the environment. */
export interface EngineFacts {
  /** Threads of one operation. */
  threads: number;
  tensorflow: string;
  tfjs: string;
  oneDnn: boolean;
  gpu: string | null;
}

/**
 * Describes this machine. `fingerprint` is the first 12 hex digits of SHA-256 over everything that can change a number
 * or a time: processor, cores, threads, system, TensorFlow, tfjs, oneDNN, graphics card and Node's major version (a new
 * one may bring new mathematical functions). Patch versions of Node and of the kernel are left out: they change often
 * and neither numbers nor times follow them.
 */
export function describeEnvironment(engine: EngineFacts): Environment {
  const parts = {
    node: process.versions.node,
    tensorflow: engine.tensorflow,
    tfjs: engine.tfjs,
    os: `${os.type()} ${majorMinor(os.release())} ${os.arch()}`,
    cpu: os.cpus()[0]?.model.replace(/\s+/g, ' ').trim() || 'unknown',
    cores: Math.max(1, os.cpus().length),
    threads: engine.threads,
    gpu: engine.gpu,
    oneDnn: engine.oneDnn,
  };
  return { ...parts, fingerprint: fingerprintOf(parts) };
}

/** The fingerprint of an environment: equal for machines whose numbers and times may be compared. */
export function fingerprintOf(environment: Omit<Environment, 'fingerprint'>): string {
  const { node, tensorflow, tfjs, os: system, cpu, cores, threads, gpu, oneDnn } = environment;
  const key = JSON.stringify([
    node.split('.')[0],
    tensorflow,
    tfjs,
    system,
    cpu,
    cores,
    threads,
    gpu,
    oneDnn,
  ]);
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}

function majorMinor(release: string): string {
  return /^\d+(\.\d+)?/.exec(release)?.[0] ?? release;
}
