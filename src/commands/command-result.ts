/** What every command returns, and what it is given of the process that it runs in. */
import type { Launch } from '../run/launch.js';
import type { StopListener } from '../run/stop.js';
import type { ShowStage } from './stages.js';

/** The outcome of a command; `cli.ts` prints `text`, or `data` as JSON when asked with `--json`. */
export interface CommandResult {
  /** For people, without a final line feed. */
  text: string;
  /** The same for machines: plain data. */
  data: unknown;
  exitCode: number;
}

/** The process that a command runs in; tests pass their own. */
export interface Surroundings {
  /** Where progress is shown. */
  progress: NodeJS.WriteStream;
  /** The arguments after the program's name, as typed. */
  args: readonly string[];
  /** Makes Ctrl-C a wish to stop instead of the end of the process, until disposed of. */
  listenForStop(): StopListener;
  /** Starts a training process. */
  launch: Launch;
  /** Provides the engine, and the data set of that name if there is one. */
  provide(dataSet: string | null, show: ShowStage, signal: AbortSignal): Promise<void>;
}
