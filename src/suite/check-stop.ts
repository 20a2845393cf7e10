/** What the schema cannot say of an arm's end: that selection, callbacks and average leave no doubt which weights are tested. */
import type { Problem } from './problem.js';
import type { Arm, Suite } from './suite.js';

/** An average is tested at the end of all epochs, so nothing may choose other weights or end the cell before. */
export function checkAverage({ average, select, stop, epochs, optimizer }: Arm, path: string): Problem[] {
  if (average === null) return [];
  const shortest = Math.min(...epochs);
  if (select !== 'last') {
    const problem = `is tested as it is at the end, but the weights of the arm are selected by ${select}`;
    return [{ path, problem, value: average, fix: 'Give the arm select "last".' }];
  }
  if (optimizer.axes.some(({ name, values }) => name === 'bn' && values.includes('moving'))) {
    const problem =
      'measures the statistics of batch norm anew, but with bn "moving" the arm trains on those that never move';
    return [{ path, problem, value: average, fix: 'Leave the average out, or set bn to "batch".' }];
  }
  if (stop?.earlyStopping) {
    const problem = 'is one over all epochs, but the arm may stop early';
    return [{ path, problem, value: average, fix: 'Give the arm a `stop` without earlyStopping.' }];
  }
  if (average.name === 'swa' && average.fromEpoch > shortest) {
    const problem = `begins after the ${shortest} epochs of the shortest cell`;
    const fix = `Give at most ${shortest}.`;
    return [{ path: `${path}.fromEpoch`, problem, value: average.fromEpoch, fix }];
  }
  return [];
}

/** Selection on validation images needs some. */
export function checkSelection({ data }: Suite, { select }: Arm, path: string): Problem[] {
  if (select !== 'validation' || data.validation > 0) return [];
  const problem = 'chooses on validation images, of which data.validation says there are none';
  return [{ path, problem, value: select, fix: 'Give data.validation some images, or select "last".' }];
}

/** The callbacks of an arm: that it may end early, that there is a loss to watch, and that its weights are chosen in one way. */
export function checkStop(
  { compute, data }: Suite,
  { stop, schedule, select }: Arm,
  path: string,
): Problem[] {
  const problems: Problem[] = [];
  if (stop?.earlyStopping && compute.equal !== 'cap' && compute.equal !== 'none') {
    problems.push({
      path: `${path}.earlyStopping`,
      problem: `would end cells before they have used the compute that compute.equal "${compute.equal}" promises`,
      value: stop.earlyStopping,
      fix: 'Leave it out, or set compute.equal to "cap" or "none".',
    });
  }
  if (stop?.earlyStopping?.restoreBest && select === 'last') {
    problems.push({
      path: `${path}.earlyStopping.restoreBest`,
      problem: 'brings back the weights of the lowest loss, but select "last" tests the last ones',
      value: true,
      fix: 'Set it to false, or select to "validation".',
    });
  }
  if (data.validation === 0 && (stop !== null || schedule.name === 'plateau')) {
    problems.push({
      path: stop === null ? 'schedule.name' : path,
      problem: 'watches the validation loss, but data.validation is 0',
      value: stop ?? schedule.name,
      fix: 'Give data.validation some images, or leave this out.',
    });
  }
  return problems;
}
