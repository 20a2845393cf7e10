/** The learning rate of every step, a pure function of the schedule and the place in the cell's own length. */
import type { ScheduleSettings } from '../suite/cell.js';

/** How long a cell is. */
export interface CellLength {
  stepsPerEpoch: number;
  epochs: number;
}

/** Points of the cell's length at which the `step` schedule divides the rate by ten (He et al. 2016, section 4.2). */
const stepMilestones = [0.5, 0.75];

/**
 * The factor on the base rate at step `step`, from 0 over the whole cell: 0 to 1. `cosine` is half a cosine from 1 towards 0 over the steps after the
 * warm-up (Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5, without restarts); `plateau` is 1 here, its cuts
 * follow the validation loss (see stopping.ts).
 */
export function rateFactor(
  schedule: ScheduleSettings,
  step: number,
  { stepsPerEpoch, epochs }: CellLength,
): number {
  const warmup = Math.round(schedule.warmupEpochs * stepsPerEpoch);
  if (step < warmup) return (step + 1) / warmup;
  const progress = (step - warmup) / Math.max(1, epochs * stepsPerEpoch - warmup);
  switch (schedule.name) {
    case 'cosine':
      return 0.5 * (1 + Math.cos(Math.PI * progress));
    case 'step':
      return stepMilestones.reduce((factor, milestone) => (progress >= milestone ? factor / 10 : factor), 1);
    default:
      return 1;
  }
}
