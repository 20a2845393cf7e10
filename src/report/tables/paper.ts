/** Layouts after the tables of the SAM paper (Foret et al., ICLR 2021): model × arm, budgets, and label noise. */
import { bestBy } from '../summarize/choose.js';
import type { SettingSummary, Summary } from '../summary.js';
import { accuracyOf, errorHead, errorOf } from './figure.js';
import { cell, empty, numberColumn, type Table, type TableCell, textColumn } from './table.js';

/** `paper`, as its Table 1: a row for each network and task, a column for each arm at its chosen setting. */
export function paperTable(summary: Summary): Table {
  const { suite, contexts, arms } = summary;
  return {
    name: 'paper',
    title: 'Network by arm',
    caption: `${sentence(errorHead(suite.metric))}, mean ± half of the 95 % interval, each arm at the setting that validation chose.`,
    columns: [textColumn('network'), textColumn('data'), ...arms.map(({ name }) => numberColumn(name))],
    rows: contexts.map(({ id }) => ({
      arm: '',
      cells: [
        cell(namesIn(summary, id, 'model')),
        cell([namesIn(summary, id, 'data'), id].filter(Boolean).join(', ')),
        ...arms.map(({ name }) => chosenCell(summary, id, name)),
      ],
    })),
    notes: [],
  };
}

/** `budget`, as its Table 2: a row for each number of epochs, so that N stands beside 2N. */
export function budgetTable(summary: Summary): Table | null {
  const { suite, settings, arms, contexts } = summary;
  const epochs = [...new Set(settings.map((setting) => setting.epochs))].sort((a, b) => a - b);
  if (epochs.length < 2) return null;
  const head = contexts.length > 1 ? [textColumn('task')] : [];
  return {
    name: 'budget',
    title: 'Budgets',
    caption: `${sentence(errorHead(suite.metric))} at each number of epochs, each arm at its best setting on validation.`,
    columns: [...head, numberColumn('epochs'), ...arms.map(({ name }) => numberColumn(name))],
    rows: contexts.flatMap(({ id }) =>
      epochs.map((count) => ({
        arm: '',
        cells: [
          ...(contexts.length > 1 ? [cell(id)] : []),
          cell(String(count)),
          ...arms.map(({ name }) => {
            const own = settings.filter(
              (setting) => setting.context === id && setting.arm === name && setting.epochs === count,
            );
            return errorCell(bestOnValidation(own, suite.metric), summary);
          }),
        ],
      })),
    ),
    notes: [],
  };
}

/** `noise`, as its Table 4: clean test accuracy, a row for each arm, a column for each noise level. */
export function noiseTable(summary: Summary): Table | null {
  const { settings, arms, axes, contexts } = summary;
  if (!axes.some(({ name }) => name === 'labelNoise')) return null;
  const levels = [...new Set(contexts.map(({ axes }) => axes.labelNoise))].filter(
    (level) => typeof level === 'number',
  );
  levels.sort((a, b) => a - b);
  const others = (id: string) => id.replace(/(?:^|, )labelNoise [^,]*/, '').replace(/^, /, '');
  const tasks = [...new Set(contexts.map(({ id }) => others(id)))];
  return {
    name: 'noise',
    title: 'Label noise',
    caption:
      'Clean test accuracy in percent, mean ± half of the 95 % interval, by share of wrong training labels.',
    columns: [
      textColumn('arm'),
      ...levels.map((level) => numberColumn(`${Number((level * 100).toFixed(4))} %`)),
    ],
    rows: tasks.flatMap((task) =>
      arms.map(({ name }) => ({
        arm: name,
        cells: [
          cell([name, task].filter(Boolean).join(', ')),
          ...levels.map((level) => {
            const setting = settings.find(
              (each) =>
                each.chosen &&
                each.arm === name &&
                each.axes.labelNoise === level &&
                others(each.context) === task,
            );
            return setting ? cell(accuracyOf(setting.testAccuracy, 1), setting.best) : empty;
          }),
        ],
      })),
    ),
    notes: [],
  };
}

function chosenCell(summary: Summary, context: string, arm: string): TableCell {
  return errorCell(
    summary.settings.find((each) => each.chosen && each.arm === arm && each.context === context) ?? null,
    summary,
  );
}

function errorCell(setting: SettingSummary | null, { suite }: Summary): TableCell {
  return setting
    ? cell(`${errorOf(setting, suite.metric)}${setting.leaking ? '†' : ''}`, setting.best)
    : empty;
}

function bestOnValidation(
  settings: readonly SettingSummary[],
  metric: 'accuracy' | 'loss',
): SettingSummary | null {
  const chosen = settings.find(({ chosen }) => chosen);
  return chosen ?? bestBy(settings, metric === 'accuracy' ? 'validationAccuracy' : 'validationLoss');
}

function namesIn(summary: Summary, context: string, part: 'model' | 'data'): string {
  const names = summary.settings
    .filter((setting) => setting.context === context)
    .map(({ settings }) => String((settings as Record<string, { name?: unknown }>)[part]?.name ?? ''));
  return [...new Set(names)].join(', ');
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
