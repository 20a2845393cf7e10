/**
 * What the gate needs of a run, and nothing more: one record for each cell, and the step times by round. A baseline is
 * this record written down; the run in question is condensed to it as well, so that like is compared with like.
 */
import type { CellResult, CellStatus, Environment, HistoryRow, TimingResult } from '../results/result.js';
import { median } from '../stats/describe.js';
import { canonicalJson, sha256 } from '../suite/canonical.js';
import type { Cell } from '../suite/cell.js';
import { algorithmVersion } from '../version.js';

/** One finished or failed cell. */
export interface GateCell {
  cell: string;
  arm: string;
  seed: number;
  /** Hash of the resolved settings: cells of different runs are paired by it and by the seed. */
  settings: string;
  status: CellStatus;
  /** Test accuracy as a fraction; null unless finished. */
  accuracy: number | null;
  weightsSha256: string | null;
  /** One short hash for each epoch over all of its numbers but the times; it tells where two runs part. */
  epochs: readonly string[];
  peakRssBytes: number;
  /** Fingerprint of the machine. */
  machine: string;
}

/** The step times of one arm: the median of each round, in milliseconds. */
export interface GateArmTiming {
  arm: string;
  rounds: readonly number[];
}

export interface GateTiming {
  machine: string;
  arms: readonly GateArmTiming[];
}

/** A run as the gate sees it. */
export interface GateRun {
  suite: string;
  /** Version of the suite. */
  version: number;
  /** Version of the algorithms, which is raised when a change alters numbers; null where it is not known. */
  algorithm: number | null;
  /** Hashes of the data, commits of the code: one each, unless the run was made in several parts. */
  data: readonly string[];
  commits: readonly string[];
  machines: readonly Environment[];
  timing: GateTiming | null;
  /** Sorted by id. */
  cells: readonly GateCell[];
}

/** Hash of resolved settings, 16 hex digits, equal whatever the versions of suite and algorithms. */
export function hashSettings(settings: Cell['settings']): string {
  return sha256(canonicalJson(settings)).slice(0, 16);
}

/** Condenses the results of a suite. Those that another suite or version planned must have been left out before. */
export function condenseRun(
  suite: { name: string; version: number },
  results: readonly CellResult[],
  timing: TimingResult | null,
): GateRun {
  const finished = results.filter(({ status }) => status === 'finished');
  const machines = new Map(finished.map(({ environment }) => [environment.fingerprint, environment]));
  return {
    suite: suite.name,
    version: suite.version,
    algorithm: algorithmVersion,
    data: distinct(finished.map(({ provenance }) => provenance.dataSha256)),
    commits: distinct(finished.flatMap(({ provenance }) => provenance.gitCommit ?? [])),
    machines: [...machines.values()].sort((left, right) => compare(left.fingerprint, right.fingerprint)),
    timing: timing && condenseTiming(timing),
    cells: results.map(condenseCell).sort((left, right) => compare(left.cell, right.cell)),
  };
}

function condenseCell(result: CellResult): GateCell {
  const { cell, arm, seed, settings, status, final, history, memory, environment } = result;
  return {
    cell,
    arm,
    seed,
    settings: hashSettings(settings),
    status,
    accuracy: final?.test.accuracy ?? null,
    weightsSha256: final?.weightsSha256 ?? null,
    epochs: status === 'finished' ? history.map(hashEpoch) : [],
    peakRssBytes: memory.peakRssBytes,
    machine: environment.fingerprint,
  };
}

/** The first 8 hex digits of SHA-256 over the numbers of an epoch that training determines, times left out. */
export function hashEpoch(row: HistoryRow): string {
  const { epoch, trainLoss, trainAccuracy, valLoss, valAccuracy, learningRate, ...rest } = row;
  const { gradientNorm, perturbationNorm, gradientCosine, perturbedLoss } = rest;
  const numbers = [epoch, trainLoss, trainAccuracy, valLoss, valAccuracy, learningRate];
  numbers.push(gradientNorm, perturbationNorm, gradientCosine, perturbedLoss);
  return sha256(JSON.stringify(numbers)).slice(0, 8);
}

function condenseTiming({ arms, steps, environment }: TimingResult): GateTiming {
  return {
    machine: environment.fingerprint,
    arms: arms.map(({ arm, samplesMilliseconds }) => ({
      arm,
      rounds: chunks(samplesMilliseconds, steps).map((round) => Number(median(round).toPrecision(6))),
    })),
  };
}

function chunks(values: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort(compare);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
