// Speaks the protocol of a training process without training: the cell's arm says how it behaves.
import { appendFileSync } from 'node:fs';

const log = process.env.FAKE_CHILD_LOG;
const note = (text) => log && appendFileSync(log, `${text}\n`);
const say = (message) => new Promise((resolve) => process.send(message, resolve));

process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));
process.on('message', async (message) => {
  if (message.type === 'interrupt') {
    note('interrupt');
    if (behaviour !== 'deaf') {
      await say({ type: 'interrupted' });
      process.exit(0);
    }
    return;
  }
  if (message.type === 'time') {
    if (message.suite === 'broken') process.exit(7);
    await say({ type: 'timed', timing: timing(message), peakRssBytes: 1e9 });
    process.exit(0);
  }
  const { cell } = message;
  behaviour = cell.arm;
  note(`start ${cell.id} ${process.pid}`);
  const at = { epoch: 1, epochs: 2, step: 4, steps: 8, trainLoss: 1.25, valAccuracy: null };
  await say({ type: 'progress', progress: at });
  if (behaviour === 'crashes') {
    console.error('something broke here');
    process.exit(3);
  }
  if (behaviour === 'is-killed') process.kill(process.pid, 'SIGKILL');
  if (behaviour === 'hangs' || behaviour === 'deaf') return setInterval(() => {}, 1000);
  if (behaviour === 'reports') await say({ type: 'error', code: 'cell-failed', message: 'No such layer.' });
  if (behaviour === 'no-data')
    await say({
      type: 'error',
      code: 'data-missing',
      message: 'cifar10 is missing. Run sambench data cifar10.',
    });
  // As a name says: `begins-2.5` tells that loss of its first batch, `lags-2.5` tells it late.
  if (behaviour === 'slow' || behaviour.startsWith('lags-'))
    await new Promise((resolve) => setTimeout(resolve, 300));
  if (behaviour !== 'reports' && behaviour !== 'no-data') {
    await say({ type: 'finished', result: finished(cell, message) });
  }
  note(`end ${cell.id}`);
  process.exit(0);
});
let behaviour = '';

const environment = {
  node: process.versions.node,
  tensorflow: 'none',
  tfjs: 'none',
  os: 'test',
  cpu: 'test',
  cores: 1,
  threads: 1,
  gpu: null,
  oneDnn: false,
  fingerprint: 'test',
};

function timing({ suite, cells, timing }) {
  const numbers = { medianMilliseconds: 2, meanMilliseconds: 2, sdMilliseconds: 1, imagesPerSecond: 16 };
  const arms = cells.map((cell) => ({
    arm: cell.arm,
    cell: cell.id,
    samplesMilliseconds: [1, 2, 3],
    ...numbers,
  }));
  return { schema: 1, suite, ...timing, batch: cells[0].settings.batch, arms, environment };
}

function checksOf({ arm }) {
  const firstBatchLoss = /^(begins|lags)-(.*)$/.exec(arm)?.[2];
  if (firstBatchLoss === undefined) return {};
  const none = { perturbationNorm: null, appliedNorm: null, ascentShare: null, meanCosine: null };
  return {
    checks: {
      ...none,
      gradientEvaluations: { planned: 8, counted: 8 },
      weightsRestored: true,
      statisticsMoves: 1,
      firstBatchLoss: Number(firstBatchLoss),
    },
  };
}

function finished(cell, { context, options }) {
  const accuracy = cell.arm === 'says-nonsense' ? 40 : 0.5;
  return {
    schema: 1,
    suite: cell.suite,
    cell: cell.id,
    arm: cell.arm,
    seed: cell.seed,
    settings: cell.settings,
    status: 'finished',
    error: null,
    budget: cell.budget,
    history: [],
    final: {
      selectedEpoch: 1,
      validation: null,
      test: { loss: 1, accuracy },
      weightsSha256: 'ab',
    },
    sharpness: {},
    ...checksOf(cell),
    time: {
      trainSeconds: 1,
      evaluationSeconds: 0,
      otherSeconds: 0,
      inputWaitSeconds: 0,
      contended: options.contended,
    },
    memory: { peakRssBytes: 1 },
    provenance: {
      version: '0.1.0',
      gitCommit: context.gitCommit,
      gitDirty: context.gitDirty,
      suiteSha256: context.suiteSha256,
      dataSha256: '',
      initSha256: null,
      firstBatchSha256: null,
      command: context.command,
    },
    environment,
  };
}
