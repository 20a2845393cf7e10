/** The report as Markdown: verdict, findings, limits and all tables, for pull requests and notes. */
import { environmentView, provenanceView } from './page/provenance-view.js';
import type { Summary } from './summary.js';
import { bullets, escapeMarkdown, markdownParagraph, markdownTable } from './tables/markdown.js';
import type { Table } from './tables/table.js';

/** The whole report as one Markdown text. */
export function markdownReport(summary: Summary, tables: readonly Table[]): string {
  const { suite, verdict, findings } = summary;
  const facts = [...environmentView(summary), provenanceView(summary)]
    .flat()
    .map(({ name, value }) => `${name}: ${value}`);
  const parts = [
    `# ${escapeMarkdown(suite.title)}`,
    markdownParagraph(verdict.sentence),
    findings.length > 0 ? `Findings:\n\n${bullets(findings)}` : '',
    verdict.limits.length > 0 ? `What this cannot say:\n\n${bullets(verdict.limits)}` : '',
    ...tables.map(markdownTable),
    `## Environment\n\n${bullets(facts)}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
