/** How a run is asked to stop: gently (finish the step, write a checkpoint) or at once. */

/** Two wishes to stop; `now` implies `soon`. */
export interface StopSignals {
  soon: AbortSignal;
  now: AbortSignal;
}

/** The part of `process` that receives signals; tests pass an `EventEmitter`. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  removeListener(signal: NodeJS.Signals, listener: () => void): unknown;
}

export interface StopListener extends StopSignals {
  /** Gives the signals back their usual meaning. */
  dispose(): void;
}

const watched: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Turns signals into wishes: the first asks to stop soon, a second one to stop now. On a terminal one Ctrl-C arrives twice
 * within milliseconds (from the terminal and again through npm), so that signals less than `together` milliseconds
 * after the first count as the same.
 */
export function listenForStop(source: SignalSource, together = 400): StopListener {
  const soon = new AbortController();
  const now = new AbortController();
  let first = 0;
  const onSignal = () => {
    if (!soon.signal.aborted) {
      first = Date.now();
      soon.abort();
    } else if (Date.now() - first >= together) {
      now.abort();
    }
  };
  for (const signal of watched) source.on(signal, onSignal);
  return {
    soon: soon.signal,
    now: now.signal,
    dispose: () => {
      for (const signal of watched) source.removeListener(signal, onSignal);
    },
  };
}

/** Signals that never come, for runs that nobody can interrupt. */
export function neverStop(): StopSignals {
  return { soon: new AbortController().signal, now: new AbortController().signal };
}

/** Runs `listener` when `signal` aborts, or at once if it has; returns a function that takes the listener back. */
export function onStop(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
