// Adds sorting, filtering by arm and copying to the tables. The page is complete without it.
(() => {
  const number = (cell) => {
    if (cell.dataset.sort !== undefined) return Number(cell.dataset.sort);
    const found = /^[+\u2212-]?\d[\d\u202f]*(\.\d+)?/.exec(cell.textContent.trim());
    return found ? Number(found[0].replace(/\u202f/g, '').replace('\u2212', '-')) : Number.NaN;
  };
  const compare = (a, b) => {
    const [x, y] = [number(a), number(b)];
    if (Number.isNaN(x) && Number.isNaN(y))
      return a.textContent < b.textContent ? -1 : a.textContent > b.textContent ? 1 : 0;
    if (Number.isNaN(x)) return 1;
    if (Number.isNaN(y)) return -1;
    return x - y;
  };
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const rowsOf = (table) => [
    [...table.tHead.rows[0].cells].map((cell) => cell.dataset.head),
    ...[...table.tBodies[0].rows]
      .filter((row) => !row.hidden)
      .map((row) => [...row.cells].map((cell) => cell.textContent.trim())),
  ];
  const markdown = (rows) => {
    const literal = (text) =>
      text
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;')
        .replace(/>/g, '&gt;')
        .replace(/[\\`*_{}[\]|~$]/g, '\\$&')
        .replace(/@/g, '&#64;')
        .replace(/:\/\//g, '&#58;//');
    const line = (cells) => `| ${cells.map(literal).join(' | ')} |`;
    const [head, ...body] = rows;
    return [
      line(head),
      `|${head.map((_, place) => (place === 0 ? ' --- ' : ' ---: ')).join('|')}|`,
      ...body.map(line),
    ].join('\n');
  };
  const latexOf = {
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
    '"': '\\texttt{\\char34}',
    '\u00b1': '$\\pm$',
    '\u00d7': '$\\times$',
    '\u2212': '$-$',
    '\u2013': '{\\textendash}',
    '\u202f': '\\,',
    '\u2021': '$^{\\ddagger}$',
    '\u2020': '$^{\\dagger}$',
    '\u00a7': '\\S{}',
    '\u03c1': '$\\rho$',
  };
  const latex = (rows) => {
    const literal = (text) =>
      [...text]
        .map((c) => latexOf[c] ?? (c > '~' ? `[U+${c.codePointAt(0).toString(16).toUpperCase()}]` : c))
        .join('');
    const [head, ...body] = rows.map((cells) => `  ${cells.map(literal).join(' & ')} \\\\`);
    const columns = `l${'r'.repeat(rows[0].length - 1)}`;
    return [
      `\\begin{tabular}{@{}${columns}@{}}`,
      '\\toprule',
      head,
      '\\midrule',
      ...body,
      '\\bottomrule',
      '\\end{tabular}',
    ].join('\n');
  };
  const csv = (rows) => {
    const field = (text) => {
      const plain = text.replace(/\u202f/g, '').replace(/^\u2212/, '-');
      const harmless = /^[=+\-@|%\t]/.test(plain) && !/^[+-]?\d+(\.\d+)?$/.test(plain) ? `'${plain}` : plain;
      return /[",\r\n]/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
    };
    return rows.map((cells) => cells.map(field).join(',')).join('\r\n');
  };
  const copy = async (text, button) => {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make('textarea', { value: text });
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    button.textContent = 'Copied';
    said.textContent = `${label} copied`;
    setTimeout(() => {
      button.textContent = label;
    }, 1500);
  };
  const said = make('p', { className: 'said' });
  said.setAttribute('role', 'status');
  said.style.cssText = 'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)';
  document.querySelector('main').append(said);

  for (const table of document.querySelectorAll('table.data')) {
    const body = table.tBodies[0];
    for (const [place, head] of [...table.tHead.rows[0].cells].entries()) {
      head.dataset.head = head.textContent.trim();
      if (body.rows.length < 2) continue;
      const button = make('button', { type: 'button' }, ...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const down = head.getAttribute('aria-sort') === 'ascending';
        for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const rows = [...body.rows].sort((a, b) => (down ? -1 : 1) * compare(a.cells[place], b.cells[place]));
        body.append(...rows);
      });
    }
    const tools = make('div', { className: 'tools' });
    const arms = [...new Set([...body.rows].flatMap((row) => row.dataset.arm ?? []))];
    if (arms.length > 1) {
      const select = make('select', {}, make('option', { value: '', textContent: 'all arms' }));
      select.append(...arms.map((arm) => make('option', { value: arm, textContent: arm })));
      select.addEventListener('change', () => {
        for (const row of body.rows) row.hidden = select.value !== '' && row.dataset.arm !== select.value;
      });
      tools.append(make('label', {}, 'Show ', select));
    }
    tools.append(make('span', { textContent: 'Copy as' }));
    for (const [label, write] of [
      ['Markdown', markdown],
      ['LaTeX', latex],
      ['CSV', csv],
    ]) {
      const button = make('button', { type: 'button', textContent: label });
      button.addEventListener('click', () => copy(write(rowsOf(table)), button));
      tools.append(button);
    }
    table.closest('.scroll').before(tools);
  }
})();
