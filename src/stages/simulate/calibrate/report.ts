import type { Difference } from './compare.js';
import { mainFigures, tolerance } from './compare.js';
import type { AdmissionStatistics, Figure } from './types.js';
import { figureGroups } from './types.js';

const groupTitles: Readonly<Record<Figure['group'], string>> = {
  people: 'People',
  stay: 'Stays',
  mortality: 'Death in hospital',
  diagnosis: 'First diagnoses (ICD-10-CM categories)',
  measurement: 'Measurements of the first 24 hours',
};

export interface Comparison {
  readonly real: AdmissionStatistics;
  readonly simulated: AdmissionStatistics;
  readonly differences: readonly Difference[];
}

/** The comparison as Markdown: one table a group, and what is not given. */
export function comparisonMarkdown({ real, simulated, differences }: Comparison): string {
  const lines = [
    `# Admissions: simulated beside ${real.store.title}`,
    '',
    `${describe('Real', real)} ${describe('Simulated', simulated)}`,
    '',
    summary(differences),
  ];
  for (const group of figureGroups) {
    const rows = differences.filter((one) => one.group === group);
    const shown = rows.filter(({ real: r, simulated: s }) => r.value !== null || s.value !== null);
    if (shown.length === 0) continue;
    lines.push(
      '',
      `## ${groupTitles[group]}`,
      '',
      '| figure | real | simulated | difference |',
      '| --- | ---: | ---: | ---: |',
    );
    for (const row of shown)
      lines.push(
        `| ${row.title} | ${cell(row.real)} | ${cell(row.simulated)} | ${relativeText(row.relative)} |`,
      );
  }
  lines.push(
    '',
    '## Not given',
    '',
    ...absences(
      'The real store',
      differences.map((d) => d.real),
    ),
  );
  lines.push(
    ...absences(
      'The simulated store',
      differences.map((d) => d.simulated),
    ),
  );
  return `${lines.join('\n')}\n`;
}

function describe(
  what: string,
  { store, selection, stays, subjects, unmeasured }: AdmissionStatistics,
): string {
  const unit = selection.unit === 'icu' ? 'stays in intensive care' : 'admissions';
  const least = selection.leastHours > 0 ? ` of at least ${selection.leastHours} hours` : '';
  const part = selection.part ? ', train part only' : '';
  return `${what}: ${stays} ${unit}${least} of ${subjects} patients aged ${selection.leastAge} and older (${store.title}${part}; ${unmeasured} without measurements in the first day left out).`;
}

/** How many of the main figures match. */
export function summary(differences: readonly Difference[]): string {
  const main = mainFigures(differences);
  const near = main.filter(({ relative }) => Math.abs(relative!) <= tolerance);
  return `${near.length} of ${main.length} main figures lie within ${Math.round(tolerance * 100)} % of the real ones.`;
}

/** A figure for people: shares in percent, medians with quartiles. */
function cell({ value, quartiles, unit }: Figure): string {
  if (value === null) return '–';
  if (unit === '1') return `${(100 * value).toPrecision(3)} %`;
  const text = (x: number): string => (Math.abs(x) >= 1000 ? x.toFixed(0) : String(Number(x.toPrecision(3))));
  const span = quartiles === null ? '' : ` (${text(quartiles[0])}–${text(quartiles[1])})`;
  return `${text(value)}${span}${unit === '{score}' || unit === '[pH]' || unit === '{INR}' ? '' : ` ${unit}`}`;
}

function relativeText(relative: number | null): string {
  if (relative === null) return '–';
  const percent = Math.round(100 * relative);
  const text = `${percent > 0 ? '+' : percent < 0 ? '−' : ''}${Math.abs(percent)} %`;
  return Math.abs(relative) > tolerance ? `**${text}**` : text;
}

function absences(what: string, figures: readonly Figure[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { why, title } of figures) {
    if (why === null) continue;
    byReason.set(why, [...(byReason.get(why) ?? []), title]);
  }
  return [...byReason].map(([why, titles]) => `- ${what}: ${[...new Set(titles)].join(', ')}: ${why}.`);
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The same as a page that stands alone. */
export function comparisonHtml(comparison: Comparison): string {
  const body = comparisonMarkdown(comparison)
    .trimEnd()
    .split('\n')
    .map(htmlLine)
    .join('\n')
    .replaceAll('</table>\n<table>\n', '')
    .replaceAll('</ul>\n<ul>\n', '');
  const title = escape(`Admissions: simulated beside ${comparison.real.store.title}`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<style>body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%}td{border-bottom:1px solid #ddd;padding:.2rem .5rem;text-align:right}
td:first-child{text-align:left}strong{color:#b03a2e}</style></head>
<body>
${body}
</body></html>
`;
}

function htmlLine(line: string): string {
  const strong = (text: string): string => escape(text).replace(/\*\*(.+?)\*\*/gu, '<strong>$1</strong>');
  if (line.startsWith('## ')) return `<h2>${strong(line.slice(3))}</h2>`;
  if (line.startsWith('# ')) return `<h1>${strong(line.slice(2))}</h1>`;
  if (line.startsWith('- ')) return `<ul>\n<li>${strong(line.slice(2))}</li>\n</ul>`;
  if (line.startsWith('| ---')) return '';
  if (line.startsWith('| ')) {
    const cells = line.slice(2, -2).split(' | ');
    return `<table>\n<tr>${cells.map((text) => `<td>${strong(text)}</td>`).join('')}</tr>\n</table>`;
  }
  return line === '' ? '' : `<p>${strong(line)}</p>`;
}
