/** One row for each cell as CSV (RFC 4180), for spreadsheets and data frames. */
import type { SeedSummary, SettingSummary, Summary } from '../summary.js';

type Value = string | number | boolean | null | undefined;

interface Row {
  summary: Summary;
  setting: SettingSummary;
  seed: SeedSummary;
}

/** The columns in their order; this order and these names are part of the format: new ones come last. */
const columns: readonly (readonly [string, (row: Row) => Value])[] = [
  ['suite', ({ summary }) => summary.suite.name],
  ['suite_version', ({ summary }) => summary.suite.version],
  ['cell', ({ seed }) => seed.cell],
  ['setting', ({ setting }) => setting.id],
  ['arm', ({ setting }) => setting.arm],
  ['seed', ({ seed }) => seed.seed],
  ['status', ({ seed }) => seed.status],
  ['error', ({ seed }) => seed.error],
  ['excluded', ({ seed }) => seed.excluded],
  ['chosen', ({ setting }) => setting.chosen],
  ['leaking', ({ setting }) => setting.leaking],
  ['model', ({ setting }) => at(setting, 'model', 'name')],
  ['data', ({ setting }) => at(setting, 'data', 'name')],
  ['label_noise', ({ setting }) => at(setting, 'data', 'labelNoise')],
  ['batch', ({ setting }) => at(setting, 'batch')],
  ['optimizer', ({ setting }) => at(setting, 'optimizer', 'name')],
  ['base', ({ setting }) => at(setting, 'optimizer', 'base', 'name')],
  ['rho', ({ setting }) => at(setting, 'optimizer', 'rho')],
  ['m', ({ setting }) => at(setting, 'optimizer', 'm')],
  [
    'learning_rate',
    ({ setting }) =>
      at(setting, 'optimizer', 'learningRate') ?? at(setting, 'optimizer', 'base', 'learningRate'),
  ],
  ['axes', ({ setting }) => JSON.stringify(setting.axes)],
  ['epochs', ({ setting }) => setting.epochs],
  ['steps', ({ setting }) => setting.steps],
  ['gradient_evaluations', ({ setting }) => setting.gradientEvaluations],
  ['flops', ({ setting }) => setting.flops],
  ['epochs_run', ({ seed }) => seed.epochs],
  ['selected_epoch', ({ seed }) => seed.selectedEpoch],
  ['test_accuracy', ({ seed }) => seed.testAccuracy],
  ['test_loss', ({ seed }) => seed.testLoss],
  ['validation_accuracy', ({ seed }) => seed.validationAccuracy],
  ['validation_loss', ({ seed }) => seed.validationLoss],
  ['train_seconds', ({ seed }) => seed.trainSeconds],
  ['evaluation_seconds', ({ seed }) => seed.evaluationSeconds],
  ['other_seconds', ({ seed }) => seed.otherSeconds],
  ['contended', ({ seed }) => seed.contended],
  ['step_milliseconds', ({ setting }) => setting.stepMilliseconds],
  ['step_time_seconds', ({ setting }) => setting.stepTimeSeconds],
  ['peak_rss_bytes', ({ seed }) => seed.peakRssBytes],
  ['fingerprint', ({ seed }) => seed.fingerprint],
  ['git_commit', ({ seed }) => seed.gitCommit],
  ['weights_sha256', ({ seed }) => seed.weightsSha256],
];

/** All planned cells with a header line, lines ended by CR LF, no value as an empty field. Accuracies are fractions. */
export function csv(summary: Summary): string {
  const lines = [columns.map(([name]) => name).join(',')];
  for (const setting of summary.settings) {
    for (const seed of setting.seeds) {
      lines.push(columns.map(([, read]) => csvField(read({ summary, setting, seed }))).join(','));
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}

/**
 * One field: quoted where it must be. Text that a spreadsheet would take for a formula gets an apostrophe in front, as
 * OWASP advises; numbers are written as they are, negative ones too.
 */
export function csvField(value: Value): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const harmless = /^[=+\-@\t\r\n|%\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
}

/** The plain value at a path into a setting's settings; undefined where there is none. */
function at(setting: SettingSummary, ...path: string[]): Value {
  let value: unknown = setting.settings;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === 'object' ? null : (value as Value);
}
