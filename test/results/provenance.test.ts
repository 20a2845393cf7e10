import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeCheckout, describeCommand } from '../../src/results/provenance.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sambench-checkout-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
  return execFileSync('git', ['-C', root, ...identity, ...args], { encoding: 'utf8' }).trim();
}

async function commit(): Promise<string> {
  git('init', '--quiet');
  await mkdir(path.join(root, 'src'));
  await writeFile(path.join(root, 'src', 'a.ts'), 'export {};\n');
  git('add', 'src');
  git('commit', '--quiet', '-m', 'First');
  return git('rev-parse', 'HEAD');
}

describe('the commit of the code', () => {
  it('is that of a clean checkout', async () => {
    const head = await commit();
    expect(await describeCheckout(root)).toEqual({ gitCommit: head, gitDirty: false });
  });

  it('is marked dirty when a source file differs', async () => {
    await commit();
    await writeFile(path.join(root, 'src', 'a.ts'), 'export const a = 1;\n');
    expect((await describeCheckout(root)).gitDirty).toBe(true);
  });

  it('stays clean when only results are added', async () => {
    await commit();
    await mkdir(path.join(root, 'results'));
    await writeFile(path.join(root, 'results', 'a.json'), '{}');
    expect((await describeCheckout(root)).gitDirty).toBe(false);
  });

  it('is unknown for a package that lies inside the checkout of another project', async () => {
    await commit();
    expect(await describeCheckout(path.join(root, 'src'))).toEqual({ gitCommit: null, gitDirty: null });
  });

  it('is unknown outside any checkout', async () => {
    expect(await describeCheckout(root)).toEqual({ gitCommit: null, gitDirty: null });
  });
});

describe('the command of a result', () => {
  it('is quoted where a shell needs it', () => {
    expect(describeCommand(['bench', 'suites/a.json', '--only', "sam*'s"])).toBe(
      "sambench bench suites/a.json --only 'sam*'\\''s'",
    );
  });
});
