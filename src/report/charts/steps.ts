/** Distributions of step times: every sample of every arm, the median with its interval below. */
import { decimal } from '../number.js';
import type { Summary } from '../summary.js';
import { type Figure, panel } from './figure.js';
import { type StripRow, stripSpec } from './rows.js';
import { colorOf } from './series.js';

const mostArms = 24;
/** A vertical stroke as an SVG path, in units of a mark's size. */
const stroke = 'M-0.06,-0.8H0.06V0.8H-0.06Z';

/** The step times of all arms, or null when they were not measured. */
export async function stepFigure(summary: Summary): Promise<Figure | null> {
  const { timing } = summary;
  const arms = (timing?.arms ?? []).filter(({ samples }) => samples.length > 0).slice(0, mostArms);
  if (timing === null || arms.length === 0) return null;
  const rows = arms.map(
    ({ arm, samples, median, low, high }): StripRow => ({
      label: arm,
      values: samples,
      mean: median,
      low,
      high,
      color: colorOf(arm, summary),
      shape: stroke,
    }),
  );
  return {
    name: 'steps',
    title: 'Every timed step',
    description: `One stroke for each of ${timing.rounds * timing.steps} steps (${timing.rounds} balanced rounds, batch ${timing.batch}); below them the median with its 95 % interval from order statistics.`,
    legend: [],
    legendMark: 'mark',
    across: 2,
    panels: [await panel('steps', '', stripSpec(rows, 'milliseconds a step'))],
    table: {
      head: ['arm', 'median, ms', 'low', 'high', 'mean', 'SD', 'images/s', 'samples'],
      texts: 1,
      rows: arms.map(({ arm, median, low, high, mean, sd, imagesPerSecond, samples }) => [
        arm,
        ...[median, low, high, mean, sd].map((value) => decimal(value, 2)),
        decimal(imagesPerSecond, 0),
        String(samples.length),
      ]),
      note: null,
    },
  };
}
