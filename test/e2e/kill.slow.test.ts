import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Running, sambench, start } from './command.js';
import { numbersOf, type Workplace, workplace } from './suite.js';

let place: Workplace;

beforeEach(async () => {
  // One seed and one job: adam-e2, sam-e1 and adam-e1 run one after the other.
  place = await workplace({ seeds: 1 });
});
afterEach(() => place.remove());

/** Numbers of the processes that `running` has started. */
function childrenOf(running: Running): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, parent, ...args]) => Number(parent) === running.process.pid && args.join(' ').includes('child'),
    )
    .map(([pid]) => Number(pid));
}

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function leftovers(): Promise<string[]> {
  return (await readdir(path.join(place.folder, 'results', 'tiny'), { recursive: true })).filter(
    (name) => !name.endsWith('.json') && name !== '.checkpoints',
  );
}

describe('kill -9 of the parent in the middle of a grid', () => {
  it('loses no finished result, ends the children, and the next bench completes the grid', async () => {
    const running = start(place.bench('--jobs', '1'));
    await running.until(/\[1\/3\]/);
    const [finished] = await place.results();
    if (!finished) throw new Error('no result was written');
    const bytes = await readFile(place.resultFile(finished.cell), 'utf8');
    await waitFor(() => childrenOf(running).length > 0);
    const children = childrenOf(running);
    running.process.kill('SIGKILL');
    expect((await running.ended).status).toBe(137);
    await waitFor(() => children.every((pid) => !isAlive(pid)));

    const next = await sambench(place.bench('--jobs', '1'));
    expect([next.status, next.stderr]).toEqual([0, expect.stringContaining('Training 2 of 3 cells')]);
    expect(await readFile(place.resultFile(finished.cell), 'utf8')).toBe(bytes);
    expect((await place.results()).map(({ status }) => status)).toEqual(Array(3).fill('finished'));
    expect(await leftovers()).toEqual([]);
  });
});

describe('kill -9 of a child in the middle of a grid', () => {
  it('records that cell as failed, finishes the rest with exit 3, and --retry-failed completes the grid', async () => {
    const running = start(place.bench('--jobs', '1'));
    await running.until(/\[1\/3\]/);
    await waitFor(() => childrenOf(running).length > 0);
    process.kill(childrenOf(running)[0] ?? 0, 'SIGKILL');
    const ended = await running.ended;
    expect([ended.status, ended.stdout]).toEqual([3, expect.stringContaining('1 failed')]);
    const failed = (await place.results()).filter(({ status }) => status === 'failed');
    expect(failed.map(({ error }) => error?.message)).toEqual([expect.stringContaining('SIGKILL')]);
    expect(await place.results()).toHaveLength(3);

    const next = await sambench(place.bench('--retry-failed'));
    expect([next.status, next.stderr]).toEqual([0, expect.stringContaining('Training 1 of 3 cells')]);
    expect((await place.results()).map(({ status }) => status)).toEqual(Array(3).fill('finished'));
  });
});

describe('an interrupted bench', () => {
  it('ends with 130 and goes on from its checkpoint to the numbers of an uninterrupted run', async () => {
    const only = ['--only', 'sam-*'];
    const whole = await workplace({ seeds: 1 });
    expect((await sambench(whole.bench(...only))).status).toBe(0);
    const [expected] = await whole.results();
    await whole.remove();

    const running = start(place.bench(...only, '--checkpoint-every', '0.1'));
    // The first checkpoint shows that steps are being done.
    const checkpoints = path.join(place.folder, 'results', 'tiny', '.checkpoints');
    while ((await readdir(checkpoints).catch(() => [])).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    running.process.kill('SIGINT');
    const ended = await running.ended;
    expect([ended.status, ended.stdout]).toEqual([130, '']);
    expect(ended.stderr).toContain('Run the same command again');
    expect(await place.results()).toEqual([]);
    expect(await readdir(checkpoints)).toHaveLength(1);

    expect((await sambench(place.bench(...only))).status).toBe(0);
    const [resumed] = await place.results();
    expect(resumed && numbersOf(resumed)).toEqual(expected && numbersOf(expected));
    expect(await readdir(checkpoints)).toEqual([]);
  });

  it('stops at once at the second signal and can still be resumed', async () => {
    const running = start(place.bench('--only', 'sam-*'));
    await waitFor(() => childrenOf(running).length > 0);
    running.process.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 600));
    running.process.kill('SIGINT');
    expect((await running.ended).status).toBe(130);
    expect((await sambench(place.bench('--only', 'sam-*'))).status).toBe(0);
  });
});

describe('two benches of one suite at the same time', () => {
  it('do not train the same grid twice: the second ends with 4 and names the first', async () => {
    const running = start(place.bench('--only', 'adam-e1-*'));
    await running.until(/Training/);
    const second = await sambench(place.bench());
    expect([second.status, second.stderr]).toEqual([
      4,
      expect.stringContaining(`process ${running.process.pid}`),
    ]);
    expect((await running.ended).status).toBe(0);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
