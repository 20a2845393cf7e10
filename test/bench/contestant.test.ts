/** A contestant answers by line, has no variables of this shell that alter times, and says why it ended. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startContestant } from '../../src/bench/contestant.js';

const program = (source: string, env: Record<string, string> = {}) => ({
  name: 'fake',
  command: process.execPath,
  args: ['-e', source],
  env,
});

const echo = `
const say = (value) => console.log(JSON.stringify(value));
say({ ready: true, tf: process.env.TF_NUM_INTRAOP_THREADS ?? null, own: process.env.OMP_NUM_THREADS ?? null });
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, count] = line.split(' ');
  if (command === 'check') say({ losses: [1, 2], perturbedLosses: [null, null] });
  else if (command === 'time') say({ milliseconds: Array(Number(count)).fill(7) });
  else process.exit(0);
});`;

describe('startContestant', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('asks by line and reads the answers', async () => {
    const contestant = await startContestant(program(echo));
    expect(await contestant.check(2)).toEqual({ losses: [1, 2], perturbedLosses: [null, null] });
    expect(await contestant.time(3)).toEqual([7, 7, 7]);
    expect(contestant.peakRssBytes()).toBeGreaterThan(10e6);
    await contestant.quit();
  });

  it('hands on no settings of threads and kernels of this shell, only its own', async () => {
    vi.stubEnv('TF_NUM_INTRAOP_THREADS', '7');
    const contestant = await startContestant(program(echo, { OMP_NUM_THREADS: '2' }));
    expect(contestant.facts).toMatchObject({ tf: null, own: '2' });
    await contestant.quit();
  });

  it('tells the last words of one that ends instead of answering', async () => {
    const failing = program(`console.error('no such kernel'); process.exit(3)`);
    await expect(startContestant(failing)).rejects.toThrow(/fake ended before it answered: no such kernel/);
  });

  it('says that a program is missing', async () => {
    const missing = { name: 'fake', command: '/nonexistent/python', args: [], env: {} };
    await expect(startContestant(missing)).rejects.toThrow(/ENOENT/);
  });
});
