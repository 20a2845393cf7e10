/** The machine that times were measured on. */
import os from 'node:os';
import { thisPlatform, vectorInstructions } from '../engine/install/platform.js';

/** What of a machine decides its times, and how busy it was. */
export interface Machine {
  cpu: string;
  cores: number;
  /** The widest vector instructions: AVX-512, AVX2, AVX or none; null where the system does not tell. */
  vectorInstructions: string | null;
  avx512: boolean | null;
  memoryBytes: number;
  os: string;
  node: string;
  /** Mean number of processes that wanted to run in the minute before the measurement: above 0.5, it was not alone. */
  loadBefore: number;
}

/** Describes this machine as it is now. */
export function describeMachine(): Machine {
  const { cpuFlags } = thisPlatform();
  return {
    cpu: os.cpus()[0]?.model.replace(/\s+/g, ' ').trim() || 'unknown',
    cores: os.cpus().length,
    vectorInstructions: cpuFlags === null ? null : vectorInstructions(cpuFlags),
    avx512: cpuFlags === null ? null : cpuFlags.has('avx512f'),
    memoryBytes: os.totalmem(),
    os: `${os.type()} ${os.release()}`,
    node: process.versions.node,
    loadBefore: os.loadavg()[0] ?? 0,
  };
}

/** The machine on one line. */
export function machineLine({ cpu, cores, vectorInstructions: vectors, loadBefore }: Machine): string {
  return `${cpu}, ${cores} cores, ${vectors ?? 'unknown vector instructions'}; load before the run ${loadBefore.toFixed(1)}`;
}
