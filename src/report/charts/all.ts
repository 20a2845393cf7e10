/** All figures of a report, drawn once for the page and for the files. */
import type { Summary } from '../summary.js';
import { curveFigures } from './curves.js';
import { diagnosticFigure } from './diagnostics.js';
import type { Figure } from './figure.js';
import { differenceFigure, seedFigure } from './seeds.js';
import { stepFigure } from './steps.js';
import { sweepFigures } from './sweep.js';

/** The figures by the section of the page that shows them. */
export interface Figures {
  curves: Figure[];
  seeds: Figure[];
  sweeps: Figure[];
  steps: Figure[];
  diagnostics: Figure[];
}

/** Draws all figures that the summary has data for. */
export async function drawFigures(summary: Summary): Promise<Figures> {
  const present = (figures: readonly (Figure | null)[]) => figures.filter((figure) => figure !== null);
  return {
    curves: await curveFigures(summary),
    seeds: present([await seedFigure(summary), await differenceFigure(summary)]),
    sweeps: await sweepFigures(summary),
    steps: present([await stepFigure(summary)]),
    diagnostics: present([await diagnosticFigure(summary)]),
  };
}
