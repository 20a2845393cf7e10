/** What to do about a file that cannot be written. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { remedyOf } from '../src/disk-remedy.js';
import { writeText } from '../src/report/write-text.js';
import { appendHistory } from '../src/results/history.js';
import { ensureWritable, openStore } from '../src/results/store.js';

describe('the remedy', () => {
  it.each([
    ['ENOTDIR', /part of this path is a file.*--results/],
    ['EEXIST', /part of this path is a file/],
    ['EISDIR', /folder stands where the file belongs/],
    ['EACCES', /permission/],
    ['EROFS', /read-only/],
    ['ENOSPC', /Make room on the disk, or name another folder with --results\.$/],
    [undefined, /Check the disk/],
  ])('for %s speaks of what is the matter', (code, words) => {
    expect(remedyOf(code, '--results')).toMatch(words);
  });

  it('for a path through a file is never room on the disk', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'sambench-remedy-')), 'file');
    writeFileSync(file, '');
    const line = { schema: 1 } as unknown as Parameters<typeof appendHistory>[1][number];
    for (const [attempt, flag] of [
      [ensureWritable(openStore(file, 'tiny')), '--results'],
      [openStore(path.join(file, 'below'), 'tiny').read('x'), '--results'],
      [appendHistory(path.join(file, 'below'), [line]), '--results'],
      [writeText(path.join(file, 'page.html'), ''), '--reports'],
    ] as const) {
      await expect(attempt).rejects.toMatchObject({
        code: 'disk-failed',
        exitCode: 4,
        message: expect.stringMatching(new RegExp(`A part of this path is a file.*${flag}`)),
      });
    }
  });
});
