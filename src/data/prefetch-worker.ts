/** The thread that prepares batches: it answers each place and empty buffer with the batch of that place. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { epochBatches } from './batches.js';
import type { PlacedBatch, PrefetchOrder, PrefetchStart } from './prefetch.js';

const { set, settings, port } = workerData as PrefetchStart & { port: MessagePort };
const batches = epochBatches(set, settings);

port.on('message', ({ epoch, batch, buffer }: PrefetchOrder) => {
  const placed: PlacedBatch = { epoch, batch, ...batches.at(epoch, batch, buffer) };
  const { labels, brightness } = placed;
  port.postMessage(placed, [buffer, labels, ...(brightness ? [brightness] : [])].map(bufferOf));
});

const bufferOf = ({ buffer }: ArrayBufferView) => buffer as ArrayBuffer;
