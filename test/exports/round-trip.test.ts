import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CohortStore } from '../../src/cohort/index.js';
import type { CohortManifest, ObservationValue, PatientRecord } from '../../src/cohort/index.js';
import { Database } from '../../src/duckdb/index.js';
import { exportById } from '../../src/exports/index.js';
import { importCohort, sourceById } from '../../src/sources/index.js';
import { testContext } from '../support/context.js';
import { liveRecords } from '../support/live-records.js';
import type { LiveRecords } from '../support/live-records.js';
import { writeExport } from '../support/write-export.js';

/** The store that a format's import gives, beside the one that the export `cohort` writes of the same lives of the simulator. */
let work: string;
let db: Database;
let live: LiveRecords;

beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'round-trip-'));
  db = await Database.open({ threads: 1 });
  live = await liveRecords({ library: 'built-in', count: 30, seed: 'round trip', years: 12 });
  await write('cohort');
  await (await CohortStore.open(path.join(work, 'cohort'))).views(db, 'direct_');
});
afterAll(async () => {
  db.close();
  await rm(work, { recursive: true });
});

async function write(format: string): Promise<void> {
  const compiled = exportById(format).compile({});
  await writeExport(path.join(work, format), { ...live, compiled, perTask: 10 }, testContext());
}

async function importBack(format: string, source: string): Promise<CohortManifest> {
  await write(format);
  const store = path.join(work, `${format}-back`);
  const from = { source: sourceById(source), dir: path.join(work, format) };
  const manifest = await importCohort(from, store, {}, testContext());
  await (await CohortStore.open(store)).views(db, 'back_');
  return manifest;
}

/** Rows that one side has and the other has not, by kind. People are known by their UUID: the sources number them anew. */
async function differences(columns: string): Promise<Record<string, { lost: number; gained: number }>> {
  const rows = (side: string): string =>
    `SELECT kind, s.source_id, ${columns} FROM ${side}events e JOIN ${side}subjects s USING (subject_id)`;
  const found = await db.rows(`
    SELECT kind, sum(lost)::INT AS lost, sum(gained)::INT AS gained FROM (
      SELECT kind, 1 AS lost, 0 AS gained FROM (${rows('direct_')} EXCEPT ALL ${rows('back_')})
      UNION ALL SELECT kind, 0, 1 FROM (${rows('back_')} EXCEPT ALL ${rows('direct_')})) GROUP BY kind ORDER BY kind`);
  return Object.fromEntries(
    found.map((r) => [String(r['kind']), { lost: Number(r['lost']), gained: Number(r['gained']) }]),
  );
}

const sum = (of: (r: PatientRecord) => number): number => live.records.reduce((n, r) => n + of(r), 0);
const valuesOf = (r: PatientRecord): (ObservationValue | null)[] =>
  r.observations.flatMap((o) => [o.value, ...o.components.map((c) => c.value)]);
const rejected = (manifest: CohortManifest): Record<string, number> =>
  Object.fromEntries(manifest.report.tables.flatMap((t) => t.rejected.map((x) => [x.reason, x.rows])));
const moments = 'e.time, e.code, e.encounter_id';

describe('fhir', () => {
  test('comes back with every event at its time, under its code and with its value', async () => {
    const manifest = await importBack('fhir', 'fhir');
    const outside = rejected(manifest)['outside physiological bounds'] ?? 0;
    expect(
      Object.keys(rejected(manifest)).filter((reason) => reason !== 'outside physiological bounds'),
    ).toEqual([]);
    const certificates = sum((r) =>
      r.person.causeOfDeath === null || r.observations.some((o) => o.codes.some((c) => c.code === '69453-9'))
        ? 0
        : 1,
    );
    const series = sum((r) => valuesOf(r).filter((v) => v?.kind === 'sampled').length);
    const same = await differences(`${moments}, round(e.numeric_value, 9) AS n, e.text_value, e.unit`);
    const lost = outside + series;
    expect(same).toEqual(lost + certificates === 0 ? {} : { observation: { lost, gained: certificates } });
    expect(outside).toBeLessThan(20);
  });

  test('loses the ends of prescriptions and of allergies, and no other', async () => {
    const differ = await differences(`${moments}, e.end_time`);
    const ended = sum(
      (r) => r.medications.filter((m) => m.end !== null && (!m.administered || m.end === m.start)).length,
    );
    expect(ended).toBeGreaterThan(100);
    const over = sum((r) => r.allergies.filter((a) => a.end !== null).length);
    expect(differ['medication']).toEqual({ lost: ended, gained: ended });
    expect(differ['allergy']?.lost ?? 0).toBe(over);
    expect(Object.keys(differ).filter((k) => !['medication', 'allergy', 'observation'].includes(k))).toEqual(
      [],
    );
  });

  test('comes back with the same people and encounters; classes as coarse as HL7’s words for them', async () => {
    const people = 'source_id, birth_time, death_time, sex, race, ethnicity, lower(language), region';
    const visits = `encounter_id, parent_id, start, "end", reason_code, admit_source, discharge_disposition, hospital_id, died,
      CASE WHEN class IN ('wellness', 'outpatient', 'urgentcare') THEN 'ambulatory' WHEN class IN ('snf', 'hospice') THEN 'inpatient' ELSE class END`;
    for (const [table, columns] of [
      ['subjects', people],
      ['encounters', visits],
    ] as const) {
      const { n } = await db.one(`SELECT count(*)::INT AS n FROM (
        (SELECT ${columns} FROM direct_${table} EXCEPT ALL SELECT ${columns} FROM back_${table})
        UNION ALL (SELECT ${columns} FROM back_${table} EXCEPT ALL SELECT ${columns} FROM direct_${table}))`);
      expect([table, n]).toEqual([table, 0]);
    }
  });
});

describe('csv', () => {
  test('comes back by the source synthea-csv, except for what its layout has no column for', async () => {
    const manifest = await importBack('csv', 'synthea-csv');
    expect(Object.keys(rejected(manifest))).toEqual([]);
    const differ = await differences(`
      date_trunc(CASE WHEN kind IN ('condition', 'allergy', 'careplan') THEN 'day' ELSE 'second' END, e.time) AS time, e.code, e.encounter_id,
      CASE WHEN kind <> 'medication' THEN round(e.numeric_value, 6) END AS number`);
    // the layout has no column for the code system of observations: what is not LOINC (code status) comes back without one
    const other = sum((r) => r.observations.filter((o) => o.codes[0]!.system !== 'LOINC').length);
    expect(differ).toEqual({
      ...(other === 0 ? {} : { observation: { lost: other, gained: other } }),
      report: { lost: sum((r) => r.reports.length), gained: 0 },
    });
  });
});
