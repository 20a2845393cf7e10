/** From a suite file to a checked suite with every default filled in. */
import { sha256 } from './canonical.js';
import { checkSuite } from './check.js';
import { checkEqualCompute } from './equal-compute.js';
import { expandSuite, type Grid } from './expand.js';
import { type Problem, refuse } from './problem.js';
import { readJson } from './read-json.js';
import type { WrittenSuite } from './schema/suite.js';
import { resolveSuite, type Suite } from './suite.js';
import { checkTuning } from './tuning.js';
import { validate } from './validate.js';

/** A suite and the file that it comes from. */
export interface LoadedSuite {
  suite: Suite;
  /** As the file writes it. */
  written: WrittenSuite;
  /** SHA-256 of the file's bytes. */
  sha256: string;
  file: string;
}

/**
 * Reads and checks a suite.
 * @throws SambenchError (exit 2) whose one line names file, JSON path, value and fix of the most telling problem.
 */
export function loadSuite(file: string): LoadedSuite {
  const { value, bytes } = readJson(file);
  return { ...parseSuite(value, file), sha256: sha256(bytes) };
}

/** Checks a parsed suite; `file` is only named in errors. */
export function parseSuite(value: unknown, file: string): Omit<LoadedSuite, 'sha256'> {
  refuse(file, validate(value));
  const written = value as WrittenSuite;
  const suite = resolveSuite(written);
  refuse(file, checkSuite(written, suite));
  refuse(file, checkGrid(suite, expandSuite({ suite })));
  return { suite, written, file };
}

function checkGrid(suite: Suite, grid: Grid): Problem[] {
  const empty: Problem = {
    path: 'skip',
    problem: 'leaves no cell of the grid',
    value: undefined,
    fix: 'Let the rules match less.',
  };
  return [
    ...(grid.cells.length === 0 ? [empty] : []),
    ...checkUnusedRules(suite, grid),
    ...checkTuning(suite, grid),
    ...checkEqualCompute(suite, grid.cells),
  ];
}

/** A rule that matches nothing is most likely a slip in a value. */
function checkUnusedRules(suite: Suite, grid: Grid): Problem[] {
  const used = new Set(grid.skipped.map(({ rule }) => rule));
  return suite.skip.flatMap(({ when }, index): Problem[] => {
    if (used.has(index)) return [];
    const problem = 'matches no combination that is not left out already';
    return [
      { path: `skip[${index}].when`, problem, value: when, fix: 'Check its values, or remove the rule.' },
    ];
  });
}
