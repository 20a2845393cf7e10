/** Remembers how the cells of a grid began, so that one that began otherwise than the others of its seed fails at its end. */
import { commandLine } from '../command-line.js';
import { SambenchError } from '../errors.js';
import type { CellResult } from '../results/result.js';
import { agree, type StartFact, startNames, startOf } from '../results/start.js';

/** How the cells began that have ended so far. */
export interface Starts {
  /**
   * Compares how a cell began with all that ended before it, and remembers it. Returns its result, or the same one as
   * `failed`, without its final evaluation, where the two cannot be compared as arms of one seed.
   */
  admit(result: CellResult): CellResult;
  /** Forgets a cell whose result came to nothing. */
  forget(cell: string): void;
}

/** A memory that begins with `known`, the facts of results that are there already. */
export function rememberStarts(known: Iterable<StartFact> = []): Starts {
  const byKey = new Map<string, StartFact[]>();
  const remember = (facts: Iterable<StartFact>) => {
    for (const fact of facts) byKey.set(fact.key, [...(byKey.get(fact.key) ?? []), fact]);
  };
  remember(known);
  return {
    admit(result) {
      const facts = startOf(result);
      for (const fact of facts) {
        // A cell that runs again is not compared with itself.
        const others = byKey.get(fact.key)?.filter(({ cell }) => cell !== fact.cell);
        const other = others?.find((earlier) => !agree(earlier, fact));
        if (other) return failing(result, fact, other);
      }
      remember(facts);
      return result;
    },
    forget(cell) {
      for (const [key, facts] of byKey) {
        byKey.set(
          key,
          facts.filter((fact) => fact.cell !== cell),
        );
      }
    },
  };
}

function failing(result: CellResult, fact: StartFact, other: StartFact): CellResult {
  const { code, message } = new SambenchError('invariant-violated', {
    problem: `the ${startNames[fact.name]} of ${fact.cell} (${show(fact)}) should be that of ${other.cell} (${show(other)}): both have seed ${fact.seed} and all settings that decide it`,
    fix: `Run ${commandLine('verify', 'SUITE', '--cell', other.cell)}. Where that is reproduced, what runs in ${fact.cell} is at fault, its rule first of all; where it is not, delete its result and run bench with --retry-failed.`,
  });
  return { ...result, status: 'failed', error: { code, message }, final: null };
}

function show({ value }: StartFact): string {
  return typeof value === 'string' ? value.slice(0, 16) : String(value);
}
