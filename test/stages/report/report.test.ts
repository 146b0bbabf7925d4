import { beforeAll, describe, expect, it } from 'vitest';
import { reportSchema, type Report } from '../../../src/stages/document.js';
import { renderReport } from '../../../src/stages/report/index.js';
import { usabilityBadges } from '../../../src/stages/report/words.js';
import { columnName, fixture } from './fixture.js';
import { all, nestingProblems, parse, textOf, type Element } from './parse.js';

const small = fixture({ columns: 2 });
let report: Report;
let page: string;
let root: Element;
beforeAll(() => {
  report = fixture();
  page = renderReport(report);
  root = parse(page);
});

describe('renderReport', () => {
  it('nests its elements properly (and the check notices when it does not)', () => {
    expect(nestingProblems(page)).toEqual([]);
    expect(nestingProblems('<div><p></div>')).not.toEqual([]);
    expect(page.startsWith('<!doctype html>')).toBe(true);
  });

  it('loads nothing: no address, no source, no import, and a policy that forbids it', () => {
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org\/)/);
    expect(page).not.toMatch(/\s(src|srcset|poster|data)=|@import|url\(/i);
    expect(all(root, 'link, img, iframe, object, embed')).toEqual([]);
    expect(all(root, '[href]').every((a) => a.getAttribute('href')?.startsWith('#'))).toBe(true);
    expect(page).toContain(`default-src 'none'`);
  });

  it('has every anchor that it links to, and no identifier twice', () => {
    const ids = all(root, '[id]').map((e) => e.getAttribute('id'));
    expect(new Set(ids).size).toBe(ids.length);
    for (const a of all(root, 'a[href]')) expect(ids).toContain(a.getAttribute('href')?.slice(1));
  });

  it('gives equal bytes for equal documents, in any order of calls', () => {
    renderReport(fixture({ columns: 3, synthesizers: ['copula'] }));
    expect(renderReport(fixture())).toBe(page);
  });

  it('answers on the first screen: verdict, headline, and each task with its verdict and reason', () => {
    const answer = root.querySelector('#answer')!;
    const { usability, headline, tasks } = report.verdict;
    expect(textOf(answer.querySelector('.headline'))).toContain(usabilityBadges[usability].word);
    expect(textOf(answer.querySelector('.because'))).toBe(headline);
    const items = all(answer, 'li.task');
    expect(items).toHaveLength(tasks.length);
    items.forEach((item, i) => {
      const task = tasks[i]!;
      expect(textOf(item.querySelector('h4'))).toBe(task.title);
      expect(textOf(item.querySelector('.badge'))).toBe(
        `${usabilityBadges[task.usability].sign} ${usabilityBadges[task.usability].word}`,
      );
      expect(textOf(item)).toContain(task.reason);
    });
  });

  it.each(['usable', 'with-care', 'not-usable', 'unknown'] as const)(
    'says %s when the document does',
    (usability) => {
      const changed = parse(
        renderReport({ ...small, verdict: { ...small.verdict, usability, headline: 'Because.' } }),
      );
      const { word, sign, tone } = usabilityBadges[usability];
      expect(textOf(changed.querySelector('.headline'))).toBe(`${sign} ${word}`);
      expect(changed.querySelector('.verdict')?.getAttribute('class')).toContain(tone);
    },
  );

  it('shows every task, computed or not, with its reason where it is not', () => {
    const headings = all(root, '#utility h3').map(textOf);
    expect(headings).toEqual(report.reference.map((t) => t.title));
    for (const task of report.reference) {
      if (task.status === 'not-computable')
        expect(textOf(root.querySelector('#utility'))).toContain(task.reason);
    }
  });

  it('shows TRTR and TSTR of every model and synthesizer', () => {
    const table = textOf(all(root, '#utility table')[0]!);
    expect(table).toContain('0.853 [0.83–0.87]');
    expect(table).toContain('Sequential trees (CART) (chosen)');
    expect(table).toContain('0.837 [0.82–0.85]');
    expect(table).toContain('Gaussian copula');
  });

  it('never rounds a ratio below the bar up to it', () => {
    const item = all(root, 'li.task')[1]!;
    expect(textOf(item.querySelector('.ratio strong'))).toBe('0.9398');
  });

  it('states that no ε is claimed, or the ε that is', () => {
    expect(textOf(root.querySelector('.facts'))).toContain(
      'No formal guarantee: not differentially private, no ε is claimed.',
    );
    expect(textOf(root.querySelector('.facts'))).toContain('Rows that copy a real training row: 0.04 %.');
    const other = parse(renderReport(fixture({ synthesizers: ['copula'], columns: 3 })));
    expect(textOf(other.querySelector('.facts'))).toContain('ε = 1.5, δ = 0.00001 per patient');
    expect(textOf(other.querySelector('.facts'))).not.toContain('no ε');
  });

  it('says on top whether the records are real', () => {
    expect(textOf(root.querySelector('.origin'))).toContain('Real patient records');
    const other = parse(renderReport(fixture({ dataKind: 'reference-hospital', columns: 3 })));
    expect(textOf(other.querySelector('.origin'))).toContain('Reference hospital: not real patients.');
  });

  it('puts defects before the verdict, and warns of small samples', () => {
    const spoiled = renderReport(fixture({ usability: 'not-usable', tiny: true, columns: 3 }));
    expect(spoiled).toContain('Patients are on both sides of the split.');
    expect(spoiled.indexOf('Do not trust the figures')).toBeLessThan(spoiled.indexOf('Can I use this'));
    expect(textOf(all(parse(spoiled), 'li.task')[0]!)).toContain('Few cases');
    expect(page).not.toContain('Do not trust');
    expect(page).not.toContain('Few cases');
  });

  it('draws every column of every synthesizer, the least alike first, twelve at once', () => {
    const first = all(root, '#fidelity > .cards > .card').map((c) => textOf(c.querySelector('h4')));
    expect(first).toHaveLength(12);
    const distances = new Map(
      report.synthesizers[0]!.fidelity.columns.map((c) => [c.name, c.distance?.value ?? -1]),
    );
    const shown = first.map((name) => distances.get(name)!);
    expect(shown).toEqual([...shown].sort((a, b) => b - a));
    expect(shown[0]).toBe(Math.max(...distances.values()));
    expect(all(root, '.card')).toHaveLength(2 * 60);
  });

  it('lists what could not be computed', () => {
    const reasons = all(root, '.reasons dt').map(textOf);
    expect(reasons.some((r) => r.includes('Unplanned readmission'))).toBe(true);
    expect(reasons.some((r) => r.includes('Ratio of calibration'))).toBe(true);
  });

  it('keeps a column named <script> harmless', () => {
    expect(columnName(7)).toContain('<script>');
    expect(page).not.toContain('<script>alert');
    expect(page).toContain('&lt;script&gt;alert(&quot;bilirubin&quot;)&lt;/script&gt;');
    expect(all(root, 'script')).toHaveLength(1);
    expect(all(root, '.card h4').map(textOf)).toContain(columnName(7));
  });

  it('keeps hostile titles harmless wherever they stand', () => {
    const evil = `</title></style><svg onload=alert(1)>"'&`;
    const hostile = reportSchema.parse(
      JSON.parse(
        JSON.stringify(fixture({ columns: 4 }), (key, value: unknown) =>
          [
            'title',
            'name',
            'reason',
            'headline',
            'label',
            'message',
            'description',
            'purpose',
            'step',
            'column',
            'unit',
          ].includes(key) && typeof value === 'string'
            ? evil + value
            : value,
        ),
      ),
    );
    const source = renderReport(hostile);
    expect(source).not.toContain('<svg onload');
    expect(source).not.toContain('</title></style>');
    expect(nestingProblems(source)).toEqual([]);
  });

  it('gives pictures a description, tables a caption and sections a name', () => {
    for (const picture of all(root, '[role=img]')) expect(picture.getAttribute('aria-label')).not.toBe('');
    for (const table of all(root, 'table')) expect(textOf(table.querySelector('caption'))).not.toBe('');
    for (const section of all(root, 'section')) {
      expect(root.querySelector(`#${section.getAttribute('aria-labelledby') ?? 'none'}`)).not.toBeNull();
    }
  });

  it('stays under 3 MB with 100 columns and two synthesizers', () => {
    expect(Buffer.byteLength(renderReport(fixture({ columns: 100 })))).toBeLessThan(3_000_000);
  });

  it('survives a document with next to nothing in it', () => {
    const bare = fixture({ columns: 1, synthesizers: ['copula'] });
    const [only] = bare.synthesizers;
    const empty: Report = {
      ...bare,
      meta: { ...bare.meta, notes: [], provenance: undefined },
      columns: [],
      reference: [],
      comparison: [],
      findings: [],
      verdict: { ...bare.verdict, tasks: [], usability: 'unknown' },
      synthesizers: [
        {
          ...only!,
          layers: [],
          fidelity: { columns: [], placed: [], marginalsByOrder: [] },
          utility: { meanRatio: null, tasks: [] },
          histograms: [],
          associations: { columns: [], of: 0, real: [], synthetic: [], difference: [] },
        },
      ],
    };
    expect(nestingProblems(renderReport(empty))).toEqual([]);
  });
});
