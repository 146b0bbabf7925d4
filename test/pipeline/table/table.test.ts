import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError, UserError } from '../../../src/core/index.js';
import type { FitTableRequest, FitTableResult } from '../../../src/pipeline/index.js';
import { evaluateTable, fitTable, sampleTable } from '../../../src/pipeline/index.js';
import { testContext } from '../../support/context.js';
import { csvOf, scratchFolder, visits } from './files.js';

const folder = scratchFolder();
const { at, write } = folder;
afterAll(folder.remove);

const quick = { labels: 'tree', minLeaf: 20 };
let counter = 0;
function fit(file: string, more: Partial<FitTableRequest> = {}): Promise<FitTableResult> {
  return fitTable({ file, out: at(`m${counter++}`), options: quick, seed: 1, ...more }, testContext());
}
function rowsOf(file: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const names = head!.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])));
}
async function draw(
  model: string,
  rows: number,
  where: readonly string[] = [],
  seed = 1,
): Promise<Record<string, string>[]> {
  const target = at(`s${counter++}.csv`);
  await sampleTable({ model, rows, where, target, seed }, testContext());
  return rowsOf(target);
}
/** Code and message of the error that a promise ends with. */
async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof UserError || error instanceof DataError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'no error';
}

const data = write('visits.csv', csvOf(visits(1200)));
const rules = write(
  'rules.yaml',
  `constraints:
  - { id: sugar, if: { lab: { atLeast: 6.5 } }, then: { diabetes: 1 } }
  - { bounds: { age: { min: 18, max: 90 } } }
  - { id: short stays, bounds: { days: { max: 19 } }, handle: reject }
`,
);

describe('a fitted table', () => {
  let result: FitTableResult;
  beforeAll(async () => {
    result = await fit(data, {
      labels: ['back'],
      unit: 'patient_id',
      constraintsFile: rules,
      out: at('model'),
    });
  });

  it('tells what was inferred, set aside, found and counted', () => {
    expect(result.setAside).toEqual([{ name: 'patient_id', reason: 'it names the unit' }]);
    expect(result.relations).toEqual(['hours = 24 · days', 'ward follows from ward_code']);
    expect(result.told!.rows.train + result.told!.rows.test).toBe(1200);
    expect(result.told!.rows.test).toBeGreaterThan(180);
    expect(result.told!.rows.test).toBeLessThan(300);
    expect(result.told!.constraints.map((c) => [c.id, c.violations > 0])).toEqual([
      ['sugar', true],
      ['18 ≤ age ≤ 90', true],
      ['short stays', true],
    ]);
    expect(result.privacy.kind).toBe('none');
  });

  it('draws rows that keep constraints and relations, the same ones for the same seed', async () => {
    const rows = await draw(at('model'), 3000);
    expect(rows).toHaveLength(3000);
    expect(Object.keys(rows[0]!)).toEqual([
      'age',
      'sex',
      'lab',
      'diabetes',
      'ward',
      'ward_code',
      'days',
      'hours',
      'back',
    ]);
    const codes = { emergency: '10', medicine: '20', surgery: '30' } as Record<string, string>;
    for (const row of rows) {
      expect(row['ward_code']).toBe(codes[row['ward']!]);
      expect(Number(row['hours'])).toBe(24 * Number(row['days']));
      expect(Number(row['age'])).toBeLessThanOrEqual(90);
      expect(Number(row['days'])).toBeLessThanOrEqual(19);
      if (row['lab'] !== '' && Number(row['lab']) >= 6.5) expect(row['diabetes']).toBe('1');
    }
    expect(await draw(at('model'), 3000)).toEqual(rows);
    expect(await draw(at('model'), 3000, [], 2)).not.toEqual(rows);
  });

  it('counts repairs and rejections', async () => {
    const done = await sampleTable(
      { model: at('model'), rows: 2000, target: at('counted.csv'), seed: 3 },
      testContext(),
    );
    const [sugar, age, days] = done.counts.constraints;
    expect(sugar!.repaired).toBeGreaterThan(20);
    expect(age!.repaired).toBeGreaterThan(20);
    expect(days).toMatchObject({ repaired: 0 });
    expect(done.counts.tried - done.counts.kept).toBeGreaterThanOrEqual(days!.rejected > 0 ? 1 : 0);
    expect(done.rows).toBe(2000);
  });

  it('draws rows on conditions: values, also of determined columns, limits, lists, missing', async () => {
    for (const [where, test] of [
      [['diabetes=1'], (r) => r['diabetes'] === '1'],
      [['ward=surgery'], (r) => r['ward_code'] === '30'],
      [['hours=48'], (r) => r['days'] === '2'],
      [['age>=65', 'age<80'], (r) => Number(r['age']) >= 65 && Number(r['age']) < 80],
      [['ward in (surgery, medicine)', 'sex!=F'], (r) => r['ward'] !== 'emergency' && r['sex'] === 'M'],
      [['lab='], (r) => r['lab'] === ''],
    ] as [string[], (row: Record<string, string>) => boolean][]) {
      const rows = await draw(at('model'), 150, where);
      expect(rows).toHaveLength(150);
      expect(rows.every(test)).toBe(true);
    }
  });

  it('explains impossible and mistaken conditions', async () => {
    expect(await failure(draw(at('model'), 10, ['lab>=7', 'diabetes=0']))).toMatch(
      /TOO_FEW_ROWS_KEPT.*only 0 could be kept[^]*contradict each other/,
    );
    expect(await failure(draw(at('model'), 10, ['ward=surgery', 'ward_code=10']))).toContain(
      'GIVEN_IMPOSSIBLE',
    );
    const message = await failure(draw(at('model'), 10, ['wrd=surgery', 'ward=srgery', 'age>=old', 'age']));
    expect(message).toContain('BAD_WHERE');
    expect(message).toContain("no column 'wrd'; did you mean 'ward'?");
    expect(message).toContain("did you mean 'surgery'?");
    expect(message).toContain("'old' is not a number");
    expect(message).toContain('no operator follows the column');
  });

  it('is judged on the part that was set aside, with its constraints', async () => {
    await draw(at('model'), 10);
    const synthetic = at('syn.csv');
    await sampleTable({ model: at('model'), rows: 900, target: synthetic, seed: 1 }, testContext());
    const judged = await evaluateTable(
      { real: data, synthetic, model: at('model'), out: at('report'), seed: 1, resamples: 100 },
      testContext(),
    );
    expect(judged.report.meta.test.rows).toBe(result.told!.rows.test);
    expect(judged.constraints.map((c) => c.synthetic.violations)).toEqual([0, 0, 0]);
    expect(judged.constraints.map((c) => c.real.violations)).toEqual(
      result.told!.constraints.map((c) => c.violations),
    );
    expect(readdirSync(at('report')).sort()).toEqual(['constraints.json', 'report.html', 'report.json']);
  });

  it('refuses a model that is damaged, newer, or none', async () => {
    expect(await failure(draw(at('nowhere'), 5))).toContain('NO_MODEL');
    const marker = at('model/model.json');
    const text = readFileSync(marker, 'utf8');
    writeFileSync(marker, text.replace('anamnesis.table-model/1', 'anamnesis.table-model/9'));
    expect(await failure(draw(at('model'), 5))).toContain('NEWER_MODEL');
    writeFileSync(marker, text.replace('anamnesis.table-model/1', 'somebody.else/1'));
    expect(await failure(draw(at('model'), 5))).toContain('NO_MODEL');
    writeFileSync(marker, text.slice(0, 100));
    expect(await failure(draw(at('model'), 5))).toContain('BAD_MODEL');
    writeFileSync(marker, text);
    const inner = at('model/synthesizer/model/arrays.bin');
    const bytes = readFileSync(inner);
    writeFileSync(inner, bytes.subarray(8));
    expect(await failure(draw(at('model'), 5))).toContain('BAD_MODEL');
    writeFileSync(inner, bytes);
    expect(await draw(at('model'), 5)).toHaveLength(5);
  });
});

describe('the split', () => {
  it('does not depend on the order of rows, and a row more moves no other', async () => {
    const rows = visits(400).map((v) => ({ ...v, patient_id: undefined }));
    const plain = write('plain.csv', csvOf(rows));
    const turned = write('turned.csv', csvOf([...rows].reverse()));
    const more = write(
      'more.csv',
      csvOf([...rows.slice(0, 200), { ...rows[0]!, age: 31 }, ...rows.slice(200)]),
    );
    const counts = [];
    for (const file of [plain, turned, more])
      counts.push((await fit(file, { drop: ['patient_id'] })).told!.rows);
    expect(counts[1]).toEqual(counts[0]);
    const moved = Math.abs(counts[2]!.train - counts[0]!.train) + Math.abs(counts[2]!.test - counts[0]!.test);
    expect(moved).toBe(1);
  });
});

describe('files of all kinds', () => {
  const rows = visits(300).map(({ age, sex, lab, back }) => ({ age, sex, lab, back }));
  const body = csvOf(rows);

  it('BOM, semicolons, tabs, quoted newlines, Parquet', async () => {
    const noted = rows.map((r) => ({ ...r, note: `"says\n""${r.sex}"", twice"` }));
    for (const file of [
      write('bom.csv', `\uFEFF${body}`),
      write('semi.csv', body.replaceAll(',', ';')),
      write('tabs.tsv', body.replaceAll(',', '\t')),
      write('crlf.csv', body.replaceAll('\n', '\r\n')),
      write('quoted.csv', csvOf(noted)),
    ]) {
      const { columns } = await fit(file, { labels: ['back'] });
      expect(columns.map((c) => c.name).slice(0, 4)).toEqual(['age', 'sex', 'lab', 'back']);
      expect(columns[0]!.kind).toBe('count');
    }
    const model = (await fit(write('p.csv', body), { labels: ['back'] })).out;
    await sampleTable({ model, rows: 300, target: at('drawn.parquet'), seed: 1 }, testContext());
    expect((await fit(at('drawn.parquet'), { labels: ['back'] })).told!.rows.train).toBeGreaterThan(200);
  });

  it('refuses with advice what is no table', async () => {
    const long = csvOf(visits(100));
    for (const [file, parts] of [
      [at('absent.csv'), ['NO_FILE']],
      [at('.'), ['NOT_A_TABLE', 'folder']],
      [write('book.xlsx', 'x'), ['NOT_A_TABLE', 'export it as CSV']],
      [write('empty.csv', ''), ['EMPTY_FILE']],
      [write('header.csv', 'a,b\n'), ['NO_ROWS']],
      [write('twice.csv', 'a,b,a\n1,2,3\n'), ['SAME_NAMES', "'a'"]],
      [write('ragged.csv', `${long}1,2\n`), ['RAGGED', 'Line 102', 'has 2 cells']],
      [write('utf16.csv', Buffer.from(`\uFEFF${body}`, 'utf16le')), ['ENCODING', 'UTF-16']],
      [write('latin.csv', Buffer.from(`${body}40,Jörg,5,1\n`, 'latin1')), ['ENCODING', 'UTF-8']],
      [write('gone.csv.gz', 'not gzip'), ['BROKEN_FILE']],
      [write('three.csv', 'a,b\n1,2\n3,4\n5,6\n'), ['TOO_FEW_ROWS']],
      [
        write(
          'inf.csv',
          csvOf(rows.map((r, i) => ({ ...r, lab: i === 5 ? 'inf' : String(i / 2), x: i % 7 }))),
        ),
        ['INFINITE_VALUES', "'lab'"],
      ],
    ] as [string, string[]][]) {
      const message = await failure(fit(file));
      for (const part of parts) expect(message).toContain(part);
    }
    expect(readdirSync(at('.')).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  it('refuses labels and units that are not there or tell nothing', async () => {
    expect(await failure(fit(data, { labels: ['bak'] }))).toMatch(/NO_LABEL[^]*did you mean 'back'/);
    expect(await failure(fit(data, { unit: 'patient' }))).toMatch(/NO_UNIT[^]*expected/);
    const one = write('one.csv', csvOf(rows.map((r) => ({ ...r, same: 'x' }))));
    expect(await failure(fit(one, { labels: ['same'] }))).toContain('ONE_CLASS');
    expect(await failure(fit(one, { options: { minLeef: 3 } }))).toContain('BAD_OPTIONS');
    expect(await failure(fit(one, { synthesizer: 'gan' }))).toContain('NO_SYNTHESIZER');
  });

  it('takes constant, empty, identifying and date columns sensibly', async () => {
    const odd = rows.map((r, i) => ({
      row: i + 1,
      record_id: `r${(i * 7919) % 3001}`,
      ...r,
      same: 'x',
      empty: '',
      mixed: i % 3 === 0 ? 'high' : String(i % 5),
      nan: i % 4 === 0 ? 'NaN' : '1.5',
      admitted: new Date(Date.UTC(2020, 0, 1 + (i % 300))).toISOString().slice(0, 10),
      grade: i % 4,
    }));
    const result = await fit(write('odd.csv', csvOf(odd)), { labels: ['grade'] });
    expect(result.setAside).toEqual([
      { name: 'row', reason: 'it only numbers the rows' },
      { name: 'record_id', reason: 'each value occurs once: it identifies rows' },
    ]);
    const kinds = Object.fromEntries(result.columns.map((c) => [c.name, c.kind]));
    expect(kinds).toMatchObject({
      mixed: 'categorical',
      nan: 'continuous',
      admitted: 'continuous',
      grade: 'categorical',
    });
    expect(result.notices.join('\n')).toMatch(
      /'admitted' holds dates[^]*'grade' holds a few whole numbers[^]*'empty'[^]*'same'/,
    );
    const drawn = await draw(result.out, 200);
    for (const row of drawn) {
      expect(row['same']).toBe('x');
      expect(row['empty']).toBe('');
      expect(row['admitted']).toMatch(/^2020-\d\d-\d\d$/);
    }
    const free = write('free.csv', csvOf(odd.map((o, i) => ({ ...o, story: `${o.mixed} ${i} ${o.lab}` }))));
    expect(await failure(fit(free))).toMatch(/FREE_TEXT[^]*'story'/);
    expect((await fit(free, { drop: ['story'] })).columns.map((c) => c.name)).not.toContain('story');
  });

  it('an output that cannot be written', async () => {
    write('file', '');
    expect(await failure(fit(data, { out: at('file/model') }))).toContain('choose another output folder');
    const model = (await fit(write('ok.csv', body))).out;
    const blocked = sampleTable({ model, rows: 5, target: at('file/rows.csv'), seed: 1 }, testContext());
    expect(await failure(blocked)).toContain('choose another output folder');
    write('precious.txt', 'mine');
    expect(await failure(fit(data, { out: at('.') }))).toContain('OUTPUT_NOT_OURS');
  });
});
