import { mkdirSync, writeFileSync } from 'node:fs';
import { create } from 'tar';
import { describe, expect, it } from 'vitest';
import { openCifar100 } from '../../src/data/cifar100.js';
import { useScratch } from './scratch.js';

/** One record: coarse class, fine class, and planes of one value each. */
const record = (coarse: number, fine: number, [red, green, blue]: readonly number[]) =>
  Buffer.concat([
    Buffer.from([coarse, fine]),
    Buffer.alloc(1024, red),
    Buffer.alloc(1024, green),
    Buffer.alloc(1024, blue),
  ]);

describe('CIFAR-100', () => {
  const scratch = useScratch();

  it('is read from the publisher’s archive, with the fine classes', () => {
    const folder = scratch.path('cifar-100-binary');
    mkdirSync(folder);
    const train = [record(3, 42, [1, 2, 3]), record(19, 99, [4, 5, 6])];
    writeFileSync(scratch.path('cifar-100-binary', 'train.bin'), Buffer.concat(train));
    writeFileSync(scratch.path('cifar-100-binary', 'test.bin'), record(0, 7, [7, 8, 9]));
    writeFileSync(scratch.path('cifar-100-binary', 'fine_label_names.txt'), 'apple\n');
    create({ file: scratch.path('tiny.tar.gz'), cwd: scratch.path(), gzip: true, sync: true }, [
      'cifar-100-binary',
    ]);
    const opened = openCifar100(scratch.path(), 'tiny.tar.gz');
    expect([...opened.train.labels]).toEqual([42, 99]);
    expect(opened.train.classes).toBe(100);
    expect([...opened.test.labels]).toEqual([7]);
    const { images } = opened.train.select([1]);
    expect([...images.subarray(0, 6)]).toEqual([4, 5, 6, 4, 5, 6]);
    expect([...opened.test.select([0]).images.subarray(3069)]).toEqual([7, 8, 9]);
  });
});
