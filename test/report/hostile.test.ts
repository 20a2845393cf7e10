/** Names and messages that try to be more than text, in every format. */
import { describe, expect, it } from 'vitest';
import { csvField } from '../../src/report/tables/csv.js';
import { escapeLatex } from '../../src/report/tables/latex.js';
import { escapeMarkdown, markdownParagraph } from '../../src/report/tables/markdown.js';
import { render, trustedSvg } from '../../src/report/template.js';
import { hostileSuite, names } from './hostile.js';
import { filesOf } from './render.js';

const { files } = await filesOf(hostileSuite());
const text = (ending: string) => files.get(`quickstart.${ending}`) ?? '';

describe('a hostile suite', () => {
  it('opens no tag and no attribute in the page that the template does not', () => {
    const html = text('html');
    expect(/<img|<svg onload|<\/script>(?!\n<\/body>)|javascript:/i.exec(html)?.[0]).toBeUndefined();
    expect((html.match(/<script/g) ?? []).length).toBe(1);
    expect(html.includes('&lt;/script&gt;&lt;img src&#x3D;x onerror&#x3D;alert(1)&gt;')).toBe(true);
  });

  it('opens no tag in a figure', () => {
    for (const [name, svg] of files) {
      if (!name.endsWith('.svg')) continue;
      expect(
        /<(?:script|img|image|foreignObject|a)\b|<[^>]*\son\w+=/i.exec(svg.replace(/>[^<]*</g, '><'))?.[0],
        name,
      ).toBeUndefined();
      expect(svg.includes('<img'), name).toBe(false);
    }
  });

  it('leaves no raw markup, link or mention in the Markdown', () => {
    const markdown = text('md');
    expect(/<\/?[a-z]/i.exec(markdown)?.[0]).toBeUndefined();
    expect(/(?<!\\)\[[^\]]*\]\(/.exec(markdown)?.[0]).toBeUndefined();
    expect(/(?:^|\s)@\w/.exec(markdown)?.[0]).toBeUndefined();
    expect(/https?:\/\//.exec(markdown)?.[0]).toBeUndefined();
    // Every line of a table has as many cells as its head.
    for (const block of markdown.split('\n\n').filter((part) => part.startsWith('| '))) {
      const widths = block.split('\n').map((line) => (line.match(/(?<!\\)\|/g) ?? []).length);
      expect(new Set(widths).size).toBe(1);
    }
  });

  it('starts no field of the CSV with what a spreadsheet calculates', () => {
    for (const row of parseCsv(text('csv'))) {
      for (const field of row) {
        if (/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(field)) continue;
        expect(/^[=+\-@\t\r]/.test(field), field).toBe(false);
      }
    }
  });

  it('keeps one row for each cell in the CSV whatever the names hold', () => {
    const rows = parseCsv(text('csv'));
    expect(rows.length).toBe(1 + hostileSuite().cells.length);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  });

  it('leaves no command of its own in the LaTeX', () => {
    expect(
      /\\(?:input|write|immediate|def|catcode|csname|include|openout|href)\b/.exec(text('tex'))?.[0],
    ).toBeUndefined();
  });

  it('stays readable: every name is in the page, the Markdown and the CSV', () => {
    const html = unescapeHtml(text('html')).replace(/\u00a0/g, ' ');
    const csv = parseCsv(text('csv')).flat();
    for (const name of names) {
      expect(html.includes(name), name).toBe(true);
      expect(
        csv.some((field) => field === name || field === `'${name}`),
        name,
      ).toBe(true);
    }
  });
});

describe('escaping', () => {
  it('of LaTeX leaves none of its special characters as they are', () => {
    expect(escapeLatex('100% of $x_1^2 & #3 ~ {a} \\input')).toBe(
      '100\\% of \\$x\\_1\\textasciicircum{}2 \\& \\#3 \\textasciitilde{} \\{a\\} \\textbackslash{}input',
    );
    expect(escapeLatex('Gödel Čech naïve')).toBe('G\\"{o}del \\v{C}ech na\\"{\\i}ve');
    expect(escapeLatex('中')).toBe('[U+4E2D]');
    expect(escapeLatex('a--b')).toBe('a-{}-b');
    expect(escapeLatex('2.1±<0.1')).toBe('2.1$\\pm$$<$0.1');
  });

  it('of Markdown leaves no markup', () => {
    expect(escapeMarkdown('a|b*c_d`e`<b>[x](y)')).toBe('a\\|b\\*c\\_d\\`e\\`&lt;b&gt;\\[x\\](y)');
    expect(markdownParagraph('# not a heading')).toBe('\\# not a heading');
    expect(markdownParagraph('1. not a list')).toBe('1\\. not a list');
    expect(escapeMarkdown('line\nbreak')).toBe('line break');
  });

  it('of CSV quotes and defuses text, and leaves numbers alone', () => {
    expect(csvField('=HYPERLINK("http://x")')).toBe('"\'=HYPERLINK(""http://x"")"');
    expect(csvField('+1')).toBe("'+1");
    expect(csvField(-0.5)).toBe('-0.5');
    expect(csvField('a,b')).toBe('"a,b"');
    expect(csvField(null)).toBe('');
  });

  it('of the templates escapes whatever a view holds', () => {
    const legend = [{ label: '<b>&"', color: 'red', dash: '' }];
    expect(render('legend', { legend })).toContain('&lt;b&gt;&amp;&quot;');
  });

  it('lets no drawing pass that could run or load', () => {
    expect(() => trustedSvg('<svg onload="alert(1)"></svg>')).toThrow();
    expect(() => trustedSvg('<svg ><script>1</script></svg>')).toThrow();
    expect(() => trustedSvg('<p>no drawing</p>')).toThrow();
    expect(trustedSvg('<svg width="1"><text>a onclick=b</text></svg>').toHTML()).toContain('onclick');
  });
});

/** A reader of RFC 4180, written apart from the writer. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g;
  for (let match = field.exec(text); match && field.lastIndex <= text.length; match = field.exec(text)) {
    row.push(match[1] === undefined ? (match[2] ?? '') : match[1].replace(/""/g, '"'));
    if (match[3] !== ',') {
      rows.push(row);
      row = [];
      if (field.lastIndex >= text.length) break;
    }
  }
  return rows;
}

function unescapeHtml(html: string): string {
  return html
    .replace(/&#x([0-9A-F]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
}
