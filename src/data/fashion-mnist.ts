/** Fashion-MNIST, stored in its publisher's IDX layout, from Debian's package where installed or by address. */
import { join } from 'node:path';
import { filesSource, gzipFolderSource } from './archive.js';
import type { StoredDataSet } from './holding.js';
import { idxSource } from './idx.js';
import { fileReader, type StoredFile } from './stored.js';

const home = 'https://github.com/zalandoresearch/fashion-mnist';
const folder = 'fashion-mnist';

const trainImages = {
  name: 'train-images-idx3-ubyte',
  bytes: 47_040_016,
  md5: 'f4a8712d7a061bf5bd6d2ca38dc4d50a',
};
const trainLabels = {
  name: 'train-labels-idx1-ubyte',
  bytes: 60_008,
  md5: '9018921c3c673c538a1fc5bad174d6f9',
};
const testImages = {
  name: 't10k-images-idx3-ubyte',
  bytes: 7_840_016,
  md5: '8181f5470baa50b63fa0f6fddb340f0a',
};
const testLabels = { name: 't10k-labels-idx1-ubyte', bytes: 10_008, md5: '15d484375f8d13e6eb1aabb0c3f46965' };
const files: readonly StoredFile[] = [trainImages, trainLabels, testImages, testLabels];

/** MD5s of the compressed files at the publisher. */
const compressedMd5: Readonly<Record<string, string>> = {
  [trainImages.name]: '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
  [trainLabels.name]: '25c81989df183df01b3e8a0aad5dffbe',
  [testImages.name]: 'bef4ecab320f06d8554ea6380940ec79',
  [testLabels.name]: 'bb300cfdad3c16e7a12a480ee83cd310',
};

const names = files.map(({ name }) => name);
const addresses = names.map((name) => ({
  name,
  url: `${home}/raw/master/data/fashion/${name}.gz`,
  md5: compressedMd5[name] ?? '',
}));

/** Where a user puts the files as downloaded, that is compressed. */
const ownFolder = () => process.env.SAMBENCH_DATA && join(process.env.SAMBENCH_DATA, folder);

export const fashionMnist: StoredDataSet = {
  folder,
  files,
  sources: [
    gzipFolderSource('compressed files in SAMBENCH_DATA', ownFolder, names),
    gzipFolderSource('package dataset-fashion-mnist', () => '/usr/share/datasets/fashion-mnist', names),
    filesSource(home, addresses),
  ],
  home,
  open(place) {
    const source = (images: StoredFile, labels: StoredFile) =>
      idxSource(fileReader(place, images), fileReader(place, labels), 10);
    return { train: source(trainImages, trainLabels), test: source(testImages, testLabels) };
  },
};
