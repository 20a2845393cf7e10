/** Tables and figures as the templates take them: every name present, text and numbers told apart. */
import type { Figure } from '../charts/figure.js';
import { whole } from '../number.js';
import type { Table } from '../tables/table.js';
import { trustedSvg } from '../template.js';

/** A table of the page holds at most this many rows; the files hold all. */
const mostRows = 300;

/** The view of a table. */
export function tableView({ name, title, caption, columns, rows, notes }: Table) {
  const shown = rows.length > mostRows ? rows.slice(0, mostRows) : rows;
  const cut =
    rows.length > mostRows
      ? [`The first ${whole(mostRows)} of ${whole(rows.length)} rows; the JSON summary and the CSV hold all.`]
      : [];
  const isText = columns.map(({ align }) => align === 'text');
  return {
    id: name,
    name,
    title,
    caption,
    narrow: columns.length <= 4,
    heat: rows.some(({ cells }) => cells.some(({ heat }) => heat !== undefined)),
    columns: columns.map(({ head }, place) => ({ head, text: isText[place] ?? false })),
    rows: shown.map(({ arm, cells }) => ({
      arm,
      cells: cells.map(({ text, bold, sort, heat }, place) => ({
        first: place === 0,
        text: isText[place] ?? false,
        value: text,
        bold,
        sort: sort === undefined ? '' : String(sort),
        heat: heat === undefined ? '' : String(Math.round(heat * 100)),
      })),
    })),
    notes: [...cut, ...notes],
  };
}

/** The view of a figure. */
export function figureView({ name, title, description, legend, across, panels, table }: Figure) {
  return {
    name,
    title,
    description,
    across,
    legend: legend.map(({ label, color, dash }) => ({ label, color, dash: dash.join(',') })),
    panels: panels.map((each) => ({
      title: each.title,
      label: [title, each.title].filter(Boolean).join(': '),
      svg: trustedSvg(each.svg),
    })),
    head: table.head.map((value, place) => ({ value, text: place < table.texts })),
    rows: table.rows.map((row) => row.map((value, place) => ({ value, text: place < table.texts }))),
    note: table.note ?? '',
  };
}
