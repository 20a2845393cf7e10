/** The page: what the summary holds, as words, tables and charts in one file. */
import type { Figures } from '../charts/all.js';
import { whole } from '../number.js';
import type { Summary } from '../summary.js';
import type { Tables } from '../tables/all.js';
import { ownScript, render } from '../template.js';
import { environmentView, provenanceView, reproduceView } from './provenance-view.js';
import { figureView, tableView } from './table-view.js';

/** The whole page as HTML. It asks for nothing from outside and is complete without its script. */
export function page(summary: Summary, tables: Tables, figures: Figures): string {
  const { suite, verdict, findings, checks, counts } = summary;
  const view = {
    ...ownScript(),
    title: suite.title,
    kicker: `sambench · ${suite.name}`,
    verdict: verdict.sentence,
    tone: verdict.outcome === 'better' || verdict.outcome === 'worse' ? 'settled' : 'open',
    limits: verdict.limits,
    findings,
    status: statusOf(summary),
    description: suite.description ?? '',
    cuts: suite.cuts,
    arms: summary.arms,
    results: tables.results && tableView(tables.results),
    published: tables.published && tableView(tables.published),
    choices: tables.choices && tableView(tables.choices),
    compute: tables.compute && tableView(tables.compute),
    curves: figures.curves.map(figureView),
    seeds: figures.seeds.map(figureView),
    comparisons: tables.comparisons && tableView(tables.comparisons),
    sweeps: figures.sweeps.map(figureView),
    steps: figures.steps.map(figureView),
    diagnosis: counts.finished > 0 && (figures.diagnostics.length > 0 || checks.length > 0),
    perturbations: tables.diagnostics && tableView(tables.diagnostics),
    diagnostics: figures.diagnostics.map(figureView),
    checks: checks.map(({ name, passed, detail }) => ({ name, detail, state: stateOf(passed) })),
    sharpness: tables.sharpness && tableView(tables.sharpness),
    layouts: tables.layouts.map(tableView),
    lost: tables.lost && tableView(tables.lost),
    environments: environmentView(summary),
    provenance: provenanceView(summary),
    reproduce: reproduceView(summary),
  };
  return render('page', { ...view, sections: sectionsOf(view) });
}

const sections = [
  ['results', 'results-section', 'Results'],
  ['compute', 'compute-section', 'Compute'],
  ['curves', 'curves-section', 'Learning curves'],
  ['seeds', 'seeds-section', 'Seeds'],
  ['sweeps', 'sweeps-section', 'Sweeps'],
  ['steps', 'steps-section', 'Step times'],
  ['diagnosis', 'diagnostics-section', 'Diagnostics'],
  ['sharpness', 'sharpness-section', 'Sharpness'],
  ['layouts', 'layouts-section', 'Paper layouts'],
  ['lost', 'lost-section', 'Failures'],
  ['provenance', 'environment-section', 'Environment'],
  ['provenance', 'reading-section', 'How to read'],
] as const;

function sectionsOf(view: Readonly<Record<string, unknown>>): { id: string; title: string }[] {
  return sections.flatMap(([key, id, title]) => {
    const value = view[key];
    return Array.isArray(value) ? (value.length > 0 ? [{ id, title }] : []) : value ? [{ id, title }] : [];
  });
}

/** How many cells there are and how they ended. */
function statusOf({ counts }: Summary): string {
  const { planned, finished, excluded } = counts;
  const parts = (['diverged', 'failed', 'timeout', 'missing'] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `${whole(counts[status])} ${status === 'timeout' ? 'out of time' : status}`);
  if (excluded > 0) parts.push(`${whole(excluded)} finished but excluded`);
  if (planned === 0) return 'The suite plans no cells.';
  if (finished === planned && parts.length === 0) {
    return planned === 1 ? 'Its one cell has finished.' : `All ${whole(planned)} cells have finished.`;
  }
  return `${whole(finished)} of ${whole(planned)} cells have finished: ${parts.join(', ')}.`;
}

function stateOf(passed: boolean | null): string {
  return passed === null ? 'Not known:' : passed ? 'Held:' : 'Broken:';
}
