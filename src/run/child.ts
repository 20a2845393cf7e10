/** The program of a child process: trains the one cell, or times the arms, that its parent sends, answers, and ends. */
import { SambenchError } from '../errors.js';
import type { ChildMessage, ParentMessage, Progress } from './messages.js';

const progressIntervalMilliseconds = 250;
const parent = process.ppid;
let interrupted = false;
let go = () => {};

process.on('message', (message: ParentMessage) => {
  if (message.type === 'interrupt') interrupted = true;
  else if (message.type === 'go') go();
  else void answer(message);
});
// Ctrl-C reaches every process of the terminal; the parent decides what it means and tells us.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});
// A job scheduler sends this to every process of a job: write a checkpoint while there is time.
process.on('SIGTERM', () => {
  interrupted = true;
});
process.on('disconnect', () => process.exit(1));

async function answer(message: Exclude<ParentMessage, { type: 'interrupt' | 'go' }>): Promise<void> {
  try {
    if (message.type === 'train') {
      const { trainCell } = await import('../train/train-cell.js');
      const hooks = { onProgress: throttled(), interrupted: isInterrupted };
      const outcome = await trainCell(message.cell, message.options, message.context, hooks);
      say(outcome.kind === 'result' ? { type: 'finished', result: outcome.result } : { type: 'interrupted' });
    } else {
      const { timeSteps } = await import('../train/time-steps.js');
      const { suite, cells, wait } = message;
      const timing = await timeSteps(suite, cells, message.timing, wait ? startTogether : undefined);
      say({ type: 'timed', timing, peakRssBytes: process.resourceUsage().maxRSS * 1024 });
    }
  } catch (error) {
    if (!(error instanceof SambenchError)) console.error(error);
    const code = error instanceof SambenchError ? error.code : 'cell-failed';
    say({ type: 'error', code, message: error instanceof Error ? error.message : String(error) });
  }
}

/** Tells the parent that the warm-up is over and waits until the other processes are as far. */
function startTogether(): Promise<void> {
  return new Promise((resolve) => {
    go = resolve;
    process.send?.({ type: 'ready' } satisfies ChildMessage);
  });
}

/** Sends the last message of this process and ends it once the message is out. */
function say(message: ChildMessage): void {
  process.send?.(message, () => process.exit(0));
}

function isInterrupted(): boolean {
  // While training keeps the event loop from turning, a parent that was killed shows only in the number of the parent.
  if (process.ppid !== parent) process.exit(1);
  return interrupted;
}

function throttled(): (progress: Progress) => void {
  let next = 0;
  return (progress) => {
    if (Date.now() < next || !process.connected) return;
    next = Date.now() + progressIntervalMilliseconds;
    process.send?.({ type: 'progress', progress } satisfies ChildMessage);
  };
}
