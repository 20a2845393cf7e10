/** From result files to the summary: the one place where a report's numbers are computed. */
import type { TimingResult } from '../../results/result.js';
import { tInterval } from '../../stats/t-interval.js';
import type { Cell, CellSettings } from '../../suite/cell.js';
import type { PublishedFigure } from '../../suite/published.js';
import { stepKind } from '../../suite/speed.js';
import type { MeasuredSteps } from '../../suite/wall-time.js';
import type { Choice, SettingSummary, Summary } from '../summary.js';
import { findAxes } from './axes.js';
import { bestSettings } from './best.js';
import { checkCells, findFrozen, findIdle, summarizeChecks } from './cell-checks.js';
import { chooseSettings } from './choose.js';
import { compareArms, pairSettings, type Question } from './comparisons.js';
import { checkCompute } from './compute.js';
import { summarizeCurve } from './curve.js';
import { describeOptimizer } from './describe-arm.js';
import { exclusionOf, majorityOf } from './exclude.js';
import { type Group, groupCells } from './group.js';
import { checkPairs } from './pairs.js';
import { summarizeEnvironments, summarizeProvenance } from './provenance.js';
import type { CellRecord } from './record.js';
import { countStatuses, summarizeSetting } from './setting.js';
import { correlateSharpness, summarizeSharpness } from './sharpness.js';
import { summarizeTiming } from './timing.js';
import { describeTwins, findTwins } from './twins.js';
import { type Evidence, verdictOf } from './verdict.js';

/** What the summary needs to know of a suite. */
export interface SuiteFacts {
  name: string;
  version: number;
  title: string;
  description?: string | null;
  provenance?: { cuts: readonly string[] } | null;
  published?: readonly PublishedFigure[];
  compute?: { equal: Summary['suite']['equal']; measured?: MeasuredSteps };
  tune?: { axes: readonly string[] } | null;
  compare: {
    baseline: string;
    candidate: string;
    /** Arms that the candidate is compared with besides. */
    controls?: readonly string[];
    /** Axes along which arms are compared like with like. */
    within?: readonly string[];
    metric?: 'accuracy' | 'loss';
    /** Whether a mean of accuracy may contain cells of several machines. */
    poolFingerprints?: boolean;
  };
}

/** The cells that a suite plans, and those that its rules leave out. */
export interface Plan {
  cells: readonly Cell[];
  skipped?: readonly { reason: string }[];
}

/** A task with more settings than this shows the curves of those alone that stand for their arms. */
const mostCurves = 4;
/** The most tasks whose curves are kept. */
const mostTasks = 12;

/**
 * The summary of a suite whose plan is `plan`, from the records of its results, in whatever order they come. Cells
 * without a record are missing; records that belong to no planned cell (of other settings or an older version) are left
 * out.
 */
export function summarizeCells(
  suite: SuiteFacts,
  { cells, skipped = [] }: Plan,
  records: Iterable<CellRecord>,
  timing: TimingResult | null,
): Summary {
  const planned = new Set(cells.map(({ id }) => id));
  const byCell = new Map<string, CellRecord>();
  for (const record of records) if (planned.has(record.cell)) byCell.set(record.cell, record);
  const axes = findAxes(cells, suite.compare.within);
  const majority = majorityOf(byCell.values());
  const pool = suite.compare.poolFingerprints === true;
  const groups = byTask(groupCells(cells, byCell, axes, (record) => exclusionOf(record, majority, pool)));
  const metric = suite.compare.metric ?? 'accuracy';
  const timed = timing && { timing, kinds: kindsOf(timing, cells) };
  const rows = groups.map((group) => summarizeSetting(group, timed, majority.fingerprint));
  const { baseline, candidate, controls = [] } = suite.compare;
  const question = { baseline, candidate, controls, metric };
  const choices = chooseSettings(rows, axes, metric);
  const settings = mark(rows, choices, question);
  const inOrder = cells.flatMap(({ id }) => byCell.get(id) ?? []);
  const base: Evidence = {
    suite: {
      name: suite.name,
      title: suite.title,
      version: suite.version,
      description: suite.description ?? null,
      cuts: [...(suite.provenance?.cuts ?? [])],
      ...(suite.published && suite.published.length > 0 && { published: [...suite.published] }),
      baseline,
      candidate,
      metric,
      equal: suite.compute?.equal ?? 'none',
      tuned: [...(suite.tune?.axes ?? [])],
      within: [...(suite.compare.within ?? [])],
    },
    contexts: contextsOf(settings, axes),
    counts: countStatuses(groups),
    settings,
    choices,
    comparisons: compareArms(settings, choices, question),
    compute: checkCompute(settings, suite.compute?.equal ?? 'none', suite.compute?.measured),
    checks: [...checkPairs(groups), ...checkCells(groups)],
  };
  const twins = findTwins(settings);
  return {
    schema: 1,
    ...base,
    verdict: verdictOf(base),
    axes: axes.map(({ name, role }) => ({ name, role })),
    arms: describeArms(cells),
    skipped: tallySkipped(skipped),
    curves: drawnGroups(groups, settings, suite.compare.baseline).flatMap(
      (group) => summarizeCurve(group, majority.fingerprint) ?? [],
    ),
    timing: summarizeTiming(timing, suite.compare.baseline),
    diagnostics: summarizeChecks(groups),
    twins,
    findings: [
      ...twins.map((found) => describeTwins(found, settings)),
      ...findIdle(groups),
      ...findFrozen(groups),
    ],
    sharpness: summarizeSharpness(groups),
    sharpnessTau: correlateSharpness(groups),
    environments: summarizeEnvironments(inOrder),
    provenance: summarizeProvenance(inOrder),
  };
}

/** The kind of step that was timed of each arm, where the timed cell is one of `cells`. */
function kindsOf(timing: TimingResult, cells: readonly Cell[]): Map<string, string> {
  const byId = new Map(cells.map((cell) => [cell.id, cell.settings]));
  return new Map(
    timing.arms.flatMap(({ arm, cell }) => {
      const settings = byId.get(cell);
      return settings ? [[arm, stepKind(settings)] as const] : [];
    }),
  );
}

/** The groups with those of one task together, tasks and settings in the order of the plan. */
function byTask(groups: readonly Group[]): Group[] {
  const tasks = [...new Set(groups.map(({ context }) => context))];
  return tasks.flatMap((task) => groups.filter(({ context }) => context === task));
}

function mark(
  rows: readonly SettingSummary[],
  choices: readonly Choice[],
  { baseline, metric }: Question,
): SettingSummary[] {
  const chosen = new Set(choices.map(({ setting }) => setting));
  const best = bestSettings(
    rows.filter(({ id }) => chosen.has(id)),
    metric,
  );
  const bases = new Map(
    rows.filter(({ id, arm }) => arm === baseline && chosen.has(id)).map((row) => [row.context, row]),
  );
  return rows.map((row) => {
    const base = bases.get(row.context);
    const pairs = base && base.id !== row.id ? pairSettings(row, base, metric) : null;
    return {
      ...row,
      chosen: chosen.has(row.id),
      best: best.has(row.id),
      difference: pairs && tInterval(pairs.map(({ difference }) => difference)),
    };
  });
}

function contextsOf(
  settings: readonly SettingSummary[],
  axes: ReturnType<typeof findAxes>,
): Summary['contexts'] {
  const names = axes.filter(({ role }) => role === 'context').map(({ name }) => name);
  const contexts = new Map<string, Summary['contexts'][number]>();
  for (const { context, axes: values } of settings) {
    if (contexts.has(context)) continue;
    contexts.set(context, {
      id: context,
      axes: Object.fromEntries(names.map((name) => [name, values[name] ?? null])),
    });
  }
  return [...contexts.values()];
}

function describeArms(cells: readonly Cell[]): Summary['arms'] {
  const arms = new Map<string, Set<CellSettings>>();
  for (const { arm, settings } of cells) arms.set(arm, (arms.get(arm) ?? new Set()).add(settings));
  return [...arms].map(([name, all]) => {
    const own = [...all].map((settings) => ({ arm: name, settings }));
    const varied = new Set(findAxes(own).map((axis) => axis.name));
    const first = own[0]?.settings.optimizer;
    return { name, optimizer: first ? describeOptimizer(first, varied) : name };
  });
}

function tallySkipped(skipped: readonly { reason: string }[]): Summary['skipped'] {
  const reasons = new Map<string, number>();
  for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return [...reasons].map(([reason, cells]) => ({ reason, cells }));
}

/** All settings of a task where they are few; else those that stand for their arms and the baseline's other budgets. */
function drawnGroups(
  groups: readonly Group[],
  settings: readonly SettingSummary[],
  baseline: string,
): Group[] {
  const drawn = new Set<string>();
  const tasks = [...new Set(settings.map(({ context }) => context))].slice(0, mostTasks);
  for (const task of tasks) {
    const here = settings.filter(({ context }) => context === task);
    const base = here.find(({ arm, chosen }) => arm === baseline && chosen);
    const axes = JSON.stringify(base?.axes);
    for (const setting of here) {
      const isBudget = setting.arm === baseline && JSON.stringify(setting.axes) === axes;
      if (here.length <= mostCurves || setting.chosen || isBudget) drawn.add(setting.id);
    }
  }
  return groups.filter(({ id }) => drawn.has(id));
}
