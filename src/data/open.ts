/** Opens a data set by its name: fetched if need be, verified always. */
import { SambenchError } from '../errors.js';
import { cifar10 } from './cifar10.js';
import { cifar100 } from './cifar100.js';
import { fashionMnist } from './fashion-mnist.js';
import type { StoredDataSet } from './holding.js';
import type { DataSet } from './images.js';
import type { FetchOptions } from './progress.js';
import { provide } from './provide.js';
import { type DataSetInfo, dataSets, findDataSet } from './registry.js';
import { syntheticDataSet } from './synthetic.js';

/** Data sets that are kept in files; the others of the registry are generated. */
const storedDataSets: Readonly<Record<string, StoredDataSet>> = {
  cifar10,
  cifar100,
  'fashion-mnist': fashionMnist,
};

/** How the data set of that registered name is kept, or null for one that is generated. */
export function storedDataSet(name: string): StoredDataSet | null {
  return Object.hasOwn(storedDataSets, name) ? (storedDataSets[name] ?? null) : null;
}

/**
 * Opens a data set: every stored file is verified, a missing or damaged one fetched first. Labels are in memory then;
 * images are read by `select`, usually through `splitDataSet`. Throws `suite-invalid` for an unknown name and what
 * `provide` throws.
 */
export async function openDataSet(name: string, options: FetchOptions = {}): Promise<DataSet> {
  const info = findDataSet(name);
  if (info === undefined) {
    throw new SambenchError('suite-invalid', {
      problem: 'there is no data set of that name',
      path: 'data.name',
      value: name,
      fix: `Use one of ${Object.keys(dataSets).join(', ')}.`,
    });
  }
  const stored = storedDataSet(name);
  const parts = stored ? stored.open(await provide(stored, options)) : generate(info);
  return { name, ...parts, sha256: info.sha256 };
}

const generate = ({ image, classes, trainCount, testCount }: DataSetInfo) =>
  syntheticDataSet({ shape: image, classes, train: trainCount, test: testCount });
