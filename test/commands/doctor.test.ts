import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DoctorRow, doctor, formatDoctor } from '../../src/commands/doctor.js';
import { wheels } from '../../src/engine/install/pins.js';
import { FakeMachine } from '../engine/install/fake-machine.js';

let machine: FakeMachine;

beforeEach(() => {
  machine = new FakeMachine();
});
afterEach(() => {
  vi.unstubAllEnvs();
  machine.dispose();
});

const find = (rows: readonly DoctorRow[], name: string) => rows.find((row) => row.name === name);

describe('doctor', () => {
  it('is content with a machine on which the engine can be installed', async () => {
    const { rows, ok } = await doctor();
    expect(ok).toBe(true);
    expect(find(rows, 'Python with pip')).toMatchObject({ status: 'ok', found: 'Python 3.12.1, pip 24.0' });
    expect(find(rows, 'C++ compiler')).toMatchObject({ status: 'ok', found: 'g++' });
    expect(find(rows, 'engine')).toMatchObject({ status: 'later' });
    expect(find(rows, 'data: cifar10')).toMatchObject({ status: 'later' });
  });

  it('changes nothing', async () => {
    await doctor();
    expect(machine.calls()).toEqual([]);
  });

  it('is not content without pip, and says what to install', async () => {
    machine.pip('no-pip');
    const { rows, ok } = await doctor();
    expect(ok).toBe(false);
    const row = find(rows, 'Python with pip');
    expect(row).toMatchObject({ status: 'missing', found: 'Python 3.12.1, no pip' });
    expect(row?.todo).toContain('python3-pip');
  });

  it('is not content without a compiler, and says what to install', async () => {
    machine.removeProgram('g++');
    const { rows, ok } = await doctor();
    expect(ok).toBe(false);
    expect(find(rows, 'C++ compiler')).toMatchObject({ status: 'missing', found: 'none' });
    expect(find(rows, 'C++ compiler')?.todo).toContain('g++');
  });

  it('needs no Python when the wheel was put into the cache', async () => {
    machine.removeProgram('python3');
    machine.placeWheel(Buffer.from('any'), wheels.cpu[0]?.file);
    const { rows, ok } = await doctor();
    expect(ok).toBe(true);
    expect(find(rows, 'Python with pip')).toMatchObject({ status: 'optional' });
  });

  it('tells what is wrong with a library of the user’s own', async () => {
    vi.stubEnv('SAMBENCH_LIBTENSORFLOW', machine.root);
    const { rows, ok } = await doctor();
    expect(ok).toBe(false);
    expect(find(rows, 'engine')?.found).toContain('libtensorflow_cc.so.2');
  });

  it('does without git and npm', async () => {
    const { rows } = await doctor();
    expect(find(rows, 'git')).toMatchObject({ status: 'optional' });
    expect(find(rows, 'npm')).toMatchObject({ status: 'optional' });
  });
});

describe('the table', () => {
  it('has a line for each row, and the verdict at the end', () => {
    const rows: DoctorRow[] = [
      { name: 'Node', status: 'ok', found: '20.0.0', todo: '' },
      { name: 'engine', status: 'missing', found: 'none', todo: 'Install it' },
    ];
    const lines = formatDoctor(rows).split('\n');
    expect(lines[2]).toMatch(/^Node +ok +20\.0\.0$/);
    expect(lines[3]).toMatch(/^engine +missing +none +Install it$/);
    expect(lines.at(-1)).toBe('This machine cannot run `bench` yet: engine.');
  });

  it('says so when nothing is missing', () => {
    expect(formatDoctor([{ name: 'Node', status: 'ok', found: '20.0.0', todo: '' }])).toContain(
      'can run `bench`',
    );
  });
});
