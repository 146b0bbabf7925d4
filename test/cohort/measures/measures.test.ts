import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MeasureResult } from '../../../src/cohort/index.js';
import { buildCohort, CohortStore, computeMeasures, qualityMeasures } from '../../../src/cohort/index.js';
import { testContext } from '../../support/context.js';
import { eventRow } from '../../support/tiny-cohort.js';

/**
 * Made-up people, each there for one rule of a measure; the year looked at ends on 2020-12-31.
 * 1-6 hypertension: controlled; the last reading is high; no diastolic; diagnosed too late; over by then; dead by then.
 * 7-9 diabetes: HbA1c 9.5; 7; none. 10-13 sixty years old: colonoscopy in time; too long ago; stool test in time; no visit in the year.
 * 20-22 admitted for COPD at 70: dies on day 29; on day 31; lives. 23 is admitted at 60. 24 too near the end to know.
 * 30-33 knee replaced at 70: pneumonia on day 6; on day 8; embolism on day 20; nothing.
 */
const people: readonly (readonly [number, string, string | null])[] = [
  ...[1, 2, 3, 4, 5].map((i) => [i, '1990-05-05', null] as const),
  [6, '1990-05-05', '2020-10-10'],
  ...[7, 8, 9].map((i) => [i, '1990-05-05', null] as const),
  ...[10, 11, 12, 13].map((i) => [i, '1960-05-05', null] as const),
  [20, '1948-05-05', '2018-06-30'],
  [21, '1948-05-05', '2018-07-02'],
  [22, '1948-05-05', null],
  [23, '1958-05-05', '2018-06-10'],
  [24, '1938-05-05', null],
  ...[30, 31, 32, 33].map((i) => [i, '1948-05-05', null] as const),
];
const seen = [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12];

const condition = (subject: number, time: string, code: string): string =>
  eventRow({ subject, time, kind: 'condition', code });
const number = (subject: number, time: string, code: string, value: number): string =>
  eventRow({ subject, time, code: `LOINC//${code}`, number: value });
const procedure = (subject: number, time: string, code: string): string =>
  eventRow({ subject, time, kind: 'procedure', code: `SNOMED//${code}` });

const events = [
  ...[1, 2, 3, 6].map((i) => condition(i, '2015-01-01', 'ICD10CM//I10')),
  condition(4, '2020-08-01', 'ICD10CM//I10'),
  ...[1, 2, 4, 5, 6].flatMap((i) => [
    number(i, '2020-09-01', '8480-6', 130),
    number(i, '2020-09-01', '8462-4', 80),
  ]),
  number(2, '2020-11-01', '8480-6', 150),
  number(3, '2020-09-01', '8480-6', 130),
  ...[7, 8, 9].map((i) => condition(i, '2015-01-01', 'ICD10CM//E11.65')),
  number(7, '2020-02-01', '4548-4', 6),
  number(7, '2020-09-01', '4548-4', 9.5),
  number(8, '2020-09-01', '4548-4', 7),
  number(9, '2019-09-01', '4548-4', 12),
  procedure(10, '2012-01-01', '73761001'),
  procedure(11, '2009-01-01', '73761001'),
  number(12, '2020-03-01', '57905-2', 0),
  procedure(13, '2019-01-01', '73761001'),
  ...[30, 31, 32, 33].map((i) => procedure(i, '2018-06-01', '609588000')),
  condition(30, '2018-06-07', 'ICD10CM//J18.9'),
  condition(31, '2018-06-09', 'ICD10CM//J18.9'),
  condition(32, '2018-06-21', 'ICD10CM//I26.99'),
];

let work: string;
let store: CohortStore;
let results: readonly MeasureResult[];
beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'measures-'));
  const dir = path.join(work, 'store');
  await buildCohort(dir, { source: { id: 'made', title: 'Made' } }, testContext(), async (writer) => {
    const of = (columns: string, rows: readonly string[]): string =>
      `SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(', ')}) v(${columns})`;
    await writer.addSubjects(
      of(
        'subject_id, source_id, birth_time, death_time, sex',
        people.map(
          ([id, birth, death]) =>
            `${id}, 'p${id}', TIMESTAMP '${birth}', ${death === null ? 'NULL::TIMESTAMP' : `TIMESTAMP '${death}'`}, 'male'`,
        ),
      ),
    );
    const visit = (id: number, kind: string, day: string, reason: string | null): string =>
      `'${kind}//${id}', ${id}, '${kind}', TIMESTAMP '${day}', TIMESTAMP '${day}', ${reason === null ? 'NULL' : `'${reason}'`}`;
    await writer.addEncounters(
      of('encounter_id, subject_id, class, start, "end", reason_code', [
        ...seen.map((id) => visit(id, 'ambulatory', '2020-02-02', null)),
        ...[20, 21, 22, 23].map((id) => visit(id, 'inpatient', '2018-06-01', 'ICD10CM//J44.1')),
        visit(24, 'inpatient', '2020-12-20', 'ICD10CM//J44.1'),
      ]),
    );
    const columns = 'subject_id, time, kind, code, numeric_value, text_value, encounter_id, details';
    await writer.addEvents('made', of(columns, events));
  });
  store = await CohortStore.open(dir);
  results = await computeMeasures(store, { end: new Date('2020-12-31') }, testContext());
});
afterAll(async () => {
  await rm(work, { recursive: true });
});

it.each([
  ['CMS165', 1, 3],
  ['CMS122', 2, 3],
  ['CMS122, measured', 1, 2],
  ['CMS130', 2, 3],
  ['CMS125', 0, 0],
  ['MORT-30-COPD', 1, 3],
  ['COMP-HIP-KNEE', 2, 4],
])('%s: %i of %i', (id, count, n) => {
  const found = results.find((one) => one.definition.id === id)!;
  expect([found.count, found.n]).toEqual([count, n]);
  if (n === 0) expect(found.share).toBeNull();
  else {
    expect(found.share).toBeCloseTo(count / n, 12);
    expect(found.interval!.low).toBeLessThan(count / n);
    expect(found.interval!.high).toBeGreaterThan(count / n);
  }
});

it('takes the last event as the end when none is given', async () => {
  const all = await computeMeasures(store, {}, testContext());
  // the year then ends with subject 2's high reading, of November
  expect(all.find((one) => one.definition.id === 'CMS165')!.n).toBe(3);
});

it('every measure names sources that are written down', () => {
  for (const { id, source, publishedSource } of qualityMeasures.measures) {
    expect(qualityMeasures.sources[source], id).toBeDefined();
    if (publishedSource !== null) expect(qualityMeasures.sources[publishedSource], id).toBeDefined();
  }
});
