import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/stages/document.js';
import { renderSummary } from '../../../src/stages/report/index.js';
import { usabilityBadges } from '../../../src/stages/report/words.js';
import { fixture } from './fixture.js';

/** A report as long as they come: many tasks and synthesizers, long texts, a defect. */
function longest(): Report {
  const base = fixture({ columns: 2, usability: 'not-usable' });
  const words = 'an uncommonly long sentence that goes on and on '.repeat(12);
  const many = <T>(list: readonly T[]): T[] => Array.from({ length: 30 }, (_, i) => list[i % list.length]!);
  return {
    ...base,
    meta: { ...base.meta, title: words },
    verdict: {
      ...base.verdict,
      headline: words,
      tasks: many(base.verdict.tasks).map((t) => ({ ...t, title: words })),
    },
    comparison: many(base.comparison),
    findings: many(base.findings).map((f) => ({ ...f, message: words })),
  };
}

describe('renderSummary', () => {
  it.each([
    ['usual', fixture({ columns: 2 })],
    ['tiny', fixture({ columns: 2, tiny: true, usability: 'not-usable' })],
    ['longest', longest()],
  ])('fits 25 lines of 100 characters (%s)', (_, report) => {
    const lines = renderSummary(report);
    expect(lines.length).toBeLessThanOrEqual(25);
    expect(Math.max(...lines.map((l) => l.length))).toBeLessThanOrEqual(100);
  });

  it('says the same as the document: verdict, headline, tasks, privacy', () => {
    const report = fixture({ columns: 2 });
    const text = renderSummary(report).join('\n');
    expect(text.replace(/\s+/g, ' ')).toContain(
      `${usabilityBadges[report.verdict.usability].word} ${report.verdict.headline}`,
    );
    for (const task of report.verdict.tasks) {
      const line = renderSummary(report).find((l) => l.includes(task.title.slice(0, 40)));
      expect(line).toContain(usabilityBadges[task.usability].word);
    }
    expect(text).toContain('0.9398 [0.92–0.96]');
    expect(text).toContain('not differentially private');
    expect(text).toContain('Gaussian copula: not usable');
  });

  it('names defects and the reference hospital', () => {
    const text = renderSummary(
      fixture({ columns: 2, usability: 'not-usable', dataKind: 'reference-hospital' }),
    ).join('\n');
    expect(text).toContain('Do not trust these figures');
    expect(text).toContain('not real patients');
  });

  it('colours only when asked, and lets no escape of a name through', () => {
    const base = fixture({ columns: 2 });
    const report: Report = { ...base, meta: { ...base.meta, title: 'a\u001B[31mred\nname' } };
    expect(renderSummary(report).join('')).not.toContain('\u001B');
    expect(renderSummary(report)[0]).toContain('a [31mred name');
    const coloured = renderSummary(base, { colour: true });
    expect(coloured.join('')).toContain('\u001B[33m');
    expect(coloured.map((l) => l.replace(/\u001B\[\d+m/g, ''))).toEqual(renderSummary(base));
  });
});
