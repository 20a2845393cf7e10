/** What a child process that trains a cell and its parent say to each other. */
import type { CellResult, TimingResult } from '../results/result.js';
import type { Cell } from '../suite/cell.js';

/** How to run, as opposed to what: nothing here may change a number of the result. */
export interface RunOptions {
  /** Run operations one by one instead of as a compiled graph. */
  eager: boolean;
  /** Where checkpoints of this cell are kept, without an ending. */
  checkpointBase: string;
  /** Seconds between checkpoints; 0 writes one only when interrupted. */
  checkpointSeconds: number;
  /** Whether other cells run at the same time. */
  contended: boolean;
  /** Show TensorFlow's own log lines. */
  verbose: boolean;
}

/** The parts of a result that only the parent knows. */
export interface RunContext {
  suiteSha256: string;
  command: string;
  gitCommit: string | null;
  gitDirty: boolean | null;
}

export type ParentMessage =
  | { type: 'train'; cell: Cell; options: RunOptions; context: RunContext }
  | {
      type: 'time';
      suite: string;
      cells: Cell[];
      timing: { rounds: number; steps: number; warmup: number };
      /** After the warm-up say `ready` and wait for `go`, so that several processes begin together. */
      wait?: boolean;
    }
  | { type: 'go' }
  /** Finish the step, write a checkpoint, answer `interrupted`. */
  | { type: 'interrupt' };

/** How far a cell is, sent a few times a second at most. `step` of `steps` counts within the epoch. */
export interface Progress {
  epoch: number;
  epochs: number;
  step: number;
  steps: number;
  trainLoss: number | null;
  valAccuracy: number | null;
}

export type ChildMessage =
  | { type: 'progress'; progress: Progress }
  | { type: 'finished'; result: CellResult }
  /** Warmed up, waiting for `go`. */
  | { type: 'ready' }
  | { type: 'timed'; timing: TimingResult; peakRssBytes: number }
  | { type: 'interrupted' }
  | { type: 'error'; code: string; message: string };
