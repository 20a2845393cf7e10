/** Tables as LaTeX with booktabs: `\input` them in a document whose preamble says `\usepackage{booktabs}`. */
import type { Table } from './table.js';

/** All `tables` as one file of `table` environments, labelled `tab:<suite>-<name>`. */
export function latexTables(tables: readonly Table[], suite: string): string {
  const head = [
    `% Tables of the suite ${suite}, written by sambench. Preamble: \\usepackage{booktabs}`,
    '% A wide table fits the page with \\small, \\setlength{\\tabcolsep}{4pt} or \\begin{table*}.',
  ];
  return `${[...head, ...tables.map((table) => latexTable(table, suite))].join('\n\n')}\n`;
}

function latexTable({ name, caption, columns, rows, notes }: Table, suite: string): string {
  const line = (cells: readonly string[]) => `  ${cells.join(' & ')} \\\\`;
  return [
    '\\begin{table}[htbp]',
    '\\centering',
    `\\caption{${escapeLatex([caption, ...notes].map(ended).join(' '))}}`,
    `\\label{tab:${suite}-${name}}`,
    `\\begin{tabular}{@{}${columns.map(({ align }) => (align === 'number' ? 'r' : 'l')).join('')}@{}}`,
    '\\toprule',
    line(columns.map(({ head }) => escapeLatex(head))),
    '\\midrule',
    ...rows.map(({ cells }) =>
      // A bracket after a line's end would be taken as its optional argument.
      line(cells.map(({ text, bold }, place) => latexCell(text, bold, place === 0))),
    ),
    '\\bottomrule',
    '\\end{tabular}',
    '\\end{table}',
  ].join('\n');
}

function latexCell(text: string, bold: boolean, first: boolean): string {
  const escaped = escapeLatex(text);
  const guarded = first && /^[[*]/.test(escaped) ? `{}${escaped}` : escaped;
  return bold ? `\\textbf{\\boldmath ${guarded}}` : guarded;
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

const special: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '$<$',
  '>': '$>$',
  '|': '$|$',
  // A straight quotation mark is in the typewriter font of every encoding.
  '"': '\\texttt{\\char34}',
  "'": '{\\textquotesingle}',
  '`': '{\\textasciigrave}',
  '±': '$\\pm$',
  '×': '$\\times$',
  '−': '$-$',
  '–': '{\\textendash}',
  '—': '{\\textemdash}',
  '≤': '$\\le$',
  '≥': '$\\ge$',
  '≈': '$\\approx$',
  '†': '$^{\\dagger}$',
  '‡': '$^{\\ddagger}$',
  '§': '\\S{}',
  '“': '``',
  '”': "''",
  '‘': '`',
  '’': "'",
  '…': '\\dots{}',
  '·': '$\\cdot$',
  '\u202f': '\\,',
  '\u00a0': '~',
  α: '$\\alpha$',
  β: '$\\beta$',
  γ: '$\\gamma$',
  ε: '$\\varepsilon$',
  η: '$\\eta$',
  λ: '$\\lambda$',
  μ: '$\\mu$',
  ρ: '$\\rho$',
  σ: '$\\sigma$',
  τ: '$\\tau$',
  ß: '\\ss{}',
  æ: '\\ae{}',
  Æ: '\\AE{}',
  ø: '\\o{}',
  Ø: '\\O{}',
};

const accents: Readonly<Record<string, string>> = {
  '\u0300': '`',
  '\u0301': "'",
  '\u0302': '^',
  '\u0303': '~',
  '\u0304': '=',
  '\u0307': '.',
  '\u0308': '"',
  '\u030a': 'r',
  '\u030b': 'H',
  '\u030c': 'v',
  '\u0327': 'c',
};

/**
 * `text` as LaTeX that prints it and does nothing else. Accented Latin letters become accents; a character that
 * Computer Modern lacks is printed as its code point, e.g. `[U+4E2D]`. Line ends become spaces.
 */
export function escapeLatex(text: string): string {
  let escaped = '';
  for (const character of text.replace(/\s*[\r\n]+\s*/g, ' ')) {
    escaped += special[character] ?? (/^[\x20-\x7e]$/.test(character) ? character : outsideAscii(character));
  }
  return escaped.replace(/-(?=-)/g, '-{}');
}

function outsideAscii(character: string): string {
  const [letter = '', mark = '', more] = [...character.normalize('NFD')];
  const accent = accents[mark];
  if (/^[A-Za-z]$/.test(letter) && accent !== undefined && more === undefined) {
    // An accent needs a dotless i or j below it.
    return `\\${accent}{${/^[ij]$/.test(letter) ? `\\${letter}` : letter}}`;
  }
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `[U+${code}]`;
}
