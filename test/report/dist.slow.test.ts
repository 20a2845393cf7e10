/** The published form: what `npm run build` makes reports as the sources do, templates included. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sambench-dist-'));
  await run('npm', ['run', 'build'], { cwd: root });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the built package', () => {
  it('writes the same report as the sources', async () => {
    const pages: string[] = [];
    for (const [name, program] of [
      ['dist', ['dist/cli.js']],
      ['src', ['--import', 'tsx', 'src/cli.ts']],
    ] as const) {
      const reports = path.join(folder, name);
      const args = [
        ...program,
        'report',
        'suites/quickstart.json',
        '--results',
        path.join(folder, 'none'),
        '--reports',
        reports,
      ];
      // No cell has run: exit code 3, and a page that says so.
      await expect(run(process.execPath, args, { cwd: root })).rejects.toMatchObject({ code: 3 });
      pages.push(await readFile(path.join(reports, 'quickstart.html'), 'utf8'));
    }
    expect(pages[0] === pages[1]).toBe(true);
    expect(pages[0]?.includes('None of the 9 cells has run yet')).toBe(true);
  });
});
