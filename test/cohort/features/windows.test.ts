import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortBlueprint, FeatureTable } from '../../../src/cohort/index.js';
import {
  buildCohort,
  buildFeatures,
  CohortStore,
  compileBlueprint,
  parseBlueprint,
} from '../../../src/cohort/index.js';
import type { Cell } from '../../../src/table/index.js';
import { cellOf } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { eventRow } from '../../support/tiny-cohort.js';

/** A patient's events as seconds from the unit's start, and values with two decimals. */
interface Event {
  readonly second: number;
  readonly value: number;
}

const from = -6;
const to = 24;
const units = 150;

/** Moments near the edges of the window are drawn often. */
const event: fc.Arbitrary<Event> = fc.record({
  second: fc.oneof(
    fc.integer({ min: -10 * 3600, max: 30 * 3600 }),
    fc.constantFrom(
      from * 3600 - 1,
      from * 3600,
      from * 3600 + 1,
      to * 3600 - 1,
      to * 3600,
      to * 3600 + 1,
      0,
    ),
  ),
  value: fc.integer({ min: -500, max: 500 }).map((cents) => cents / 100),
});
const patients = fc.sample(fc.array(event, { maxLength: 12 }), { numRuns: units, seed: 7 });

const blueprint = `
name: windows
title: Windows
purpose: To compare with a plain loop.
source: { format: meds, data: made-up }
cohort: { unit: icu-stay }
index: { hours: ${to} }
windows: { near: { from: ${from}, to: ${to} } }
features:
  events:
    - window: near
      aggregates: [first, last, min, max, mean, sum, slope, count, any]
      codes: { x: { code: MADE//x, decimals: 2 } }
tasks: [{ task: in-hospital-mortality }]
`;

function time(second: number): string {
  return new Date(Date.UTC(2020, 0, 10) + second * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

let work: string;
let result: FeatureTable;
beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'windows-'));
  const events = patients.flatMap((list, i) =>
    list.map((e) => eventRow({ subject: i + 1, time: time(e.second), code: 'MADE//x', number: e.value })),
  );
  await buildCohort(
    path.join(work, 'store'),
    { source: { id: 'made', title: 'Made' }, rowsPerShard: 200 },
    testContext(),
    async (writer) => {
      await writer.addSubjects(
        `SELECT i AS subject_id, 'p' || i AS source_id FROM range(1, ${units + 1}) t(i)`,
      );
      await writer.addEncounters(
        `SELECT 'icu//' || i AS encounter_id, i AS subject_id, 'icu' AS class, TIMESTAMP '2020-01-10' AS start,
         TIMESTAMP '2020-01-20' AS "end", i % 3 = 0 AS died FROM range(1, ${units + 1}) t(i)`,
      );
      const columns = 'subject_id, time, kind, code, numeric_value, text_value, encounter_id, details';
      await writer.addEvents(
        'made',
        `SELECT * FROM (VALUES ${events.map((e) => `(${e})`).join(', ')}) v(${columns})`,
      );
    },
  );
  const parsed = parseBlueprint(blueprint, 'windows.yaml') as CohortBlueprint;
  result = await buildFeatures(
    await CohortStore.open(path.join(work, 'store')),
    compileBlueprint(parsed),
    testContext(2),
  );
});
afterAll(async () => {
  await rm(work, { recursive: true });
});

function column(name: string): Cell[] {
  return Array.from({ length: result.table.rows }, (_, row) => cellOf(result.table.column(name), row));
}

/** Per patient, ordered by subject; encounter ids sort as text, but start and subject come first. */
const inside = patients.map((list) =>
  list
    .filter((e) => e.second >= from * 3600 && e.second < to * 3600)
    .sort((a, b) => a.second - b.second || a.value - b.value),
);

function expectColumn(
  name: string,
  of: (events: readonly Event[]) => number | null,
  tolerance = 0.0051,
): void {
  for (const [i, cell] of column(name).entries()) {
    const expected = of(inside[i]!);
    if (expected === null || cell === null) expect([name, i, cell]).toEqual([name, i, expected]);
    else expect(Math.abs(Number(cell) - expected), `${name} of patient ${i}`).toBeLessThanOrEqual(tolerance);
  }
}

const values = (events: readonly Event[]): number[] => events.map((e) => e.value);
const some = (f: (v: number[]) => number) => (events: readonly Event[]) =>
  events.length === 0 ? null : f(values(events));

describe(`aggregates over [${from} h, ${to} h) agree with a plain loop over ${units} random patients`, () => {
  it('first, last, min, max', () => {
    expectColumn(
      'x_first',
      some((v) => v[0]!),
      1e-9,
    );
    expectColumn(
      'x_last',
      some((v) => v.at(-1)!),
      1e-9,
    );
    expectColumn(
      'x_min',
      some((v) => Math.min(...v)),
      1e-9,
    );
    expectColumn(
      'x_max',
      some((v) => Math.max(...v)),
      1e-9,
    );
  });

  it('sum and mean (to the decimals written)', () => {
    const sum = (v: number[]): number => v.reduce((a, b) => a + b, 0);
    expectColumn('x_sum', some(sum));
    expectColumn(
      'x_mean',
      some((v) => sum(v) / v.length),
      0.00051,
    );
  });

  it('count and any', () => {
    expectColumn('x_count', (events) => events.length, 0);
    expect(column('x_any')).toEqual(inside.map((events) => (events.length > 0 ? 'yes' : 'no')));
  });

  it('slope per hour by two-pass least squares', () => {
    expectColumn(
      'x_slope',
      (events) => {
        const t = events.map((e) => e.second / 3600);
        const meanT = t.reduce((a, b) => a + b, 0) / t.length;
        const meanX = values(events).reduce((a, b) => a + b, 0) / t.length;
        const variance = t.reduce((sum, ti) => sum + (ti - meanT) ** 2, 0);
        if (events.length < 2 || new Set(t).size < 2) return null;
        return events.reduce((sum, e, i) => sum + (t[i]! - meanT) * (e.value - meanX), 0) / variance;
      },
      0.000051,
    );
  });
});
