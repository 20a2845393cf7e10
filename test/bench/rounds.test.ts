/** Rounds are balanced, and only timed steps count. */
import { describe, expect, it } from 'vitest';
import { playRounds, turnOrder } from '../../src/bench/rounds.js';

const fake = (name: string, log: string[]) => ({
  name,
  time: async (steps: number) => {
    log.push(`${name} ${steps}`);
    return Array.from({ length: steps }, () => log.length);
  },
});

describe('turnOrder', () => {
  it('plays every second round backwards, so that two rounds give every contestant the same mean place', () => {
    for (const round of [0, 2, 4]) {
      expect(turnOrder(5, round + 1)).toEqual(turnOrder(5, round).reverse());
      expect([...turnOrder(5, round)].sort()).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it('draws another order for other rounds', () => {
    const orders = new Set([0, 2, 4, 6, 8].map((round) => turnOrder(6, round).join()));
    expect(orders.size).toBeGreaterThan(1);
  });
});

describe('playRounds', () => {
  it('runs one step before each turn that does not count', async () => {
    const log: string[] = [];
    const times = await playRounds([fake('a', log), fake('b', log)], { rounds: 2, steps: 3 });
    expect(log.filter((line) => line === 'a 1')).toHaveLength(2);
    expect(times.get('a')?.map((round) => round.length)).toEqual([3, 3]);
    expect(times.get('b')?.map((round) => round.length)).toEqual([3, 3]);
  });

  it('lets nobody begin before the one before has ended', async () => {
    let busy = 0;
    const slow = (name: string) => ({
      name,
      time: async () => {
        busy += 1;
        expect(busy).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        busy -= 1;
        return [1];
      },
    });
    const names = ['a', 'b', 'c'];
    const times = await playRounds(names.map(slow), { rounds: 1, steps: 1 });
    expect([...times.keys()]).toEqual(names);
  });
});
