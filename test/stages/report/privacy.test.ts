import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../../src/stages/document.js';
import { renderReport, renderSummary } from '../../../src/stages/report/index.js';
import { fixture } from './fixture.js';
import { all, nestingProblems, parse, textOf } from './parse.js';
import { withPrivacy } from './privacy-fixture.js';

const report = withPrivacy(fixture({ columns: 3 }));
const page = renderReport(report);
const root = parse(page);
const section = root.querySelector('#privacy')!;
const summary = root.querySelector('#trilemma')!;

describe('the page of a report with attacks', () => {
  it('fits the schema, nests properly, escapes names, and links only to what there is', () => {
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(nestingProblems(page)).toEqual([]);
    expect(page).not.toMatch(/<one>|<two>|<status>|<b>by/);
    const ids = all(root, '[id]').map((e) => e.getAttribute('id'));
    expect(new Set(ids).size).toBe(ids.length);
    for (const a of all(root, 'a[href]')) expect(ids).toContain(a.getAttribute('href')?.slice(1));
    expect(all(root, 'nav a').map(textOf)).toEqual(expect.arrayContaining(['In short', 'Privacy']));
  });

  it('shows three sides with their verdicts, and never rounds a figure up to its bar', () => {
    const sides = all(summary, '.side');
    expect(sides.map((s) => textOf(s.querySelector('.badge')))).toEqual([
      '✓ Passed',
      '✕ Failed',
      '? Could not be computed',
    ]);
    expect(textOf(sides[1]!.querySelector('.side-figure strong'))).toBe('0.8996');
    expect(textOf(sides[1]!)).toContain('Not reached: likeness.');
    expect(textOf(sides[2]!)).toContain('not measured');
    expect(sides.map((s) => all(s, 'svg').length)).toEqual([1, 1, 0]);
  });

  it('shows the five measures with target, figure, result and what they do not say', () => {
    const text = textOf(summary);
    expect(text).toContain('1 of 3 targets reached');
    for (const m of report.synthesizers[0]!.trilemma!.article) {
      for (const part of [m.title, m.target, m.note]) expect(text).toContain(part);
    }
    expect(text).toContain('✓ Reached');
    expect(text).toContain('✕ Not reached');
  });

  it('shows every attack with its figures, controls and source, and both control groups in words', () => {
    const text = textOf(section);
    expect(text).toContain('Attack <two>');
    expect(text).toContain('0.523 [0.513–0.533]');
    expect(text).toContain('0.497');
    expect(text).toContain('Somebody, 2020');
    expect(text).toContain('641 copies');
    expect(text).toContain('it stays below 0.516');
    expect(text).toContain('hiv <status>');
    expect(text).toContain('Found at 1 % false alarms');
    expect(all(section, 'figure svg').length).toBe(3 * report.synthesizers.length);
  });

  it('does not hide attacks that missed the planted copies, or that could not be tried', () => {
    const control = { copies: 641, caught: false, auc: 0.503, tpr: null, copy: 0.6 };
    const blind = textOf(
      parse(renderReport(withPrivacy(fixture({ columns: 3 }), { control }))).querySelector('#privacy'),
    );
    expect(blind).toContain('went unnoticed');
    const few = {
      ...report,
      synthesizers: report.synthesizers.map((s) => ({
        ...s,
        privacy: { status: 'not-computable' as const, reason: 'too few rows' },
      })),
    };
    expect(textOf(parse(renderReport(few)).querySelector('#privacy'))).toContain('Too few rows.');
    expect(renderSummary(few).join('\n')).toContain('could not be judged');
  });

  it('still draws reports from before the attacks', () => {
    const old = parse(renderReport(fixture({ columns: 3 })));
    expect(old.querySelector('#privacy')).toBeNull();
    expect(old.querySelector('#trilemma')).toBeNull();
    expect(textOf(old.querySelector('.facts'))).toContain('No attack on privacy was tried.');
  });

  it('tells the strongest attack on the terminal, within its 25 lines', () => {
    const lines = renderSummary(report);
    expect(lines.join('\n')).toContain('AUC 0.523 at most (0.5 = guessing; chance stays below 0.516)');
    expect(lines.length).toBeLessThanOrEqual(25);
    expect(Math.max(...lines.map((l) => l.length))).toBeLessThanOrEqual(100);
  });
});
