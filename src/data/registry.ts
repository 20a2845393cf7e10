/** The data sets by name: what can be known of each without opening it, so that a suite is checked in no time. */

/** What a suite, a plan and a report need to know of a data set. */
export interface DataSetInfo {
  name: string;
  /** One line for people. */
  title: string;
  /** Who made it and where it comes from. */
  source: string;
  /** Height, width and channels of every image. */
  image: readonly [height: number, width: number, channels: number];
  classes: number;
  trainCount: number;
  testCount: number;
  /** SHA-256 over the bytes of the stored files in order, training files first: the identity of the data. */
  sha256: string;
}

/** Every data set that a suite can name. */
export const dataSets: Readonly<Record<string, DataSetInfo>> = {
  cifar10: {
    name: 'cifar10',
    title: 'CIFAR-10: colour photographs of 10 kinds of things, 32 × 32',
    source:
      'A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009, https://www.cs.toronto.edu/~kriz/cifar.html',
    image: [32, 32, 3],
    classes: 10,
    trainCount: 50_000,
    testCount: 10_000,
    sha256: '013ba16d14ecc4829da62bf2af648ca30f600491ecb3e7f329c827db0dd17522',
  },
};

/** The data set of that name, or undefined. */
export function findDataSet(name: string): DataSetInfo | undefined {
  return Object.hasOwn(dataSets, name) ? dataSets[name] : undefined;
}
