/** The epochs of one cell: steps, evaluation, selection, stopping and checkpoints, between its first weights and its last. */
import type { Batch } from '../data/batches.js';
import { Prefetch } from '../data/prefetch.js';
import type { HostTensor } from '../engine/program.js';
import type { CellChecks, CellResult, Evaluation } from '../results/result.js';
import type { Progress, RunOptions } from '../run/messages.js';
import { type Cell, isSharpness } from '../suite/cell.js';
import { moveAverage, shareAfterEpoch, shareAfterStep, useAverage } from './averaging.js';
import { batchSettings } from './batch-settings.js';
import { progressOf } from './cell-progress.js';
import { type Checkpoint, freshPosition, type Position, writeCheckpoint } from './checkpoint.js';
import { checkMeasures, checkRestored, checksOf } from './checks.js';
import { divergenceOf } from './divergence.js';
import { addStep, freshSums, historyRow } from './epoch-sums.js';
import { evaluate } from './evaluate.js';
import { type StatisticsWatch, watchStatistics } from './moving-statistics.js';
import type { PreparedCell } from './prepare.js';
import { rateFactor } from './rate.js';
import { reportStep, type StepReport } from './run-step.js';
import { choosingImages, isBest } from './selection.js';
import { stepsRun } from './spent.js';
import { afterEpoch } from './stopping.js';
import { violated } from './violation.js';
import { type FlatWeights, weightsOf, weightsSha256 } from './weights.js';

/** How the training tells its surroundings where it is, and is told to stop. */
export interface TrainHooks {
  onProgress(progress: Progress): void;
  /** Asked after every step; true ends the training at once with a checkpoint. */
  interrupted(): boolean;
}

/** A step that ran: its number over the whole cell, what it told, and at the first of an epoch the state before it. */
interface RanStep {
  number: number;
  report: StepReport;
  before: Record<string, HostTensor> | null;
}

/** The epochs of one cell under way. */
export class Training {
  readonly #cell: Cell;
  readonly #prepared: PreparedCell;
  readonly #options: RunOptions;
  readonly position: Position;
  readonly #statistics: StatisticsWatch;
  #best: FlatWeights | null;
  #lastCheckpoint = performance.now();
  #started = performance.now();
  /** Seconds that earlier, interrupted processes spent on this cell. */
  readonly earlierSeconds: number;
  finalEvaluationSeconds = 0;
  /** Why the cell diverged, and what to do. */
  divergence = '';

  constructor(cell: Cell, prepared: PreparedCell, options: RunOptions, checkpoint: Checkpoint | null) {
    this.#cell = cell;
    this.#prepared = prepared;
    this.#options = options;
    this.position = checkpoint?.position ?? freshPosition();
    this.#statistics = watchStatistics(prepared.step);
    this.earlierSeconds = this.position.otherSeconds;
    this.#best = checkpoint?.best ? weightsOf(checkpoint.best) : null;
    if (checkpoint) prepared.program.write(checkpoint.state);
  }

  /** Trains until the end, an interruption, early stopping or divergence. */
  async run(hooks: TrainHooks): Promise<'finished' | 'interrupted' | 'diverged'> {
    const { position } = this;
    const { settings } = this.#cell;
    const stepsPerEpoch = Math.floor(settings.data.train / settings.batch);
    const from = { epoch: position.epoch, batch: position.stepsDone };
    if (position.stopping.stopped || position.epoch > settings.epochs) return 'finished';
    const batches = new Prefetch(this.#prepared.images.train, {
      ...batchSettings(this.#cell),
      epochs: settings.epochs,
      from,
    });
    const waitedBefore = position.inputWaitSeconds;
    try {
      while (position.epoch <= settings.epochs && !position.stopping.stopped) {
        while (position.stepsDone < stepsPerEpoch) {
          const start = performance.now();
          const ran = this.#step(await batches.next(), stepsPerEpoch);
          position.inputWaitSeconds = waitedBefore + batches.waitMilliseconds / 1000;
          position.sums.trainSeconds += (performance.now() - start) / 1000;
          if (!this.#checkStep(ran)) return 'diverged';
          this.#report(hooks, stepsPerEpoch);
          await this.#breathe();
          if (hooks.interrupted()) {
            await this.#checkpoint();
            return 'interrupted';
          }
        }
        if (!this.#endEpoch(this.#rate(stepsPerEpoch, this.#stepNumber(stepsPerEpoch) - 1)))
          return 'diverged';
        this.#report(hooks, stepsPerEpoch);
      }
      this.#statistics.are(this.#prepared.program.read().statistics);
      return 'finished';
    } finally {
      await batches.close();
    }
  }

  /** Runs the next step and counts it. */
  #step(batch: Batch, stepsPerEpoch: number): RanStep {
    const { position } = this;
    const { program, step } = this.#prepared;
    const place = { seed: this.#cell.seed, step: this.#stepNumber(stepsPerEpoch) };
    const rate = this.#rate(stepsPerEpoch, place.step);
    const before = position.stepsDone === 0 ? program.read() : null;
    const report = reportStep(program, step, batch, rate, place);
    moveAverage(program, shareAfterStep(this.#cell.settings.average, place.step));
    addStep(position.sums, report.measures);
    position.stepsDone += 1;
    position.gradientEvaluations += step.countedEvaluations(step.kindOf(place.step));
    return { number: place.step, report, before };
  }

  /** Checks what a step told; false when its loss is not a number. */
  #checkStep({ number, report, before }: RanStep): boolean {
    const { checks, stepsDone, epoch } = this.position;
    const { loss } = report.measures;
    if (!Number.isFinite(loss)) {
      const when = `at step ${stepsDone} of epoch ${epoch}`;
      this.divergence = divergenceOf(`the training loss was ${loss} ${when}`);
      return false;
    }
    checkMeasures(checks, this.#prepared.step, number, report);
    if (before) checkRestored(checks, before.parameters, report);
    this.#statistics.ran(report);
    return true;
  }

  /** Chooses the weights, and reads the test images for the first time (but for a suite that selects on them). */
  final(): CellResult['final'] {
    const { program, images, step } = this.#prepared;
    const { settings } = this.#cell;
    const { position } = this;
    const last = position.history.length;
    const chosen = this.#best && position.best ? position.best.epoch : last;
    if (this.#best && chosen !== last) program.write({ ...this.#best });
    const start = performance.now();
    if (settings.average) {
      const over = { ...batchSettings(this.#cell), images: images.train, epoch: settings.epochs + 1 };
      useAverage(program, step, over);
    }
    const validation = images.validation ? evaluate(program, images.validation, step.groupSize) : null;
    const test = evaluate(program, images.test, step.groupSize);
    this.finalEvaluationSeconds = (performance.now() - start) / 1000;
    if (settings.select === 'test' && position.best && chosen === position.best.epoch) {
      if (test.accuracy !== position.best.accuracy)
        violated('the chosen weights do not repeat the accuracy that they were chosen for', {
          chosen: position.best.accuracy,
          repeated: test.accuracy,
        });
    }
    return {
      selectedEpoch: chosen,
      validation,
      test,
      weightsSha256: weightsSha256(weightsOf(program.read())),
    };
  }

  /** What the checks of all steps come to, the gradients taken against the plan among it. */
  checks(): CellChecks {
    const { position } = this;
    const steps = stepsRun(this.#cell, position);
    return checksOf(position.checks, this.#prepared.step, steps, position.gradientEvaluations);
  }

  #rate(stepsPerEpoch: number, step: number): number {
    const { settings } = this.#cell;
    const { optimizer } = settings;
    const base = isSharpness(optimizer) ? optimizer.base.learningRate : Number(optimizer.learningRate);
    const factor = rateFactor(settings.schedule, step, { stepsPerEpoch, epochs: settings.epochs });
    return base * factor * this.position.stopping.rateScale;
  }

  /** The number of the next step, counted from 0 over the whole cell. */
  #stepNumber(stepsPerEpoch: number): number {
    return (this.position.epoch - 1) * stepsPerEpoch + this.position.stepsDone;
  }

  /** Evaluates, records with the `rate` of the last step, remembers the best weights; false when a loss is not a number. */
  #endEpoch(rate: number): boolean {
    const { position } = this;
    const { settings } = this.#cell;
    const start = performance.now();
    moveAverage(this.#prepared.program, shareAfterEpoch(settings.average, position.epoch));
    const monitored = this.#monitor();
    const seconds = (performance.now() - start) / 1000;
    const epoch = position.epoch;
    position.history.push(historyRow(epoch, position.sums, monitored, rate, seconds));
    position.epoch += 1;
    position.stepsDone = 0;
    position.sums = freshSums();
    if (!monitored) return true;
    if (!Number.isFinite(monitored.loss)) {
      this.divergence = divergenceOf(`the loss after epoch ${epoch} was ${monitored.loss}`);
      return false;
    }
    position.stopping = afterEpoch(position.stopping, epoch, monitored.loss, settings.stop ?? {});
    if (isBest(settings, position, epoch, monitored)) {
      position.best = { epoch, ...monitored };
      this.#best = weightsOf(this.#prepared.program.read());
    }
    return true;
  }

  /** Loss and accuracy on the images that choose the weights. */
  #monitor(): Evaluation | null {
    const { program, images, step } = this.#prepared;
    const set = choosingImages(this.#cell.settings, images);
    return set ? evaluate(program, set, step.groupSize) : null;
  }

  #report(hooks: TrainHooks, stepsPerEpoch: number): void {
    hooks.onProgress(progressOf(this.position, this.#cell.settings.epochs, stepsPerEpoch));
  }

  /** Lets messages in, and writes a checkpoint when one is due. */
  async #breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const { checkpointSeconds } = this.#options;
    if (checkpointSeconds > 0 && performance.now() - this.#lastCheckpoint > checkpointSeconds * 1000) {
      await this.#checkpoint();
    }
  }

  async #checkpoint(): Promise<void> {
    const { checkpointBase } = this.#options;
    const best = this.#best as Record<string, HostTensor> | null;
    const spent = this.earlierSeconds + (performance.now() - this.#started) / 1000;
    const position = { ...this.position, otherSeconds: spent };
    const state = this.#prepared.program.read();
    this.#statistics.are(state.statistics);
    await writeCheckpoint(checkpointBase, this.#cell.id, { position, state, best });
    this.#lastCheckpoint = performance.now();
  }
}
