/** Balanced rounds: in each one every contestant has one turn, and only one of them computes at a time. */
import { setTimeout } from 'node:timers/promises';
import { permutation, stream } from '../stream.js';
import type { Contestant } from './contestant.js';

/** How often everybody has a turn, and how long it is. */
export interface RoundSettings {
  rounds: number;
  /** Timed steps of a turn; one more before them does not count. */
  steps: number;
}

/** Milliseconds of every timed step: a list for each contestant, of a list for each round. */
export type Times = ReadonlyMap<string, readonly (readonly number[])[]>;

/** Time for the threads of the last contestant to go to sleep: some wait for work with open eyes for a while. */
const pauseMilliseconds = 100;

/** The order of the turns of round `round`, as indices: drawn anew every second round, and between them backwards. */
export function turnOrder(count: number, round: number): number[] {
  const order = [...permutation(count, stream(1, 'bench', 'round', Math.floor(round / 2)))];
  return round % 2 === 0 ? order : order.reverse();
}

/** Times the steps of all `contestants`; `onTurn` hears of every turn before it begins. */
export async function playRounds(
  contestants: readonly Pick<Contestant, 'name' | 'time'>[],
  { rounds, steps }: RoundSettings,
  onTurn: (round: number, name: string) => void = () => {},
): Promise<Times> {
  const times = new Map<string, number[][]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const index of turnOrder(contestants.length, round)) {
      const contestant = contestants[index];
      if (!contestant) continue;
      onTurn(round, contestant.name);
      await setTimeout(pauseMilliseconds);
      await contestant.time(1);
      times.get(contestant.name)?.push(await contestant.time(steps));
    }
  }
  return times;
}
