/** The LaTeX compiles as it stands in a minimal document, and the PDF's text holds the table's numbers. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { hostileSuite } from './hostile.js';
import { filesOf, type Made } from './render.js';
import { quickstart } from './synthetic.js';

const run = promisify(execFile);
const folders: string[] = [];

/** Null when the programs are here; in CI their absence is a failure. */
async function missing(): Promise<string | null> {
  for (const program of ['pdflatex', 'pdftotext']) {
    try {
      await run('which', [program]);
    } catch {
      return `${program} is not installed (Debian: texlive-latex-recommended, poppler-utils)`;
    }
  }
  return null;
}

const reason = process.env.CI ? null : await missing();
if (reason) console.warn(`LaTeX tests skipped: ${reason}`);

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** Compiles the tables of a report and returns the text of the PDF. */
async function compile(made: Made): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sambench-latex-'));
  folders.push(folder);
  const { files } = await filesOf(made);
  await writeFile(path.join(folder, 'tables.tex'), files.get('quickstart.tex') ?? '');
  const document = [
    '\\documentclass{article}',
    '\\usepackage[landscape,margin=1cm,paperwidth=60cm]{geometry}',
    '\\usepackage{booktabs}',
    '\\begin{document}',
    '\\input{tables}',
    '\\end{document}',
  ];
  await writeFile(path.join(folder, 'document.tex'), document.join('\n'));
  try {
    await run('pdflatex', ['-interaction=nonstopmode', '-halt-on-error', 'document.tex'], { cwd: folder });
  } catch (error) {
    throw new Error((error as { stdout?: string }).stdout?.slice(-2000) ?? String(error));
  }
  await run('pdftotext', ['-layout', 'document.pdf', 'document.txt'], { cwd: folder });
  const { stdout } = await run('cat', ['document.txt'], { cwd: folder, maxBuffer: 1e7 });
  return stdout;
}

describe.skipIf(reason)('pdflatex', () => {
  it('sets the tables, and the text of the PDF holds their numbers', async () => {
    const made = quickstart([1, 2, 3, 4, 5, 6], [0, 0.4], [0.05, 0.1, 0.2]);
    const text = await compile(made);
    const { summary } = await filesOf(made);
    for (const { testAccuracy, label } of summary.settings) {
      const accuracy = ((testAccuracy?.mean ?? 0) * 100).toFixed(2);
      const half = ((((testAccuracy?.high ?? 0) - (testAccuracy?.low ?? 0)) / 2) * 100).toFixed(2);
      expect(
        new RegExp(`${accuracy.replace('.', '\\.')}\\s*±\\s*${half.replace('.', '\\.')}`).test(text),
        label,
      ).toBe(true);
    }
    expect(text).toContain('1 280');
  });

  it('sets hostile names as text', async () => {
    const text = await compile(hostileSuite());
    expect(text).toContain('=HYPERLINK(');
    expect(text).toContain('\\input{/etc/passwd}');
    expect(text).toContain('[U+4E2D]');
  });
});
