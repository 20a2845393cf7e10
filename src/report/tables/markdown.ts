/** Tables and text as GitHub's Markdown, readable as plain text too. */
import type { Table } from './table.js';

/** A heading, the caption, a table with its columns padded to equal width, and the notes. */
export function markdownTable({ title, caption, columns, rows, notes }: Table): string {
  const cells = [
    columns.map(({ head }) => escapeMarkdown(head)),
    ...rows.map((row) =>
      row.cells.map(({ text, bold }) => (bold ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text))),
    ),
  ];
  const widths = columns.map((_, place) => Math.max(3, ...cells.map((row) => width(row[place] ?? ''))));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, place) => pad(text, widths[place] ?? 0, columns[place]?.align === 'number')).join(' | ')} |`;
  const ruler = columns.map(({ align }, place) => {
    const dashes = '-'.repeat((widths[place] ?? 3) - 1);
    return align === 'number' ? `${dashes}:` : `-${dashes}`;
  });
  const [head = [], ...body] = cells;
  const lines = [line(head), `| ${ruler.join(' | ')} |`, ...body.map(line)];
  return [`## ${escapeMarkdown(title)}`, markdownParagraph(caption), lines.join('\n'), bullets(notes)]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** `items` as a list, or nothing for none. */
export function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${markdownParagraph(item)}`).join('\n');
}

/** `text` as a paragraph of its own, whose beginning must not read as a list, a heading or a rule either. */
export function markdownParagraph(text: string): string {
  return escapeMarkdown(text.trimStart())
    .replace(/^[-+#=]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

/**
 * `text` as Markdown that shows it and does nothing else: no markup, no HTML, no link, no mention of a person or an
 * issue. Line ends become spaces.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]|~$]/g, '\\$&')
    .replace(/@/g, '&#64;')
    .replace(/#(?=\d)/g, '&#35;')
    .replace(/:\/\//g, '&#58;//')
    .replace(/\bwww\./gi, (found) => `${found.slice(0, 3)}&#46;`);
}

function pad(text: string, to: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, to - width(text)));
  return right ? space + text : text + space;
}

function width(text: string): number {
  return [...text].length;
}
