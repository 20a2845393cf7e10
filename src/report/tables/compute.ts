/** The compute table: what each arm was given, what it took, and how fast it stepped. */
import { absent, bytes, decimal, duration, flop, whole } from '../number.js';
import type { SettingSummary, Summary } from '../summary.js';
import { cell, measured, numberColumn, type Table, textColumn } from './table.js';

/** One row for each arm and budget; settings of one arm that cost the same share a row. */
export function computeTable({ settings, compute, timing }: Summary): Table {
  const rows = new Map<string, SettingSummary[]>();
  for (const setting of settings) {
    const batch = (setting.settings as { batch?: unknown }).batch;
    const untimed = setting.stepMilliseconds === null;
    const key = JSON.stringify([setting.arm, setting.epochs, setting.gradientEvaluations, batch, untimed]);
    rows.set(key, [...(rows.get(key) ?? []), setting]);
  }
  const contended = settings.some((setting) => setting.contended);
  const notes = [compute.sentence];
  if (contended) {
    notes.push(
      '* cells ran side by side or on a busy machine: compare the times computed from the step time instead.',
    );
  }
  if (timing) {
    notes.push(
      'From step time: the steps that ran × the median step of the timing phase, in which nothing ran beside them; it is what training would take undisturbed, without evaluation and start.',
    );
    notes.push(
      `Step time: median of ${timing.rounds * timing.steps} steps in ${timing.rounds} balanced rounds, all arms in one process; ratio to the baseline with its 95 % interval over rounds.`,
    );
    if (settings.some(({ stepMilliseconds }) => stepMilliseconds === null)) {
      notes.push(
        `${absent} in place of a step time: one setting of each arm was timed, and its step does not stand for these.`,
      );
    }
  }
  return {
    name: 'compute',
    title: 'Compute',
    caption:
      'What one seed costs. Training and wall time are means over seeds on one machine; “from step time” is computed.',
    columns: [
      textColumn('arm'),
      numberColumn('epochs'),
      numberColumn('gradient evaluations'),
      numberColumn('operations'),
      numberColumn('step, ms'),
      numberColumn('× baseline'),
      numberColumn('training'),
      numberColumn('from step time'),
      numberColumn('wall time'),
      numberColumn('peak memory'),
    ],
    rows: [...rows.values()].map((group) => computeRow(group, timing)),
    notes,
  };
}

function computeRow(group: readonly SettingSummary[], timing: Summary['timing']) {
  const first = group[0] as SettingSummary;
  const arm = timing?.arms.find((timed) => timed.arm === first.arm);
  const ratio = arm?.ratio;
  const star = group.some(({ contended }) => contended) ? '*' : '';
  const over = (read: (setting: SettingSummary) => number | null) => {
    const values = group.map(read).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const spent = (quantity: 'epochs' | 'gradientEvaluations' | 'flops') =>
    over((setting) => setting.spent?.[quantity] ?? null) ?? first[quantity];
  const memory = group.reduce<number | null>(
    (most, { peakRssBytes }) => Math.max(most ?? 0, peakRssBytes ?? 0) || null,
    null,
  );
  const wall = over(({ wallSeconds }) => wallSeconds);
  const train = over(({ trainSeconds }) => trainSeconds);
  const epochs = spent('epochs');
  return {
    arm: first.arm,
    cells: [
      cell(first.arm),
      cell(decimal(epochs, Number.isInteger(epochs) ? 0 : 1)),
      cell(whole(spent('gradientEvaluations'))),
      measured(spent('flops'), flop(spent('flops'))),
      cell(first.stepMilliseconds === null ? absent : decimal(first.stepMilliseconds, 1)),
      cell(ratioText(first.stepMilliseconds === null ? null : ratio)),
      measured(train, `${duration(train)}${star}`),
      measured(first.stepTimeSeconds, duration(first.stepTimeSeconds)),
      measured(wall, `${duration(wall)}${star}`),
      measured(memory, bytes(memory)),
    ],
  };
}

function ratioText(
  ratio: { mean: number; low: number | null; high: number | null } | null | undefined,
): string {
  if (!ratio) return absent;
  const { mean, low, high } = ratio;
  return low === null || high === null
    ? decimal(mean, 2)
    : `${decimal(mean, 2)} (${decimal(low, 2)} to ${decimal(high, 2)})`;
}
