/** What `doctor` tells of the machine itself: Node, system, processor, memory, disk, and programs of the system. */
import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import os from 'node:os';
import { dirname } from 'node:path';
import { cacheFolder } from '../cache.js';
import { engineState, planEngine } from '../engine/install/install.js';
import { obstacle, thisPlatform, vectorInstructions } from '../engine/install/platform.js';
import { runProgram } from '../engine/install/program.js';
import type { DoctorRow } from './doctor.js';

/** Rows for what does not depend on the engine. */
export async function machineRows(): Promise<DoctorRow[]> {
  const [cache, npm, git] = await Promise.all([cacheRow(), npmRow(), gitRow()]);
  return [nodeRow(), systemRow(), processorRow(), memoryRow(), cache, npm, git, chromiumRow()];
}

function nodeRow(): DoctorRow {
  const found = process.versions.node;
  const isOld = Number.parseInt(found, 10) < 20;
  return {
    name: 'Node',
    status: isOld ? 'missing' : 'ok',
    found,
    todo: isOld ? 'Install Node 20 or newer' : '',
  };
}

function systemRow(): DoctorRow {
  const platform = thisPlatform();
  const problem = obstacle(platform);
  const library = platform.glibc === null ? '' : `, glibc ${platform.glibc}`;
  return {
    name: 'system',
    status: problem === null ? 'ok' : 'missing',
    found: `${os.type()} ${os.release()} ${os.arch()}${library}`,
    todo: problem === null ? '' : `Use another machine: ${problem}`,
  };
}

function processorRow(): DoctorRow {
  const { cpuFlags } = thisPlatform();
  const model = os.cpus()[0]?.model.trim() ?? 'unknown';
  const vectors = cpuFlags === null ? '' : `, ${vectorInstructions(cpuFlags)}`;
  return {
    name: 'processor',
    status: 'ok',
    found: `${model}, ${os.availableParallelism()} cores${vectors}`,
    todo: '',
  };
}

/** resnet20 at batch 128 takes up to 2.5 GB, resnet8 well below 1 GB. */
const roomyBytes = 3e9;

function memoryRow(): DoctorRow {
  const limit = process.constrainedMemory();
  const total = Math.min(os.totalmem(), limit > 0 ? limit : Number.POSITIVE_INFINITY);
  const isTight = total < roomyBytes;
  return {
    name: 'memory',
    status: isTight ? 'optional' : 'ok',
    found: `${gigabytes(total)}, ${gigabytes(Math.min(os.freemem(), total))} free`,
    todo: isTight ? 'Use resnet8 or a small batch: resnet20 at batch 128 takes 2.5 GB' : '',
  };
}

async function cacheRow(): Promise<DoctorRow> {
  const folder = cacheFolder();
  const existing = nearestExisting(folder);
  const { bavail, bsize } = await statfs(existing);
  const found = `${folder}, ${gigabytes(bavail * bsize)} free`;
  const row = { name: 'cache', found };
  try {
    accessSync(existing, constants.W_OK);
  } catch {
    return {
      ...row,
      status: 'missing',
      todo: `Make ${existing} writable, or set SAMBENCH_CACHE to another folder`,
    };
  }
  const needed = roomNeeded();
  if (bavail * bsize >= needed) return { ...row, status: 'ok', todo: '' };
  const todo = `Make room: ${gigabytes(needed)} are needed; or set SAMBENCH_CACHE to another disk`;
  return { ...row, status: 'missing', todo };
}

/** Bytes that are still to be written: the engine, and data sets of which CIFAR-10 takes less than half a gigabyte. */
function roomNeeded(): number {
  const data = 5e8;
  try {
    const plan = planEngine();
    return data + (engineState(plan).installed ? 0 : plan.bytes);
  } catch {
    return data;
  }
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}

async function npmRow(): Promise<DoctorRow> {
  const { code, stdout } = await runProgram('npm', ['--version']);
  if (code === 0) return { name: 'npm', status: 'ok', found: stdout.trim(), todo: '' };
  return {
    name: 'npm',
    status: 'optional',
    found: 'none',
    todo: 'Install npm: data sets come from it first',
  };
}

async function gitRow(): Promise<DoctorRow> {
  const { code, stdout } = await runProgram('git', ['--version']);
  if (code === 0) return { name: 'git', status: 'ok', found: /[\d.]+/.exec(stdout)?.[0] ?? '', todo: '' };
  return {
    name: 'git',
    status: 'optional',
    found: 'none',
    todo: 'Install git, so that results carry their commit',
  };
}

function chromiumRow(): DoctorRow {
  const path = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (existsSync(path)) return { name: 'Chromium', status: 'ok', found: path, todo: '' };
  const todo = "Only for the tests of the report's page: install Chromium, or name one in CHROMIUM";
  return { name: 'Chromium', status: 'optional', found: 'none', todo };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
