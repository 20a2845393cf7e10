/** The equal-compute claim, checked against what ran and not only against the plan. */
import { describeChoices, type MeasuredSteps } from '../../suite/wall-time.js';
import { duration, whole } from '../number.js';
import type { SettingSummary, Summary } from '../summary.js';

type Rule = Summary['suite']['equal'];

const nameOf: Record<Rule, string> = {
  gradientEvaluations: 'gradient evaluations',
  epochs: 'epochs',
  wallTime: 'wall time',
  cap: 'gradient evaluations at most',
  none: 'nothing',
};

/**
 * Checks that the largest budgets of all arms are equal, task by task, in what `rule` names. `equal` is null where nothing
 * is claimed.
 * `measured` is what equal wall time was chosen from.
 */
export function checkCompute(
  settings: readonly SettingSummary[],
  rule: Rule,
  measured?: MeasuredSteps,
): Summary['compute'] {
  const name = nameOf[rule];
  if (rule === 'none') {
    return {
      rule: name,
      equal: null,
      sentence: 'The suite claims no equal compute; compare the budgets below.',
    };
  }
  if (rule === 'wallTime') return checkWallTime(settings, measured);
  const quantity = rule === 'epochs' ? 'epochs' : 'gradientEvaluations';
  const tasks = [...new Set(settings.map(({ context }) => context))];
  const largest = tasks.flatMap((task) =>
    largestOf(
      settings.filter(({ context }) => context === task),
      quantity,
    ),
  );
  const short = largest.filter(({ planned, most }) => !close(planned, most));
  const strayed = largest.filter(({ planned, ran }) => ran !== null && !close(ran, planned));
  const amounts = [...new Set(largest.map(({ most }) => most))].sort((a, b) => a - b);
  const amount = amounts.map(plain).join(' or ') + (amounts.length > 1 ? ' (by task)' : '');
  if (short.length > 0) {
    const list = short.map(({ arm, planned }) => `${arm} has ${plain(planned)}`).join(', ');
    return {
      rule: name,
      equal: false,
      sentence: `Budgets are not equal: up to ${amount} ${name}, but ${list}.`,
    };
  }
  if (rule === 'cap') {
    const list = strayed.map(({ arm, ran }) => `${arm} used ${plain(ran ?? 0)}`).join(', ');
    const tail = list ? ` Stopped early: ${list}.` : '';
    return {
      rule: name,
      equal: true,
      sentence: `Every arm was allowed the same ${amount} gradient evaluations.${tail}`,
    };
  }
  if (strayed.length > 0) {
    const list = strayed.map(({ arm, ran }) => `${arm} used ${plain(ran ?? 0)}`).join(', ');
    return { rule: name, equal: false, sentence: `Every arm was given ${amount} ${name}, but ${list}.` };
  }
  if (largest.every(({ ran }) => ran === null)) {
    return {
      rule: name,
      equal: null,
      sentence: `The plan gives every arm the same ${amount} ${name}; no cell has run that could confirm it.`,
    };
  }
  return {
    rule: name,
    equal: true,
    sentence: `Checked: the largest budget of every arm is the same ${amount} ${name}, in the plan and in what ran.`,
  };
}

/** The largest budget of each arm in one task, as planned and as it ran, and the most that an arm has there. */
function largestOf(settings: readonly SettingSummary[], quantity: 'epochs' | 'gradientEvaluations') {
  const arms = [...new Set(settings.map(({ arm }) => arm))];
  const most = Math.max(...settings.map((setting) => setting[quantity]));
  return arms.map((arm) => {
    const own = settings.filter((setting) => setting.arm === arm);
    const planned = Math.max(...own.map((setting) => setting[quantity]));
    const ran = own.flatMap(({ spent }) => (spent ? [spent[quantity]] : []));
    return { arm, planned, ran: ran.length === 0 ? null : Math.max(...ran), most };
  });
}

/**
 * Equal wall time holds by the choice of epochs, to within one epoch; what can fail is that cells did not run them. The
 * time that cells took is told beside it, since it depends on what else the machine did.
 */
function checkWallTime(
  settings: readonly SettingSummary[],
  measured: MeasuredSteps | undefined,
): Summary['compute'] {
  const name = nameOf.wallTime;
  if (measured === undefined) {
    return { rule: name, equal: null, sentence: 'The step times that choose the epochs are not known.' };
  }
  const chosen = describeChoices(measured);
  const largest = [...new Set(settings.map(({ arm }) => arm))].flatMap((arm) => {
    const own = settings.filter((setting) => setting.arm === arm);
    const most = Math.max(...own.map(({ epochs }) => epochs));
    return own.filter(({ epochs }) => epochs === most);
  });
  const strayed = largest.filter(({ epochs, spent }) => spent !== null && spent.epochs !== epochs);
  if (strayed.length > 0) {
    const list = strayed.map(({ label, spent }) => `${label} ran ${plain(spent?.epochs ?? 0)}`).join(', ');
    return { rule: name, equal: false, sentence: `${chosen} But ${list}.` };
  }
  if (largest.every(({ spent }) => spent === null)) {
    return { rule: name, equal: null, sentence: `${chosen} No cell has run that could confirm it.` };
  }
  const took = largest.flatMap(({ trainSeconds }) => (trainSeconds === null ? [] : [trainSeconds]));
  const range = `${duration(Math.min(...took))} to ${duration(Math.max(...took))}`;
  const tail = took.length === 0 ? '' : ` In the cells, training at the largest budgets took ${range}.`;
  return { rule: name, equal: true, sentence: `${chosen}${tail}` };
}

// Ascending in every k-th step rounds up by one evaluation.
function close(left: number, right: number): boolean {
  return Math.abs(left - right) <= Math.max(1, 0.001 * right);
}

function plain(value: number): string {
  return whole(value);
}
