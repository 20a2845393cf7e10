import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SambenchError } from '../../src/errors.js';
import { startOf } from '../../src/results/start.js';
import { openStore, type ResultStore } from '../../src/results/store.js';
import { type GridRequest, inRunOrder, runGrid } from '../../src/run/grid.js';
import { launcher } from '../../src/run/launch.js';
import { neverStop } from '../../src/run/stop.js';
import type { Cell } from '../../src/suite/cell.js';
import { exampleCell } from '../results/example.js';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const fakeChild = fileURLToPath(new URL('./fake-child.mjs', import.meta.url));
const quiet = { started() {}, progressed() {}, ended() {}, line() {} };

let root: string;
let store: ResultStore;
let log: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'sambench-grid-'));
  store = openStore(root, 'tiny');
  log = path.join(root, 'log');
  vi.stubEnv('FAKE_CHILD_LOG', log);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

/** Cells whose arms say how the fake child behaves. */
function cellsOf(...arms: string[]): Cell[] {
  return arms.map((arm, index) => exampleCell(`${arm}-${index}`, { arm }));
}

function request(cells: Cell[], changes: Partial<GridRequest> = {}): GridRequest {
  return {
    cells,
    jobs: 1,
    store,
    context: {
      suiteSha256: 'cd',
      command: 'sambench bench tiny.json',
      gitCommit: null,
      gitDirty: null,
    },
    eager: false,
    checkpointSeconds: 0,
    verbose: false,
    timeoutSeconds: null,
    stop: neverStop(),
    view: quiet,
    launch: launcher(fakeChild),
    ...changes,
  };
}

async function logged(): Promise<string[]> {
  return (await readFile(log, 'utf8')).trim().split('\n');
}

describe('running a grid', () => {
  it('writes a result for every cell', async () => {
    const outcome = await runGrid(request(cellsOf('works', 'works', 'works'), { jobs: 2 }));
    expect(outcome.interrupted).toBe(false);
    expect((await store.readAll()).map(({ cell, status }) => [cell, status])).toEqual([
      ['works-0', 'finished'],
      ['works-1', 'finished'],
      ['works-2', 'finished'],
    ]);
  });

  it('runs no more processes at a time than there are jobs', async () => {
    await runGrid(request(cellsOf('slow', 'slow', 'slow', 'slow'), { jobs: 2 }));
    let running = 0;
    let most = 0;
    for (const line of await logged()) {
      running += line.startsWith('start') ? 1 : -1;
      most = Math.max(most, running);
    }
    expect(most).toBe(2);
  });

  it('marks the times of cells that ran side by side, and only those', async () => {
    await runGrid(request(cellsOf('works', 'works'), { jobs: 2 }));
    await runGrid(request([exampleCell('alone', { arm: 'works' })], { jobs: 2 }));
    expect((await store.readAll()).map(({ cell, time }) => [cell, time.contended])).toEqual([
      ['alone', false],
      ['works-0', true],
      ['works-1', true],
    ]);
  });

  it('tells the view of the start, the progress and the end of a cell', async () => {
    const events: string[] = [];
    await runGrid(
      request(cellsOf('works'), {
        view: {
          ...quiet,
          started: (cell) => events.push(`started ${cell.id}`),
          progressed: (_, { step, steps }) => events.push(`step ${step} of ${steps}`),
          ended: (_, result) => events.push(`ended ${result?.status}`),
        },
      }),
    );
    expect(events).toEqual(['started works-0', 'step 4 of 8', 'ended finished']);
  });
});

describe('a cell whose process dies', () => {
  it('is recorded as failed with code and last lines, and the rest go on', async () => {
    await runGrid(request(cellsOf('crashes', 'works')));
    const [crashed, worked] = await store.readAll();
    expect(crashed?.status).toBe('failed');
    expect(crashed?.error?.message).toContain('ended with code 3');
    expect(crashed?.error?.message).toContain('something broke here');
    expect(crashed?.provenance.command).toBe('sambench bench tiny.json');
    expect(worked?.status).toBe('finished');
  });

  it('is recorded as failed with the signal that killed it', async () => {
    await runGrid(request(cellsOf('is-killed', 'works'), { jobs: 2 }));
    const [killed, worked] = await store.readAll();
    expect(killed?.status).toBe('failed');
    expect(killed?.error?.message).toContain('SIGKILL');
    expect(worked?.status).toBe('finished');
  });

  it('is recorded with the message that it sent before', async () => {
    await runGrid(request(cellsOf('reports')));
    expect((await store.readAll())[0]?.error).toEqual({ code: 'cell-failed', message: 'No such layer.' });
  });

  it('is recorded as timed out when it took too long', async () => {
    await runGrid(request(cellsOf('hangs', 'works'), { timeoutSeconds: 1 }));
    const [hung, worked] = await store.readAll();
    expect(hung?.status).toBe('timeout');
    expect(worked?.status).toBe('finished');
  });

  it('is recorded as failed when its result is not one', async () => {
    await runGrid(request(cellsOf('says-nonsense', 'works')));
    const [broken, worked] = await store.readAll();
    expect(broken?.status).toBe('failed');
    expect(broken?.error?.message).toContain('final.test.accuracy');
    expect(worked?.status).toBe('finished');
  });

  it('can run again, and its result is then replaced', async () => {
    await runGrid(request([exampleCell('a', { arm: 'crashes' })]));
    await runGrid(request([exampleCell('a', { arm: 'works' })]));
    expect((await store.readAll()).map(({ status }) => status)).toEqual(['finished']);
  });
});

describe('a cell that did not begin as the others of its seed', () => {
  const message = (results: Awaited<ReturnType<ResultStore['readAll']>>, cell: string) =>
    results.find((result) => result.cell === cell)?.error?.message ?? '';

  it('is recorded as failed, with both cells, both values and what to do', async () => {
    const { statuses } = await runGrid(
      request(cellsOf('begins-2.5', 'begins-2.5', 'begins-2.75', 'begins-2.5')),
    );
    expect([...statuses.values()]).toEqual(['finished', 'finished', 'failed', 'finished']);
    const results = await store.readAll();
    const failed = results.find(({ status }) => status === 'failed');
    expect(failed).toMatchObject({
      cell: 'begins-2.75-2',
      error: { code: 'invariant-violated' },
      final: null,
      checks: { firstBatchLoss: 2.75 },
    });
    expect(message(results, 'begins-2.75-2')).toContain(
      'the loss of the first batch of begins-2.75-2 (2.75) should be that of begins-2.5-0 (2.5)',
    );
    expect(message(results, 'begins-2.75-2')).toContain('verify SUITE -- --cell begins-2.5-0');
  });

  it('fails against what was there before the run, and not once the other is gone', async () => {
    const [first, second] = cellsOf('begins-2.5', 'begins-2.75');
    if (!first || !second) throw new Error('a cell is missing');
    await runGrid(request([first]));
    const known = (await store.readAll()).flatMap(startOf);
    await runGrid(request([second], { known }));
    expect((await store.read(second.id))?.status).toBe('failed');
    // As bench --retry-failed does after the other result was deleted.
    await runGrid(request([second]));
    expect((await store.read(second.id))?.status).toBe('finished');
  });

  it('of two at a time is the one that ends later', async () => {
    await runGrid(request(cellsOf('lags-2.75', 'begins-2.5'), { jobs: 2 }));
    expect((await store.readAll()).map(({ cell, status }) => [cell, status])).toEqual([
      ['begins-2.5-1', 'finished'],
      ['lags-2.75-0', 'failed'],
    ]);
  });

  it('is compared with none of another seed or another task', async () => {
    const [first, second, third] = cellsOf('begins-2.5', 'begins-2.75', 'begins-3');
    if (!first || !second || !third) throw new Error('a cell is missing');
    const otherBatch = { ...third, settings: { ...third.settings, batch: 32 } };
    const { statuses } = await runGrid(request([first, { ...second, seed: 2 }, otherBatch]));
    expect(new Set(statuses.values())).toEqual(new Set(['finished']));
  });
});

describe('a process that finds the environment at fault', () => {
  it('ends the run with its error instead of failing cell after cell', async () => {
    const error = await runGrid(request(cellsOf('no-data', 'works', 'works'))).catch((reason) => reason);
    expect(error).toBeInstanceOf(SambenchError);
    expect(error.exitCode).toBe(4);
    expect(error.message).toBe('cifar10 is missing. Run sambench data cifar10.');
    expect(await store.readAll()).toEqual([]);
  });
});

describe('stopping a grid', () => {
  it('asks the children once to stop, keeps what is finished and leaves the rest missing', async () => {
    const soon = new AbortController();
    const stop = { soon: soon.signal, now: new AbortController().signal };
    const outcome = await runGrid(
      request(cellsOf('works', 'hangs', 'works'), {
        stop,
        view: { ...quiet, progressed: (cell) => cell.arm === 'hangs' && soon.abort() },
      }),
    );
    expect(outcome.interrupted).toBe(true);
    expect(await logged()).toContain('interrupt');
    expect((await store.readAll()).map(({ cell }) => cell)).toEqual(['works-0']);
  });

  it('kills children that do not listen when asked twice, and records no failure', async () => {
    const soon = new AbortController();
    const now = new AbortController();
    const outcome = await runGrid(
      request(cellsOf('deaf', 'works'), {
        stop: { soon: soon.signal, now: now.signal },
        view: {
          ...quiet,
          progressed: () => {
            soon.abort();
            setTimeout(() => now.abort(), 100);
          },
        },
      }),
    );
    expect(outcome.interrupted).toBe(true);
    expect(await store.readAll()).toEqual([]);
  });

  it('starts nothing when it was asked before the first cell', async () => {
    const outcome = await runGrid(
      request(cellsOf('works'), { stop: { soon: AbortSignal.abort(), now: new AbortController().signal } }),
    );
    expect(outcome.interrupted).toBe(true);
    expect(await store.readAll()).toEqual([]);
  });
});

describe('the order of a grid', () => {
  it('goes seed by seed, the dearest cell of a seed first', () => {
    const budget = { epochs: 1, steps: 1, gradientEvaluations: 1, flops: 1 };
    const cells = ['cheap', 'dear'].flatMap((arm) =>
      [5, 2].map((seed) =>
        exampleCell(`${arm}-${seed}`, { arm, seed, budget: { ...budget, flops: arm === 'dear' ? 2 : 1 } }),
      ),
    );
    expect(inRunOrder(cells).map(({ id }) => id)).toEqual(['dear-5', 'cheap-5', 'dear-2', 'cheap-2']);
  });
});
