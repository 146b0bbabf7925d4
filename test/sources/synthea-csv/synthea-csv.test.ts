import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortManifest } from '../../../src/cohort/index.js';
import { CohortStore } from '../../../src/cohort/index.js';
import { Database } from '../../../src/duckdb/index.js';
import { exportById } from '../../../src/exports/index.js';
import { importCohort, sourceById, sources } from '../../../src/sources/index.js';
import { testContext } from '../../support/context.js';
import { dataRoot } from '../../support/data.js';
import { fixtureFacts, makeRecords } from '../../support/records/index.js';
import { writeExport } from '../../support/write-export.js';

const source = sourceById('synthea-csv');
const { directory, records } = makeRecords(14);
let work: string;
let db: Database;

beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'synthea-csv-'));
  db = await Database.open({ threads: 1 });
});
afterAll(async () => {
  db.close();
  await rm(work, { recursive: true });
});

function importInto(store: string, dir: string, settings = {}): Promise<CohortManifest> {
  return importCohort({ source, dir }, path.join(work, store), { settings }, testContext());
}

describe('synthea-csv', () => {
  it.each([{}, { gzip: true }])(
    'imports what our own export wrote, with equal counts (%o)',
    async (options) => {
      const out = path.join(work, `out-${JSON.stringify(options).length}`);
      const compiled = exportById('csv').compile(options);
      const facts = fixtureFacts;
      await writeExport(out, { compiled, directory, records, facts, perTask: 5 }, testContext());
      expect(await source.detect(out)).toBe(true);
      expect((await firstOf(out))?.id).toBe('synthea-csv');
      const manifest = await importInto('store', out);
      const sum = (of: (r: (typeof records)[number]) => number): number =>
        records.reduce((n, r) => n + of(r), 0);
      const rows = Object.fromEntries(manifest.report.tables.map((t) => [t.table, t.mapped + t.unmapped]));
      const values = records.flatMap((r) =>
        r.observations.flatMap((o) => [
          ...(o.value === null ? [] : [o.value]),
          ...o.components.map((c) => c.value),
        ]),
      );
      expect(rows).toEqual({
        patients: records.length,
        encounters: sum((r) => r.encounters.length),
        conditions: sum((r) => r.conditions.length),
        allergies: sum((r) => r.allergies.length),
        observations: values.filter((v) => v.kind !== 'absent').length,
        procedures: sum((r) => r.procedures.length),
        medications: sum((r) => r.medications.length),
        immunizations: sum((r) => r.immunizations.length),
        careplans: sum((r) => r.carePlans.length),
        imaging_studies: sum((r) => r.imaging.length),
        devices: sum((r) => r.devices.length),
        supplies: sum((r) => r.supplies.length),
      });
      const rejected = manifest.report.tables.flatMap((t) => t.rejected);
      expect(rejected).toEqual([
        { reason: 'no value', rows: values.filter((v) => v.kind === 'absent').length },
      ]);
      expect(manifest.report.findings).toEqual([]);
    },
  );

  it('gives the same lives and numbers as the store that the records make directly', async () => {
    const direct = path.join(work, 'direct');
    const compiled = exportById('cohort').compile({});
    await writeExport(
      direct,
      { compiled, directory, records, facts: fixtureFacts, perTask: 5 },
      testContext(),
    );
    await (await CohortStore.open(path.join(work, 'store'))).views(db, 'i_');
    await (await CohortStore.open(direct)).views(db, 'd_');
    const same = {
      people: 'source_id, birth_time::DATE, death_time::DATE, sex, race, ethnicity',
      stays:
        "encounter_id, source_id, parent_id, class, date_trunc('second', start), date_trunc('second', \"end\"), reason_code, hospital_id",
      numbers: "source_id, date_trunc('second', time), code, numeric_value, unit, encounter_id",
    };
    const from = {
      people: (p: string) => `${p}subjects`,
      stays: (p: string) => `${p}encounters JOIN ${p}subjects USING (subject_id)`,
      numbers: (p: string) =>
        `${p}events JOIN ${p}subjects USING (subject_id) WHERE kind = 'observation' AND numeric_value IS NOT NULL`,
    };
    for (const [name, columns] of Object.entries(same)) {
      const table = from[name as keyof typeof from];
      const { n } = await db.one(`SELECT count(*)::INT AS n FROM (
        (SELECT ${columns} FROM ${table('i_')} EXCEPT ALL SELECT ${columns} FROM ${table('d_')})
        UNION ALL (SELECT ${columns} FROM ${table('d_')} EXCEPT ALL SELECT ${columns} FROM ${table('i_')}))`);
      expect([name, n]).toEqual([name, 0]);
    }
  });

  it('reads older and newer columns, rejects what belongs to nobody, and names what is missing', async () => {
    const dir = path.join(work, 'small');
    await mkdir(dir);
    const file = (name: string, lines: string): Promise<void> =>
      writeFile(path.join(dir, `${name}.csv`), lines);
    await file(
      'patients',
      'Id,BIRTHDATE,DEATHDATE,RACE,ETHNICITY,GENDER\np1,1950-02-03,2020-05-06,asian,nonhispanic,F\n',
    );
    await file(
      'encounters',
      'Id,START,STOP,PATIENT,ENCOUNTERCLASS,CODE,DESCRIPTION,REASONCODE,REASONDESCRIPTION\n' +
        'e1,2020-05-01T00:00:00Z,2020-05-06T12:00:00Z,p1,inpatient,8715000,Elective,,\n' +
        'e2,2020-05-02T00:00:00Z,2020-05-03T00:00:00Z,p1,icu,1,Unit,22298006,Infarction\n',
    );
    await file(
      'conditions',
      'START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION\n2020-05-02,,p1,e1,http://snomed.info/sct,22298006,Infarction\n2020-05-02,,p9,e1,,1,Lost\n',
    );
    await file(
      'procedures',
      'DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,BASE_COST,REASONCODE,REASONDESCRIPTION\n2020-05-02,p1,e1,80146002,Appendectomy,1,,\n',
    );
    await file(
      'observations',
      'DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,VALUE,UNITS,TYPE\n2020-05-02T01:02:03Z,p1,e2,8867-4,Heart rate,71,/min,numeric\n2020-05-02T01:02:03Z,p1,e2,QALY,QALY,9,a,numeric\n2020-05-02T01:02:03Z,p1,e2,8867-4,Heart rate,9000,/min,numeric\n',
    );
    const manifest = await importInto('few', dir);
    const table = (name: string): unknown => manifest.report.tables.find((t) => t.table === name);
    expect(table('conditions')).toMatchObject({
      mapped: 1,
      rejected: [{ reason: 'no subject id', rows: 1 }],
    });
    expect(table('procedures')).toMatchObject({ mapped: 1 });
    expect(table('observations')).toMatchObject({
      mapped: 1,
      unmapped: 1,
      rejected: [{ reason: 'outside physiological bounds', rows: 1 }],
    });
    expect(manifest.report.remarks).toContain('supplies is absent.');
    await (await CohortStore.open(path.join(work, 'few'))).views(db, 'f_');
    const rows = await db.rows(
      `SELECT encounter_id AS id, parent_id AS parent, admission_type AS type, died FROM f_encounters ORDER BY 1`,
    );
    expect(rows).toEqual([
      { id: 'e1', parent: null, type: 'elective', died: true },
      { id: 'e2', parent: 'e1', type: 'Unit', died: false },
    ]);
    const [condition] = await db.rows(`SELECT code, details FROM f_events WHERE kind = 'condition'`);
    expect(condition).toEqual({ code: 'ICD10CM//I21.9', details: '{"original_code":"SNOMED//22298006"}' });
    await file('patients', 'Id,BIRTHDATE\np1,1950-02-03\n');
    await expect(importInto('never', dir)).rejects.toMatchObject({ code: 'NO_COLUMN' });
    await expect(importInto('never', dir, { more: 1 })).rejects.toMatchObject({ code: 'BAD_OPTIONS' });
  });

  it.skipIf(dataRoot === undefined)('imports Synthea’s own output (needs ../shared/data)', async () => {
    const dir = path.join(dataRoot ?? '', 'synthea', 'csv');
    expect((await firstOf(dir))?.id).toBe('synthea-csv');
    const manifest = await importInto('synthea', dir);
    expect(manifest.counts.subjects).toBe(112);
    expect(manifest.counts.encounters).toBe(6707);
    const rows = Object.fromEntries(manifest.report.tables.map((t) => [t.table, t.mapped]));
    expect(rows).toMatchObject({
      conditions: 3957,
      medications: 6146,
      procedures: 13210,
      immunizations: 1739,
      careplans: 375,
    });
    // Nine of Synthea's medications end before they begin.
    expect(manifest.report.tables.flatMap((t) => t.rejected)).toEqual([
      { reason: 'end before start', rows: 9 },
    ]);
  });
});

async function firstOf(dir: string): Promise<(typeof sources)[number] | undefined> {
  for (const one of sources) if (await one.detect(dir)) return one;
  return undefined;
}
