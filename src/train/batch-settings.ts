/** How the batches of a cell are made. */
import type { Cell } from '../suite/cell.js';

/** Seed, size and augmentation of the batches of a cell. */
export function batchSettings({ seed, settings }: Cell): {
  seed: number;
  batchSize: number;
  augment: Cell['settings']['data']['augment'];
} {
  return { seed, batchSize: settings.batch, augment: settings.data.augment };
}
