/**
 * CIFAR-100, stored as the archive that its publisher offers: of that archive, unlike of the files within, the sums are
 * widely attested. So opening it takes a second or two for unpacking.
 */
import { basename, join } from 'node:path';
import { list } from 'tar';
import { filesSource } from './archive.js';
import { cifarSource, type RecordLayout } from './cifar-records.js';
import type { StoredDataSet } from './holding.js';
import type { DataSet } from './images.js';

const archive = {
  name: 'cifar-100-binary.tar.gz',
  bytes: 168_513_733,
  url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
  md5: '03b5dce01913d631647c71ecec9e9cb8',
};

/** A coarse class of 20, then the fine one of 100, which is the class used here. */
const layout: RecordLayout = { classes: 100, labelBytes: 2, labelAt: 1 };

/** Opens the archive `name` in `folder`, unpacked in memory. */
export function openCifar100(folder: string, name = archive.name): Pick<DataSet, 'train' | 'test'> {
  const members = new Map<string, Buffer[]>();
  list({
    file: join(folder, name),
    sync: true,
    filter: (path) => /\/(train|test)\.bin$/.test(path),
    onReadEntry(entry) {
      const chunks: Buffer[] = [];
      members.set(basename(entry.path), chunks);
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
    },
  });
  const source = (member: string) => {
    const records = Buffer.concat(members.get(member) ?? []);
    return cifarSource([() => records], layout);
  };
  return { train: source('train.bin'), test: source('test.bin') };
}

export const cifar100: StoredDataSet = {
  folder: 'cifar-100',
  files: [archive],
  sources: [filesSource(archive.url, [archive])],
  home: archive.url,
  open: openCifar100,
};
