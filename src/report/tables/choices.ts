/** How the setting that stands for an arm was found: the space, the choice, and whether it lies at an edge. */
import { reasonOf } from '../summarize/verdict.js';
import type { Choice, SettingSummary, Summary } from '../summary.js';
import { valuesOf } from './sweep.js';
import { cell, numberColumn, type Table, textColumn } from './table.js';

/** One row for each arm and task with several settings; null where no arm has a choice. */
export function choicesTable(summary: Summary): Table | null {
  const { choices, contexts, settings, suite } = summary;
  const made = choices.filter(({ by }) => by !== 'only');
  if (made.length === 0) return null;
  const byId = new Map(settings.map((setting) => [setting.id, setting]));
  const several = contexts.length > 1;
  return {
    name: 'choices',
    title: 'Choice of settings',
    caption: 'The setting that stands for each arm, from the settings that were tried.',
    columns: [
      ...(several ? [textColumn('task')] : []),
      textColumn('arm'),
      textColumn('tried'),
      numberColumn('settings'),
      textColumn('chosen'),
      textColumn('by'),
      textColumn('at the edge'),
    ],
    rows: made.map((choice) => ({
      arm: choice.arm,
      cells: [
        ...(several ? [cell(choice.context)] : []),
        cell(choice.arm),
        cell(spaceOf(choice, summary)),
        cell(String(choice.candidates)),
        cell(byId.get(choice.setting)?.label ?? choice.setting),
        cell(reasonOf(choice)),
        cell(choice.edges.length === 0 ? 'no' : choice.edges.join(', ')),
      ],
    })),
    notes: [
      ...(suite.tuned.length > 0
        ? [`Tuned on validation as the suite asks: ${suite.tuned.join(', ')}.`]
        : []),
      'A value at the edge of its list says that a better one may lie beyond.',
    ],
  };
}

/** `rho 0.01, 0.05, 0.1; epochs 20, 40`: the values of every axis that varies. */
function spaceOf({ arm, context }: Choice, { settings, axes }: Summary): string {
  const own = settings.filter((setting) => setting.arm === arm && setting.context === context);
  const lists = axes
    .filter(({ role }) => role === 'tuned')
    .map(({ name }) => [name, valuesOf(own, name)] as const)
    .filter(([, values]) => values.length > 1)
    .map(([name, values]) => `${name} ${values.join(', ')}`);
  const epochs = [...new Set(own.map((setting: SettingSummary) => setting.epochs))].sort((a, b) => a - b);
  return [...lists, ...(epochs.length > 1 ? [`epochs ${epochs.join(', ')}`] : [])].join('; ');
}
