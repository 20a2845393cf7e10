import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { epochBatches, firstBatchSha256 } from '../../src/data/batches.js';
import { Prefetch, type PrefetchSettings } from '../../src/data/prefetch.js';
import { syntheticDataSet } from '../../src/data/synthetic.js';

const set = syntheticDataSet({ shape: [8, 8, 3], classes: 4, train: 50, test: 4 }).train.select([
  ...Array(50).keys(),
]);
const augment = { padCrop: 2, flip: true, brightness: 0.5, cutout: 2 };
const settings: PrefetchSettings = { seed: 3, batchSize: 8, augment, epochs: 2 };

describe('a prefetch', () => {
  let open: Prefetch[] = [];
  const start = (over: Partial<PrefetchSettings> = {}) => {
    const prefetch = new Prefetch(set, { ...settings, ...over });
    open.push(prefetch);
    return prefetch;
  };
  afterEach(async () => {
    await Promise.all(open.map((prefetch) => prefetch.close()));
    open = [];
  });

  /** Place and hash of every batch to the end. */
  async function all(prefetch: Prefetch, count: number): Promise<string[]> {
    const seen: string[] = [];
    for (let at = 0; at < count; at++) {
      const batch = await prefetch.next();
      seen.push(`${batch.epoch}/${batch.batch} ${firstBatchSha256(batch)}`);
    }
    return seen;
  }

  function expected(): string[] {
    const batches = epochBatches(set, settings);
    return [1, 2].flatMap((epoch) =>
      Array.from(
        { length: batches.perEpoch },
        (_, batch) => `${epoch}/${batch} ${firstBatchSha256(batches.at(epoch, batch))}`,
      ),
    );
  }

  it('gives the batches of every epoch in order, byte for byte those of the synchronous way', async () => {
    expect(expected()).toHaveLength(12);
    expect(await all(start(), 12)).toEqual(expected());
  });

  it('ends after the last epoch', async () => {
    const prefetch = start();
    await all(prefetch, 12);
    await expect(prefetch.next()).rejects.toThrow(new RangeError('there are no more batches'));
  });

  it('can begin in the middle, as a resumed run does', async () => {
    const prefetch = start({ from: { epoch: 1, batch: 4 } });
    expect(await all(prefetch, 8)).toEqual(expected().slice(4));
  });

  it('does not wait for a batch that was prepared meanwhile, even if this thread was busy', async () => {
    const prefetch = start();
    await prefetch.next();
    const waited = prefetch.waitMilliseconds;
    expect(waited).toBeGreaterThan(0);
    // A step of the engine blocks the thread like this loop.
    const end = performance.now() + 200;
    while (performance.now() < end);
    await prefetch.next();
    expect(prefetch.waitMilliseconds).toBe(waited);
  });

  it('carries no shifts where brightness is off', async () => {
    const prefetch = start({ augment: { ...augment, brightness: 0 } });
    expect((await prefetch.next()).brightness).toBeNull();
  });

  it('tells what befell its thread', async () => {
    const broken = { ...set, labels: null as unknown as Int32Array };
    const prefetch = new Prefetch(broken, settings);
    open.push(prefetch);
    await expect(prefetch.next()).rejects.toThrow(TypeError);
  });

  it('leaves nothing that keeps a process alive when it is closed, with batches still to come', async () => {
    const [prefetch, synthetic] = ['prefetch', 'synthetic'].map((name) =>
      JSON.stringify(new URL(`../../src/data/${name}.ts`, import.meta.url).href),
    );
    const script = `
      const { Prefetch } = await import(${prefetch});
      const { syntheticDataSet } = await import(${synthetic});
      const { train } = syntheticDataSet({ shape: [8, 8, 3], classes: 4, train: 50, test: 4 });
      const prefetch = new Prefetch(train.select([...Array(50).keys()]), ${JSON.stringify(settings)});
      const { epoch } = await prefetch.next();
      await prefetch.close();
      console.log('closed in epoch', epoch);`;
    const parameters = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, parameters, { timeout: 30_000 });
    expect(stdout).toBe('closed in epoch 1\n');
  }, 40_000);
});
