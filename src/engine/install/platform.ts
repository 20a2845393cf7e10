/** On which machines the pinned engine runs, and which graphics card it may use. */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SambenchError } from '../../errors.js';
import type { Variant } from './pins.js';

/** What of a machine decides whether the engine can run on it. */
export interface Platform {
  /** As `process.platform` and `process.arch` name them. */
  os: string;
  arch: string;
  /** Version of the GNU C library; null where there is another one. */
  glibc: string | null;
  /** Flags of the processor as /proc/cpuinfo lists them; null where that cannot be read. */
  cpuFlags: ReadonlySet<string> | null;
}

/** Describes this machine. */
export function thisPlatform(): Platform {
  return { os: process.platform, arch: process.arch, glibc: glibcVersion(), cpuFlags: readCpuFlags() };
}

/** Why the pinned engine cannot run on `platform`, or null. Only Linux on x86_64 has been tried. */
export function obstacle({ os, arch, glibc, cpuFlags }: Platform): string | null {
  if (os !== 'linux' || arch !== 'x64')
    return `only Linux on x86_64 has been tried, and this is ${os} on ${arch}`;
  if (glibc === null) return 'TensorFlow needs the GNU C library, and this system has another one';
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 27))
    return `TensorFlow needs glibc 2.27 or newer, and this is ${glibc}`;
  if (cpuFlags !== null && !cpuFlags.has('avx')) return 'TensorFlow needs a processor with AVX';
  return null;
}

/** Throws `engine-missing` where the pinned engine cannot run. */
export function demandPlatform(platform: Platform = thisPlatform()): void {
  const problem = obstacle(platform);
  if (problem === null) return;
  throw new SambenchError('engine-missing', {
    problem: `there is no engine for this machine: ${problem}`,
    fix: 'Run sambench on Linux x86_64, or in a container of it, with glibc 2.27 or newer and a processor with AVX.',
  });
}

/** The widest vector instructions in the list, for people: `AVX-512`, `AVX2`, `AVX` or `none`. */
export function vectorInstructions(flags: ReadonlySet<string>): string {
  if (flags.has('avx512f')) return 'AVX-512';
  if (flags.has('avx2')) return 'AVX2';
  return flags.has('avx') ? 'AVX' : 'none';
}

/**
 * The variant to install: `$SAMBENCH_VARIANT`, else `gpu` where an NVIDIA card can be used, else `cpu`. Throws
 * `flag-invalid` for any other value.
 */
export function chooseVariant(environment: NodeJS.ProcessEnv = process.env): Variant {
  const own = environment.SAMBENCH_VARIANT;
  if (!own) return hasNvidiaCard(environment) ? 'gpu' : 'cpu';
  if (own === 'cpu' || own === 'gpu') return own;
  throw new SambenchError('flag-invalid', {
    problem: 'there is no such variant of the engine',
    path: 'SAMBENCH_VARIANT',
    value: own,
    fix: 'Set it to cpu or gpu, or unset it.',
  });
}

/**
 * Whether an NVIDIA card can be used by this process. The driver's entry in /proc is seen in every container of a
 * machine, with or without its card, so the device counts; under WSL it has another name and the driver brings nvidia-smi.
 */
function hasNvidiaCard(environment: NodeJS.ProcessEnv): boolean {
  if (existsSync('/dev/nvidiactl')) return true;
  return existsSync('/dev/dxg') && isOnPath('nvidia-smi', environment);
}

/** Whether a program of that name is in a folder of `$PATH`. */
export function isOnPath(program: string, environment: NodeJS.ProcessEnv = process.env): boolean {
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.some((folder) => existsSync(join(folder, program)));
}

function glibcVersion(): string | null {
  if (process.platform !== 'linux') return null;
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ?? null;
}

function readCpuFlags(): ReadonlySet<string> | null {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
    return flags === undefined ? null : new Set(flags.trim().split(/\s+/));
  } catch {
    return null;
  }
}
