/** The stages of an engine install, and how each tells its progress. */

export type InstallStage = 'wait' | 'fetch' | 'unpack' | 'strip' | 'compile' | 'link';

/** How far an install is. `wait` means that another process is installing. */
export interface InstallProgress {
  stage: InstallStage;
  /** Done part of the stage, 0 to 1; null where it cannot be told. */
  fraction: number | null;
}

/** What every stage is given. */
export interface StageContext {
  report: (progress: InstallProgress) => void;
  signal: AbortSignal | undefined;
}

/** Passes on what is news: a new stage, its end, or another whole percent. */
export function everyPercent(report: (progress: InstallProgress) => void): StageContext['report'] {
  let last = '';
  return (progress) => {
    const { stage, fraction } = progress;
    const key = `${stage} ${fraction === null ? '' : Math.floor(fraction * 100)}`;
    if (key !== last) report(progress);
    last = key;
  };
}
