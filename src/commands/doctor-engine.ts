/** What `doctor` tells of the engine, and of what installing it takes. TensorFlow is loaded in another process only. */
import { wheelsToDownload } from '../engine/install/fetch.js';
import { engineState, type InstallPlan, planEngine } from '../engine/install/install.js';
import { chooseVariant } from '../engine/install/platform.js';
import { probeEngine } from '../engine/install/probe.js';
import { runProgram } from '../engine/install/program.js';
import { findTools } from '../engine/install/tools.js';
import { SambenchError } from '../errors.js';
import type { DoctorRow } from './doctor.js';

/** Rows for Python, the compiler, the engine, oneDNN and the graphics card. */
export async function engineRows(): Promise<DoctorRow[]> {
  const tools = await findTools();
  const plan = tryPlan();
  const state = 'problem' in plan ? { installed: false, linked: false } : engineState(plan);
  const isDownload = 'problem' in plan || wheelsToDownload(plan.wheels).length > 0;
  const python =
    tools.python === null ? 'none' : `Python ${tools.python}, ${tools.pip ? `pip ${tools.pip}` : 'no pip'}`;
  return [
    {
      name: 'Python with pip',
      found: python,
      ...need(
        tools.pip !== null,
        state.installed || !isDownload,
        'Install it (Debian: apt-get install python3-pip)',
      ),
    },
    {
      name: 'C++ compiler',
      found: tools.compiler?.join(' ') ?? 'none',
      ...need(tools.compiler !== null, state.installed, 'Install it (Debian: apt-get install g++)'),
    },
    ...(await loadedRows(plan, state)),
  ];
}

/** Status of a tool that only an install needs. */
function need(isThere: boolean, isInstalled: boolean, todo: string): Pick<DoctorRow, 'status' | 'todo'> {
  if (isThere) return { status: 'ok', todo: '' };
  return isInstalled
    ? { status: 'optional', todo: 'nothing: the engine is installed' }
    : { status: 'missing', todo };
}

function tryPlan(): InstallPlan | { problem: SambenchError } {
  try {
    return planEngine();
  } catch (error) {
    if (error instanceof SambenchError) return { problem: error };
    throw error;
  }
}

async function loadedRows(
  plan: InstallPlan | { problem: SambenchError },
  state: { installed: boolean; linked: boolean },
): Promise<DoctorRow[]> {
  const engine = { name: 'engine' };
  if ('problem' in plan) {
    const { problem, fix = '' } = plan.problem.parts;
    return [{ ...engine, status: 'missing', found: problem, todo: fix }];
  }
  const { location } = plan;
  if (!state.installed) {
    const bytes = wheelsToDownload(plan.wheels).reduce((sum, wheel) => sum + wheel.bytes, 0);
    const todo = `nothing: bench installs it${bytes > 0 ? ` (${Math.round(bytes / 1e6)} MB to download)` : ''}`;
    return [{ ...engine, status: 'later', found: `not installed (variant ${location.variant})`, todo }];
  }
  const probe = await probeEngine(location);
  if ('failure' in probe) {
    const todo = `Delete ${location.folder}, so that bench installs it anew`;
    return [{ ...engine, status: 'missing', found: `does not load: ${probe.failure}`, todo }];
  }
  const link = state.linked ? 'linked' : 'not linked yet';
  const found = `TensorFlow ${probe.tensorflow} (${location.variant}), ${link}, ${location.folder}`;
  return [
    {
      ...engine,
      status: state.linked ? 'ok' : 'later',
      found,
      todo: state.linked ? '' : 'nothing: bench links it',
    },
    {
      name: 'oneDNN',
      status: probe.oneDnn ? 'ok' : 'optional',
      found: probe.oneDnn ? 'in use' : 'not in this library',
      todo: probe.oneDnn ? '' : 'nothing: steps are slower without it',
    },
    await cardRow(location.variant, probe.gpu),
  ];
}

async function cardRow(variant: string, isUsed: boolean): Promise<DoctorRow> {
  const row = { name: 'graphics card' };
  if (isUsed) {
    const { stdout } = await runProgram('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader']);
    return { ...row, status: 'ok', found: stdout.trim().replaceAll('\n', ', ') || 'in use', todo: '' };
  }
  if (chooseVariant({ ...process.env, SAMBENCH_VARIANT: undefined }) === 'cpu')
    return { ...row, status: 'optional', found: 'none', todo: 'nothing: training runs on the processor' };
  const todo =
    variant === 'gpu' ? 'See bench --verbose for what TensorFlow says' : 'Set SAMBENCH_VARIANT=gpu to use it';
  return { ...row, status: 'optional', found: 'there, not in use', todo };
}
