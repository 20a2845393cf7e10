/** What `plan` measures with: engine and data provided, then a few steps of each kind in training processes. */
import { calibrate } from '../run/calibrate.js';
import type { Calibrate } from '../suite/speed.js';
import type { Surroundings } from './command-result.js';
import { stageView } from './stages.js';

/** A calibration that runs in `surroundings`. It throws SambenchErrors of the environment. */
export function calibrator({ progress, provide, launch }: Surroundings, quiet: boolean): Calibrate {
  return async (cells, jobs) => {
    const view = stageView(progress, quiet);
    const never = new AbortController();
    const dataSet = cells[0]?.settings.data.name ?? null;
    await provide(dataSet, view.show, never.signal).finally(view.close);
    if (!quiet) progress.write('Timing a few steps; --no-calibrate leaves that out\n');
    return calibrate(cells, jobs, launch);
  };
}
