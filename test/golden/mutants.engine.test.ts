import { afterEach, describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/engine/compile.js';
import type { Start } from '../../src/golden/run-case.js';
import { networks } from '../../src/model/registry.js';
import { bases, sharpness } from '../../src/optimizer/registry.js';
import { useEngine } from '../engine/engine.js';
import { outcome, set } from './folder.js';
import { type Mutant, mutants } from './mutants.js';

const compiled: Start = (step) => compileProgram(step.program(1));
const unharmed = { bases: { ...bases }, sharpness: { ...sharpness }, networks: { ...networks } };

/** Puts the mistake where the right rule was. */
function plant(mutant: Mutant): void {
  Object.assign(bases, mutant.bases);
  Object.assign(sharpness, mutant.sharpness);
  Object.assign(networks, mutant.networks);
}

const planted = Object.entries(mutants).flatMap(([id, mistakes]) =>
  Object.entries(mistakes).map(([name, mutant]) => ({ id, name, mutant, listed: listed(id, name) })),
);

describe('the golden cases see a step that is nearly right', () => {
  useEngine();
  afterEach(() => plant(unharmed));

  it.each(planted)(
    '$id fails with the mistake $name, about as far out as golden.json says',
    ({ id, mutant, listed }) => {
      plant(mutant);
      const { status, worst, failures } = outcome(id, compiled);
      expect(status).toBe('failed');
      expect(worst?.ratio).toBeGreaterThan(listed.ratio * 0.9);
      const shown = failures
        .filter(({ quantity }) => quantity.startsWith(listed.by))
        .map(({ ratio }) => ratio);
      // This folder does not hold all moving statistics, so their common deviation cannot be seen.
      if (listed.by !== 'weights.moving') {
        expect(Math.max(...shown) / listed.ratio).toBeGreaterThan(1 / 3);
        expect(Math.max(...shown) / listed.ratio).toBeLessThan(3);
      }
    },
  );
});

/** How far out golden.json says that the mistake is, as a multiple of the tolerance, and which quantity shows it. */
function listed(id: string, name: string): { ratio: number; by: string } {
  const found = set.cases.find((entry) => entry.id === id) as unknown as {
    mutants: Record<string, { ratio: number; by: string } | undefined>;
  };
  const mutant = found.mutants[name];
  if (!mutant) throw new Error(`golden.json lists no mutant ${name} of ${id}`);
  return mutant;
}
