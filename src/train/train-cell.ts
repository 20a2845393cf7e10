/** Trains one cell from its first weights, or from its checkpoint, to its result. */
import { firstBatchSha256, trainingBatch } from '../data/batches.js';
import type { CellResult } from '../results/result.js';
import type { RunContext, RunOptions } from '../run/messages.js';
import type { Cell } from '../suite/cell.js';
import { version } from '../version.js';
import { batchSettings } from './batch-settings.js';
import { readCheckpoint, removeCheckpoint } from './checkpoint.js';
import { prepareCell } from './prepare.js';
import { processorTimes, waitShare, wasDisturbed } from './processor-wait.js';
import { budgetSpent } from './spent.js';
import { type TrainHooks, Training } from './training.js';
import { weightsOf, weightsSha256 } from './weights.js';

export type TrainOutcome = { kind: 'result'; result: CellResult } | { kind: 'interrupted' };

/**
 * Trains `cell`; the result is `finished`, or `diverged` when a loss is not a number. A checkpoint of an earlier,
 * interrupted run is continued bit for bit. Throws a SambenchError when the environment is at fault. `prepare` is there
 * for who watches the program at work.
 */
export async function trainCell(
  cell: Cell,
  options: RunOptions,
  context: RunContext,
  hooks: TrainHooks,
  prepare: typeof prepareCell = prepareCell,
): Promise<TrainOutcome> {
  const started = performance.now();
  const prepared = await prepare(cell, options);
  const hashes = {
    initSha256: weightsSha256(weightsOf(prepared.program.read())),
    firstBatchSha256: firstBatchSha256(
      trainingBatch(prepared.images.train, { ...batchSettings(cell), epoch: 1, batch: 0 }),
    ),
  };
  const training = new Training(cell, prepared, options, readCheckpoint(options.checkpointBase, cell.id));
  const before = processorTimes();
  const ending = await training.run(hooks);
  if (ending === 'interrupted') return { kind: 'interrupted' };
  const { position } = training;
  const waited = waitShare(before, processorTimes());
  const final = ending === 'finished' ? training.final() : null;
  prepared.program.dispose();
  removeCheckpoint(options.checkpointBase);
  const sum = (name: 'trainSeconds' | 'evaluationSeconds') =>
    position.history.reduce((total, row) => total + row[name], 0);
  const trainSeconds = sum('trainSeconds');
  const evaluationSeconds = sum('evaluationSeconds') + training.finalEvaluationSeconds;
  const elapsed = (performance.now() - started) / 1000 + training.earlierSeconds;
  return {
    kind: 'result',
    result: {
      schema: 1,
      suite: cell.suite,
      cell: cell.id,
      arm: cell.arm,
      seed: cell.seed,
      settings: cell.settings,
      status: final ? 'finished' : 'diverged',
      error: final ? null : { code: 'cell-diverged', message: training.divergence },
      budget: budgetSpent(cell, position),
      history: position.history,
      final,
      checks: training.checks(),
      sharpness: {},
      time: {
        trainSeconds,
        evaluationSeconds,
        otherSeconds: Math.max(0, elapsed - trainSeconds - evaluationSeconds),
        inputWaitSeconds: position.inputWaitSeconds,
        ...(waited === null ? {} : { processorWaitShare: waited }),
        contended: options.contended || wasDisturbed(waited, cell.settings.threads),
      },
      memory: { peakRssBytes: process.resourceUsage().maxRSS * 1024 },
      provenance: {
        version,
        gitCommit: context.gitCommit,
        gitDirty: context.gitDirty,
        suiteSha256: context.suiteSha256,
        dataSha256: prepared.dataSha256,
        ...hashes,
        changedLabels: prepared.images.changedLabels,
        ...(options.eager ? { eager: true } : {}),
        command: context.command,
      },
      environment: prepared.environment,
    },
  };
}
