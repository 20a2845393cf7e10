/** Which weights of a cell are kept: on which images they are judged, and when those after an epoch are the best. */
import type { ImageSet } from '../data/images.js';
import type { Evaluation } from '../results/result.js';
import type { Cell } from '../suite/cell.js';
import type { Position } from './checkpoint.js';
import type { PreparedCell } from './prepare.js';

type Settings = Cell['settings'];

/** The images that choose the weights: validation, or test for a suite that says so; null where there are none. */
export function choosingImages({ select }: Settings, images: PreparedCell['images']): ImageSet | null {
  return select === 'test' ? images.test : images.validation;
}

/**
 * Whether the weights after `epoch` are the best so far. Early stopping restores the weights of its last improvement, the
 * lowest loss but for `minDelta`; selection wants the highest accuracy, then the lowest loss.
 */
export function isBest(
  { select, stop }: Settings,
  { best, stopping }: Pick<Position, 'best' | 'stopping'>,
  epoch: number,
  { loss, accuracy }: Evaluation,
): boolean {
  if (stop?.earlyStopping?.restoreBest) return stopping.bestEpoch === epoch;
  if (select === 'last') return false;
  return !best || accuracy > best.accuracy || (accuracy === best.accuracy && loss < best.loss);
}
