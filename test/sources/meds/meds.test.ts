import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortManifest } from '../../../src/cohort/index.js';
import { CohortStore } from '../../../src/cohort/index.js';
import type { SqlRow } from '../../../src/duckdb/index.js';
import { Database } from '../../../src/duckdb/index.js';
import { importCohort, sources } from '../../../src/sources/index.js';
import { testContext } from '../../support/context.js';

const source = sources.find((s) => s.id === 'meds')!;
let work: string;
let db: Database;

/** Two made-up people. The second is admitted twice and discharged once. */
const events = `subject_id,time,code,value
1,,GENDER//F,
1,,RACE//White,
1,2080-05-01 00:00:00,MEDS_BIRTH,
1,2150-01-01 10:00:00,HOSPITAL_ADMISSION//URGENT//EMERGENCY ROOM,
1,2150-01-01 20:00:00,ICU_ADMISSION//MICU,
1,2150-01-01 21:00:00,LAB//50912//umol/L,88.42
1,2150-01-01 21:00:00,LAB//220045//bpm,70
1,2150-01-01 21:30:00,LAB//220048//UNK,SR
1,2150-01-01 22:00:00,LAB//50912//furlong,1
1,2150-01-02 20:00:00,ICU_DISCHARGE//MICU,
1,2150-01-03 10:00:00,Weight (Lbs),
1,2150-01-03 10:00:00,MEDICATION//Heparin//Administered,
1,2150-01-05 10:00:00,DIAGNOSIS//ICD//9//0389,
1,2150-01-05 10:00:00,DIAGNOSIS//ICD//10//I10,
1,2150-01-05 10:00:00,HOSPITAL_DISCHARGE//DIED,
1,2150-01-05 10:00:00,MEDS_DEATH,
2,,GENDER//M,
2,2090-05-01 00:00:00,MEDS_BIRTH,
2,2140-01-01 10:00:00,HOSPITAL_ADMISSION//ELECTIVE//HOME,
2,2141-01-01 10:00:00,HOSPITAL_ADMISSION//ELECTIVE//HOME,
2,2141-01-02 10:00:00,HOSPITAL_DISCHARGE//HOME,
2,2141-06-01 10:00:00,LOINC//8480-6,120
`;

beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'meds-'));
  db = await Database.open({ threads: 1 });
  await mkdir(path.join(work, 'vocab'));
  await writeFile(path.join(work, 'vocab', 'icd_cm_9_to_10.csv'), 'icd_9,icd_10,flags\n0389,A419,10000\n');
  await mkdir(path.join(work, 'csv'));
  await writeFile(path.join(work, 'csv', 'other.csv'), 'a,b\n1,2\n');
  await writeFile(path.join(work, 'csv', 'events.csv'), events);
});
afterAll(async () => {
  db.close();
  await rm(work, { recursive: true });
});

function importInto(store: string, dir: string, settings = {}): Promise<CohortManifest> {
  const from = { source, dir: path.join(work, dir) };
  return importCohort(from, path.join(work, store), { dataRoot: work, settings }, testContext());
}

async function query(store: string, sql: string): Promise<SqlRow[]> {
  await (await CohortStore.open(path.join(work, store))).views(db);
  return db.rows(sql);
}

describe('meds', () => {
  let manifest: CohortManifest;
  beforeAll(async () => {
    manifest = await importInto('store', 'csv');
  });

  it('detects a folder by the header of its files', async () => {
    expect(await source.detect(path.join(work, 'csv'))).toBe(true);
    expect(await source.detect(path.join(work, 'csv', 'events.csv'))).toBe(true);
    expect(await source.detect(path.join(work, 'csv', 'other.csv'))).toBe(false);
    expect(await source.detect(path.join(work, 'vocab'))).toBe(false);
  });

  it('fills subjects from births, deaths and demographics', async () => {
    const rows = await query(
      'store',
      'SELECT subject_id::INTEGER AS id, birth_time::DATE::VARCHAR AS born, death_time::VARCHAR AS died, sex, race FROM subjects',
    );
    expect(rows).toEqual([
      { id: 1, born: '2080-05-01', died: '2150-01-05 10:00:00', sex: 'female', race: 'white' },
      { id: 2, born: '2090-05-01', died: null, sex: 'male', race: null },
    ]);
  });

  it('pairs admissions with discharges; one without has no end', async () => {
    const rows = await query(
      'store',
      `SELECT encounter_id AS id, parent_id AS parent, class, "end"::VARCHAR AS "end", unit, admission_type AS type,
         discharge_disposition AS went, died, floor(age_years) AS age FROM encounters ORDER BY 1`,
    );
    expect(rows).toEqual([
      {
        id: 'admission//1-1',
        parent: null,
        class: 'inpatient',
        end: '2150-01-05 10:00:00',
        unit: null,
        type: 'URGENT',
        went: 'DIED',
        died: true,
        age: 69,
      },
      {
        id: 'admission//2-1',
        parent: null,
        class: 'inpatient',
        end: null,
        unit: null,
        type: 'ELECTIVE',
        went: null,
        died: null,
        age: 49,
      },
      {
        id: 'admission//2-2',
        parent: null,
        class: 'inpatient',
        end: '2141-01-02 10:00:00',
        unit: null,
        type: 'ELECTIVE',
        went: 'HOME',
        died: false,
        age: 50,
      },
      {
        id: 'icu//1-1',
        parent: 'admission//1-1',
        class: 'icu',
        end: '2150-01-02 20:00:00',
        unit: 'MICU',
        type: null,
        went: null,
        died: false,
        age: 69,
      },
    ]);
    expect(manifest.report.remarks.join()).toMatch(/1 stays have no discharge/);
  });

  it('translates items, units and diagnoses, and keeps the rest under its code', async () => {
    const rows = await query(
      'store',
      `SELECT kind, code, round(numeric_value, 3) AS number, text_value AS text, unit, encounter_id AS stay, details
       FROM events ORDER BY subject_id, time, code`,
    );
    const icu = { stay: 'icu//1-1', details: null };
    const ward = { number: null, text: null, unit: null, stay: 'admission//1-1', details: null };
    expect(rows).toEqual([
      { kind: 'observation', code: 'LOINC//2160-0', number: 1, text: null, unit: 'mg/dL', ...icu },
      { kind: 'observation', code: 'LOINC//8867-4', number: 70, text: null, unit: '/min', ...icu },
      { kind: 'observation', code: 'LAB//220048', number: null, text: 'SR', unit: null, ...icu },
      { kind: 'medication', code: 'MEDICATION//Heparin//Administered', ...ward },
      { kind: 'observation', code: 'MEDS//Weight (Lbs)', ...ward },
      { kind: 'condition', code: 'ICD10CM//A41.9', ...ward, details: '{"original_code":"ICD9CM//038.9"}' },
      { kind: 'condition', code: 'ICD10CM//I10', ...ward },
      {
        kind: 'observation',
        code: 'LOINC//8480-6',
        number: 120,
        text: null,
        unit: null,
        stay: null,
        details: null,
      },
    ]);
    expect(manifest.report.tables.find((t) => t.table === 'LAB')).toMatchObject({
      read: 4,
      mapped: 2,
      unmapped: 1,
      rejected: [{ reason: 'unknown unit', rows: 1 }],
    });
  });

  it('leaves items alone where they are not those of MIMIC', async () => {
    const other = await importInto('plain', 'csv', { items: 'none' });
    expect(other.report.tables.find((t) => t.table === 'events')).toMatchObject({
      read: 9,
      mapped: 3,
      unmapped: 6,
    });
    await expect(importInto('never', 'csv', { items: 'mine', more: 1 })).rejects.toThrow(/items.*more/s);
  });

  it('reads the Parquet shards of a dataset alike, with its descriptions', async () => {
    const data = path.join(work, 'dataset', 'data', 'train');
    await mkdir(data, { recursive: true });
    await mkdir(path.join(work, 'dataset', 'metadata'));
    const csv = `read_csv('${work}/csv/events.csv', types = {'time': 'TIMESTAMP', 'value': 'VARCHAR'})`;
    for (const subject of [1, 2]) {
      await db.exec(`COPY (SELECT subject_id, time, code, TRY_CAST(value AS FLOAT) AS numeric_value,
        CASE WHEN TRY_CAST(value AS FLOAT) IS NULL THEN value END AS text_value FROM ${csv} WHERE subject_id = ${subject})
        TO '${data}/${subject}.parquet'`);
    }
    await db.exec(`COPY (SELECT 'MEDICATION//Heparin//Administered' AS code, 'Heparin given' AS description)
      TO '${work}/dataset/metadata/codes.parquet'`);
    const other = await importInto('parquet', 'dataset');
    expect(other.counts).toEqual(manifest.counts);
    expect(other.report.tables).toEqual(manifest.report.tables);
    const [row] = await query('parquet', `SELECT display FROM codes WHERE system = 'MEDICATION'`);
    expect(row).toEqual({ display: 'Heparin given' });
  });

  it('names a Parquet file that is broken or lacks columns, and a folder without events', async () => {
    const data = path.join(work, 'broken', 'data');
    await mkdir(data, { recursive: true });
    await writeFile(path.join(data, '0.parquet'), 'PAR1 but no more');
    await expect(importInto('never', 'broken')).rejects.toThrow(/0\.parquet is no complete Parquet file/);
    await db.exec(`COPY (SELECT 1 AS subject_id, 'A' AS code) TO '${data}/0.parquet'`);
    await expect(importInto('never', 'broken')).rejects.toThrow(/0\.parquet lacks the column 'time'/);
    await expect(importInto('never', 'vocab')).rejects.toMatchObject({ code: 'NO_FILE' });
  });
});
