/** The table of `bench:peers` for people. */
import { machineLine } from '../../src/bench/machine.js';
import { megabytes, ratioText } from '../../src/bench/step-table.js';
import { textTable } from '../../src/commands/text-table.js';
import type { PeerBench } from './measure.js';

const heads = [
  'peer',
  'optimizer',
  'ms, median',
  'min',
  'max',
  'n',
  '/ sambench',
  'memory, MB',
  'oneDNN',
  'what',
];

/** All that was measured, as text. */
export function peerTable({ machine, settings, oneDnnByDefault, rows, fastestPeer }: PeerBench): string {
  const table = rows.map((row) => [
    row.peer,
    row.optimizer,
    ...[row.medianMilliseconds, row.minMilliseconds, row.maxMilliseconds].map((value) => value.toFixed(0)),
    String(row.samples),
    row.overSambench === null ? '–' : ratioText(row.overSambench),
    megabytes(row.peakRssBytes),
    yesNo(row.oneDnn),
    `${row.title}; ${Object.entries(row.versions)
      .map((pair) => pair.join(' '))
      .join(', ')}`,
  ]);
  const { batch, threads, rounds, steps, biases, instructions } = settings;
  return [
    machineLine(machine),
    ...(instructions === null
      ? []
      : ['all restricted to AVX2, and TensorFlow as installed to what it does there']),
    `AVX-512: ${yesNo(machine.avx512)}; oneDNN on by default in TensorFlow: ${yesNo(oneDnnByDefault)}`,
    `resnet20, batch ${batch}, ${threads} threads, ${rounds} rounds of ${steps} steps`,
    '',
    textTable(heads, table, heads.slice(2, 8)),
    '',
    ...Object.entries(fastestPeer).map(
      ([optimizer, fastest]) =>
        `fastest peer, ${optimizer}: ${fastest.peer}, ${ratioText(fastest)} × sambench`,
    ),
    'All computed the same losses from the same weights on the same batch before they were timed. The ratios are of',
    'medians; in brackets the least and the greatest of one round. The tuned peers',
    biases
      ? 'train the biases that batch norm cancels.'
      : 'leave out the biases that batch norm cancels, as sambench does.',
  ].join('\n');
}

function yesNo(value: boolean | null): string {
  return value === null ? '–' : value ? 'yes' : 'no';
}
