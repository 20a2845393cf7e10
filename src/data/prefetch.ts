/**
 * Prepares the next training batches in a thread of their own while the engine runs the current step. The bytes are
 * those that `epochBatches` gives; only the waiting is less.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { type Batch, type BatchSettings, epochBatches, type ImageBuffer } from './batches.js';
import { type ImageSet, imageSize } from './images.js';

/** A batch and where it belongs: epochs count from 1, batches from 0. */
export interface PlacedBatch extends Batch {
  epoch: number;
  batch: number;
}

/** What the thread is started with. */
export interface PrefetchStart {
  set: ImageSet;
  settings: BatchSettings;
}

/** What the thread is asked for. */
export interface PrefetchOrder {
  epoch: number;
  batch: number;
  buffer: ImageBuffer;
}

/** The batches of a training run, in order. */
export interface PrefetchSettings extends BatchSettings {
  epochs: number;
  /** The first batch wanted, for a run that is resumed. */
  from?: { epoch: number; batch: number };
}

/** Two batches wait ready while one is in use. */
const buffersInTurn = 3;

/** An open prefetch: a running thread until `close`. */
export class Prefetch {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #ready: PlacedBatch[] = [];
  readonly #places: Iterator<{ epoch: number; batch: number }>;
  #inUse: ImageBuffer | null = null;
  #ordered = 0;
  #waiting: { resolve: () => void; reject: (error: Error) => void } | null = null;
  #failure: Error | null = null;
  #waitMilliseconds = 0;

  constructor(set: ImageSet, settings: PrefetchSettings) {
    const { seed, batchSize, augment, epochs, from = { epoch: 1, batch: 0 } } = settings;
    const start: PrefetchStart = { set, settings: { seed, batchSize, augment } };
    const channel = new MessageChannel();
    this.#port = channel.port1;
    this.#places = placesOf(epochs, epochBatches(set, start.settings).perEpoch, from);
    this.#worker = startWorker({ ...start, port: channel.port2 }, [channel.port2]);
    this.#worker.once('error', (error) => this.#fail(error));
    this.#worker.once('exit', () => this.#fail(new Error('the thread that prepares batches has ended')));
    this.#port.on('message', (batch: PlacedBatch) => {
      this.#ready.push(batch);
      this.#waiting?.resolve();
    });
    for (let buffer = 0; buffer < buffersInTurn; buffer++)
      this.#order(new Uint8Array(batchSize * imageSize(set.shape)));
  }

  /** Milliseconds that all calls of `next` together have waited. */
  get waitMilliseconds(): number {
    return this.#waitMilliseconds;
  }

  /**
   * The next batch. Its images are good until the following call, which takes their memory back. Throws a `RangeError`
   * after the last batch of the last epoch, and what befell the thread if it has failed.
   */
  async next(): Promise<PlacedBatch> {
    if (this.#inUse) this.#order(this.#inUse);
    this.#inUse = null;
    if (this.#ordered === 0) throw new RangeError('there are no more batches');
    const batch = this.#ready.shift() ?? this.#poll() ?? (await this.#wait());
    this.#ordered--;
    this.#inUse = batch.images as ImageBuffer;
    return batch;
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    this.#worker.removeAllListeners('exit');
    this.#port.close();
    await this.#worker.terminate();
  }

  /** A batch that has arrived while this thread was busy, without a turn of the event loop. */
  #poll(): PlacedBatch | undefined {
    return receiveMessageOnPort(this.#port)?.message;
  }

  async #wait(): Promise<PlacedBatch> {
    const start = performance.now();
    while (this.#ready.length === 0) {
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
    }
    this.#waiting = null;
    this.#waitMilliseconds += performance.now() - start;
    return this.#ready.shift() as PlacedBatch;
  }

  #order(buffer: ImageBuffer): void {
    const place = this.#places.next();
    if (place.done) return;
    const order: PrefetchOrder = { ...place.value, buffer };
    this.#port.postMessage(order, [buffer.buffer]);
    this.#ordered++;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
  }
}

function* placesOf(
  epochs: number,
  perEpoch: number,
  from: { epoch: number; batch: number },
): Generator<{ epoch: number; batch: number }> {
  for (let { epoch, batch } = from; epoch <= epochs; epoch++, batch = 0)
    for (; batch < perEpoch; batch++) yield { epoch, batch };
}

/** Starts the thread's file: compiled, or in development the one that loads the TypeScript. */
function startWorker(workerData: object, transferList: MessagePort[]): Worker {
  const ending = import.meta.url.endsWith('.ts') ? 'mjs' : 'js';
  const file = new URL(`./prefetch-worker.${ending}`, import.meta.url);
  // Flags of the process, a loader among them, are not for the thread.
  return new Worker(file, { workerData, transferList, execArgv: [] });
}
