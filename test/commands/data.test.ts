import { describe, expect, it } from 'vitest';
import { data } from '../../src/commands/data.js';
import { dataSets } from '../../src/data/registry.js';
import { useScratch } from '../data/scratch.js';

describe('the data command', () => {
  const scratch = useScratch();

  it('without a name looks at every data set and fetches none', async () => {
    const { rows, text } = await data();
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(dataSets));
    expect(rows.find(({ name }) => name === 'cifar10')).toMatchObject({
      state: 'missing',
      folder: scratch.path('cache', 'data', 'cifar-10-batches-bin'),
      own: false,
    });
    expect(text).toContain('cifar10  missing');
    expect(text).toContain('`npm run data cifar10` fetches it');
  });

  it('with the name of a generated data set tells its hash', async () => {
    const { rows, text } = await data('synthetic');
    expect(rows).toMatchObject([{ name: 'synthetic', state: 'generated', folder: null, files: [] }]);
    expect(text).toContain(`SHA-256 ${dataSets.synthetic?.sha256}`);
  });

  it('with an unknown name says which names there are', async () => {
    await expect(data('mnist')).rejects.toMatchObject({ code: 'flag-invalid', exitCode: 2 });
    await expect(data('mnist')).rejects.toThrow('Use one of cifar10');
  });
});
