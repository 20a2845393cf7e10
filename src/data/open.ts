/** Opens a data set by its name: fetched if need be, verified always. */
import { SambenchError } from '../errors.js';
import { cifarSource } from './cifar-records.js';
import { cifar10, cifar10Layout, cifar10TestFiles, cifar10TrainFiles } from './cifar10.js';
import type { DataSet } from './images.js';
import type { OnProgress } from './progress.js';
import { type Holding, provide } from './provide.js';
import { dataSets, findDataSet } from './registry.js';

/** How a data set is stored and read. */
export interface Opener {
  /** What is on disk, or null for a data set that is generated. */
  holding: Holding | null;
  /** Opens the verified files in `folder`. */
  open(folder: string): Pick<DataSet, 'train' | 'test'>;
}

const openers: Readonly<Record<string, Opener>> = {
  cifar10: {
    holding: cifar10,
    open: (folder) => ({
      train: cifarSource(folder, cifar10TrainFiles, cifar10Layout),
      test: cifarSource(folder, cifar10TestFiles, cifar10Layout),
    }),
  },
};

/** How the data set of that name is stored; throws `suite-invalid` for a name that no data set has. */
export function openerOf(name: string): Opener {
  const opener = findDataSet(name) && openers[name];
  if (opener) return opener;
  throw new SambenchError('suite-invalid', {
    problem: 'there is no data set of that name',
    path: 'data.name',
    value: name,
    fix: `Use one of ${Object.keys(dataSets).join(', ')}.`,
  });
}

/**
 * Opens a data set: every stored file is verified, a missing or damaged one fetched first. Labels are in memory then;
 * images are read by `select`, usually through `splitDataSet`.
 */
export async function openDataSet(
  name: string,
  { onProgress }: { onProgress?: OnProgress } = {},
): Promise<DataSet> {
  const { holding, open } = openerOf(name);
  const folder = holding ? await provide(holding, onProgress) : '';
  return { name, ...open(folder), sha256: findDataSet(name)?.sha256 ?? '' };
}
