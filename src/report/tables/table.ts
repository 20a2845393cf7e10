/** A table as data: the same for the page, LaTeX and Markdown, which differ only in how they write it down. */
import { absent } from '../number.js';

export interface Column {
  head: string;
  /** Numbers stand at the right, text at the left. */
  align: 'text' | 'number';
}

export interface TableCell {
  /** Plain text; every format escapes it in its own way. */
  text: string;
  bold: boolean;
  /** What to sort by where the text does not begin with the number, such as `2.4 min`. */
  sort?: number;
  /** Shade of a heat table, from 0, the worst value of the table, to 1, the best. */
  heat?: number;
}

export interface TableRow {
  /** The arm that the row is about, for filtering; empty when there is none. */
  arm: string;
  cells: TableCell[];
}

export interface Table {
  /** Name of the layout: `results`, `compute`, `paper`, `budget`, `sweep`, `noise` … */
  name: string;
  title: string;
  /** What the numbers are, one or two sentences. */
  caption: string;
  columns: Column[];
  rows: TableRow[];
  notes: string[];
}

/** A cell in plain type. */
export function cell(text: string, bold = false): TableCell {
  return { text, bold };
}

/** A number in a unit that suits its size, such as a duration. */
export function measured(value: number | null, text: string): TableCell {
  return value === null ? empty : { text, bold: false, sort: value };
}

/** A cell without a value. */
export const empty: TableCell = { text: absent, bold: false };

/** A column of text. */
export function textColumn(head: string): Column {
  return { head, align: 'text' };
}

/** A column of numbers. */
export function numberColumn(head: string): Column {
  return { head, align: 'number' };
}
