import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { processorTimes, waitShare, wasDisturbed } from '../../src/train/processor-wait.js';

describe('the times of the threads', () => {
  it('are summed over all of them, in seconds', async () => {
    const tasks = await mkdtemp(path.join(tmpdir(), 'sambench-tasks-'));
    for (const [task, text] of [
      ['1', '2000000000 500000000 7\n'],
      ['2', '1000000000 250000000 3\n'],
    ] as const) {
      await mkdir(path.join(tasks, task));
      await writeFile(path.join(tasks, task, 'schedstat'), text);
    }
    // A thread that has just ended.
    await mkdir(path.join(tasks, '3'));
    expect(processorTimes(tasks)).toEqual({ ran: 3, waited: 0.75 });
    await rm(tasks, { recursive: true });
  });

  it('are unknown where the system does not tell', () => {
    expect(processorTimes('/no/such/folder')).toBeNull();
    expect(waitShare(null, { ran: 1, waited: 1 })).toBeNull();
  });
});

describe('the share of waiting', () => {
  it('is of what came between the two moments', () => {
    expect(waitShare({ ran: 1, waited: 1 }, { ran: 4, waited: 2 })).toBe(0.25);
  });

  it('says that others were at work where it is high and the threads of the process have room', () => {
    expect(wasDisturbed(0.33, 1, 2)).toBe(true);
    expect(wasDisturbed(0.05, 1, 2)).toBe(false);
    expect(wasDisturbed(0.33, 2, 2)).toBe(false);
    expect(wasDisturbed(null, 1, 2)).toBe(false);
  });
});
