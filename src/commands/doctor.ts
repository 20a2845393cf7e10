/** `sambench doctor`: what this machine has, what is missing, and what to do about each. */
import { homedir } from 'node:os';
import { dataRows } from './doctor-data.js';
import { engineRows } from './doctor-engine.js';
import { machineRows } from './doctor-machine.js';
import { textTable } from './text-table.js';

/**
 * `ok`: there. `later`: not there, and fetched by `bench`. `optional`: not there, and `bench` does without. `missing`:
 * not there, and `bench` cannot run.
 */
export type DoctorStatus = 'ok' | 'later' | 'optional' | 'missing';

/** One thing that was looked at. */
export interface DoctorRow {
  name: string;
  status: DoctorStatus;
  /** What is there. */
  found: string;
  /** What to do; empty where there is nothing to do. */
  todo: string;
}

/** Looks at everything without changing anything. `ok` tells whether `bench` can run. */
export async function doctor(): Promise<{ rows: DoctorRow[]; ok: boolean }> {
  const groups = await Promise.all([machineRows(), engineRows(), dataRows()]);
  const rows = groups.flat();
  return { rows, ok: rows.every(({ status }) => status !== 'missing') };
}

/** The rows as a table, and a line that sums them up. */
export function formatDoctor(rows: readonly DoctorRow[]): string {
  const table = textTable(
    ['', 'status', 'found', 'what to do'],
    rows.map(({ name, status, found, todo }) => [name, status, shorten(found), shorten(todo)]),
  );
  const missing = rows.filter(({ status }) => status === 'missing').map(({ name }) => name);
  const verdict =
    missing.length === 0
      ? 'This machine can run `bench`.'
      : `This machine cannot run \`bench\` yet: ${missing.join(', ')}.`;
  return `${table}\n\n${verdict}`;
}

/** Writes the home folder as a shell does, since paths make the table wide. */
function shorten(text: string): string {
  return text.replaceAll(`${homedir()}/`, '~/');
}
