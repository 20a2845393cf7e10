/** The table of `bench:step` for people. */
import { textTable } from '../commands/text-table.js';
import { machineLine } from './machine.js';
import { operationTable } from './operations.js';
import type { StepBench } from './step.js';
import type { TimeRatio } from './summarize.js';

const heads = [
  'step',
  'optimizer',
  'ms, median',
  'min',
  'max',
  'n',
  'images/s',
  'GFLOP/s',
  'of peak',
  'of median',
  'memory, MB',
  'first step, s',
];

/** All that was measured, as text. */
export function stepTable(bench: StepBench): string {
  const { machine, settings, peak } = bench;
  const rows = bench.rows.map((row) => [
    row.kind,
    row.optimizer,
    ...[row.medianMilliseconds, row.minMilliseconds, row.maxMilliseconds].map((value) => value.toFixed(0)),
    String(row.samples),
    row.imagesPerSecond.toFixed(0),
    row.gflops.toFixed(0),
    percent(row.peakShare),
    percent(row.medianShare),
    megabytes(row.peakRssBytes),
    row.firstMilliseconds === null ? '–' : (row.firstMilliseconds / 1000).toFixed(1),
  ]);
  const medians = Object.entries(peak.medianGflops).map(
    ([threads, gflops]) =>
      `${gflops.toFixed(0)} at the median with ${threads} thread${threads === '1' ? '' : 's'}`,
  );
  return [
    machineLine(machine),
    `resnet20, batch ${settings.batch}, ${settings.threads} threads, ${settings.rounds} rounds of ${settings.steps} steps`,
    '',
    textTable(heads, rows, heads.slice(2)),
    '',
    `peak: ${peak.gflops.toFixed(0)} GFLOP/s, the fastest ${peak.size}³ product of the run, with ${peak.threads} thread${peak.threads === 1 ? '' : 's'} (${medians.join(', ')})`,
    ...line('SAM / Adam, compiled', bench.samOverAdam),
    ...(['adam', 'sam'] as const).flatMap((optimizer) => [
      ...line(`eager / compiled, ${optimizer}`, bench.eagerOverCompiled[optimizer] ?? null),
      ...line(`naive / compiled, ${optimizer}`, bench.naiveOverCompiled[optimizer] ?? null),
    ]),
    '',
    'GFLOP/s: 6 × multiply-adds of a forward pass × images, twice that for SAM; naive is tf.layers with trainOnBatch,',
    'which has no SAM. The ratios are of medians; in brackets the least and the greatest of one round.',
    ...operationTables(bench),
  ].join('\n');
}

function operationTables({ settings, operations }: StepBench): string[] {
  if (!operations) return [];
  const tables = Object.entries(operations).map(([optimizer, rows]) => operationTable(optimizer, rows));
  const traced = settings.rounds * settings.steps;
  return ['', `operations of the compiled step, medians of ${traced} traced steps`, '', tables.join('\n\n')];
}

/** A ratio of times for people, with the least and the greatest of single rounds. */
export function ratioText({ ratio, low, high }: TimeRatio): string {
  return `${ratio.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

/** Bytes in megabytes of 10⁶; a dash for null. */
export function megabytes(bytes: number | null): string {
  return bytes === null ? '–' : (bytes / 1e6).toFixed(0);
}

function line(label: string, ratio: TimeRatio | null): string[] {
  return ratio === null ? [] : [`${label}: ${ratioText(ratio)}`];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
