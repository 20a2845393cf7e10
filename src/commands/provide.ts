/** Provides what training needs before the first cell starts: the engine, then the data set. */
import { openDataSet } from '../data/open.js';
import { ensureEngine } from '../engine/install/install.js';
import type { ShowStage } from './stages.js';

/**
 * Puts engine and data set in place; takes milliseconds where they are.
 * @throws SambenchError of the environment, with what to do.
 */
export async function provide(dataSet: string | null, show: ShowStage, signal: AbortSignal): Promise<void> {
  await ensureEngine({ signal, onProgress: ({ stage, fraction }) => show(`engine: ${stage}`, fraction) });
  if (dataSet === null) return;
  await openDataSet(dataSet, {
    signal,
    onProgress: ({ stage, fraction }) => show(`data: ${stage}`, fraction),
  });
}
