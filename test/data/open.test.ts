import { describe, expect, it } from 'vitest';
import { openDataSet, storedDataSet } from '../../src/data/open.js';
import { dataSets, findDataSet } from '../../src/data/registry.js';

describe('the registry of data sets', () => {
  it('names every data set by its key and pins its identity', () => {
    for (const [name, info] of Object.entries(dataSets)) {
      expect(info.name).toBe(name);
      expect(info.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('knows nothing that is not in it', () => {
    expect(findDataSet('constructor')).toBeUndefined();
    expect(storedDataSet('constructor')).toBeNull();
  });
});

describe('opening a data set', () => {
  it('of an unknown name is refused with the names there are', async () => {
    const opened = openDataSet('cifar');
    await expect(opened).rejects.toMatchObject({ code: 'suite-invalid', exitCode: 2 });
    await expect(opened).rejects.toThrow('cifar10, cifar100, fashion-mnist, synthetic');
  });
});
