import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortManifest } from '../../../src/cohort/index.js';
import { CohortStore } from '../../../src/cohort/index.js';
import { DataError, UserError } from '../../../src/core/index.js';
import { Database, sqlString } from '../../../src/duckdb/index.js';
import { eicu } from '../../../src/sources/eicu/index.js';
import { importCohort } from '../../../src/sources/index.js';
import { testContext } from '../../support/context.js';
import { tinyEicuFile, writeTinyEicu } from './tiny.js';

let root: string;
let dir: string;
let manifest: CohortManifest;
let db: Database;

const load = (from: string, name: string, settings: Record<string, unknown> = {}) =>
  importCohort(
    { source: eicu, dir: from },
    path.join(root, name),
    { dataRoot: path.join(root, 'data'), settings },
    testContext(),
  );

beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'eicu-'));
  dir = path.join(root, 'eicu-demo');
  writeTinyEicu(dir);
  mkdirSync(path.join(root, 'data', 'vocab'), { recursive: true });
  writeFileSync(
    path.join(root, 'data', 'vocab', 'icd_cm_9_to_10.csv'),
    'icd_9,icd_10,flags\n311,F329,10000\n5849,N179,10000\nV4581,Z951,10000\n',
  );
  manifest = await load(dir, 'store');
  db = await Database.open({ threads: 1 });
  await (await CohortStore.open(path.join(root, 'store'))).views(db);
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

const rows = (sql: string) => db.rows(sql);
const report = (table: string) => manifest.report.tables.find((entry) => entry.table === table)!;
const values = (code: string) =>
  rows(
    `SELECT numeric_value AS value, unit FROM events WHERE code = ${sqlString(code)} ORDER BY time, value`,
  );

describe('detect', () => {
  it('knows the folder by its patient table', async () => {
    expect(await eicu.detect(dir)).toBe(true);
    expect(await eicu.detect(path.join(root, 'data'))).toBe(false);
    expect(await eicu.detect(path.join(root, 'nowhere'))).toBe(false);
  });
});

describe('stays', () => {
  it('number subjects by the rank of uniquepid, and keep it', async () => {
    expect(
      await rows(
        'SELECT subject_id::INTEGER AS id, source_id, sex, race, ethnicity, region FROM subjects ORDER BY 1',
      ),
    ).toEqual([
      {
        id: 1,
        source_id: '001-1',
        sex: 'female',
        race: 'Caucasian',
        ethnicity: 'Hispanic',
        region: 'Midwest',
      },
      { id: 2, source_id: '001-2', sex: 'male', race: null, ethnicity: null, region: 'South' },
      { id: 3, source_id: '001-3', sex: null, race: null, ethnicity: null, region: null },
    ]);
  });

  it('hang on one admission: unit stays of a hospital stay keep their distance, and lie inside it', async () => {
    const [first, second] = await rows(
      `SELECT encounter_id AS id, parent_id, "start"::VARCHAR AS start, "end"::VARCHAR AS "end", admission_type AS type, reason_code AS reason
       FROM encounters WHERE parent_id = 'admission//11' ORDER BY encounters."start"`,
    );
    expect(first).toEqual({
      id: 'icu//101',
      parent_id: 'admission//11',
      start: '2014-01-02 00:00:00',
      end: '2014-01-03 01:00:00',
      type: 'admit',
      reason: 'EICU_APACHE_DX//Sepsis, pulmonary',
    });
    expect(second).toMatchObject({ id: 'icu//102', start: '2014-01-03 02:00:00', reason: null });
    expect(
      await rows(`SELECT i.encounter_id FROM encounters i JOIN encounters h ON i.parent_id = h.encounter_id
        WHERE i."start" < h."start" OR i."end" > h."end"`),
    ).toEqual([]);
  });

  it('put a patient’s hospital stays one after another in their year, the fatal one last', async () => {
    const stays = await rows(
      `SELECT encounter_id AS id, died, age_years AS age, "start"::VARCHAR AS start FROM encounters
       WHERE class = 'inpatient' AND subject_id = 1 ORDER BY encounters."start"`,
    );
    expect(stays).toMatchObject([
      { id: 'admission//11', died: false, age: 90, start: '2014-01-01 22:00:00' },
      { id: 'admission//10', died: true, age: 90 },
    ]);
    expect(String(stays[1]!['start']) > '2014-01-05 20:00:00').toBe(true);
    expect(
      await rows(
        'SELECT death_time::VARCHAR AS t, birth_time::VARCHAR AS b FROM subjects WHERE subject_id = 1',
      ),
    ).toEqual([
      {
        t: (await rows(`SELECT "end"::VARCHAR AS t FROM encounters WHERE encounter_id = 'icu//103'`))[0]![
          't'
        ],
        b: '1924-01-01 00:00:00',
      },
    ]);
  });

  it('leave unknown what is not said', async () => {
    expect(
      await rows(`SELECT died, age_years AS age FROM encounters WHERE subject_id = 3 ORDER BY encounter_id`),
    ).toEqual([
      { died: null, age: null },
      { died: null, age: null },
    ]);
  });

  it('reject a height in metres', () => {
    expect(report('patient (height and weight)')).toMatchObject({
      read: 7,
      mapped: 6,
      rejected: [{ reason: 'outside physiological bounds', rows: 1 }],
    });
  });
});

describe('diagnoses', () => {
  it('take the ICD-10-CM codes of the field, else those of the ICD-9-CM ones, else keep the path', async () => {
    expect(
      await rows(
        `SELECT code, details->>'sequence' AS sequence FROM events WHERE code LIKE 'ICD10CM%' OR code LIKE 'EICU_DX%' ORDER BY encounter_id, code`,
      ),
    ).toEqual([
      { code: 'EICU_DX//endocrine|diabetes', sequence: '5' },
      { code: 'EICU_DX//surgery|tracheostomy', sequence: '4' },
      { code: 'ICD10CM//F32.9', sequence: '3' },
      { code: 'ICD10CM//J18.9', sequence: '2' },
      { code: 'ICD10CM//N17.9', sequence: '1' },
      { code: 'ICD10CM//R65.20', sequence: '1' },
      { code: 'ICD10CM//Z95.1', sequence: '6' },
      { code: 'ICD10CM//N17.9', sequence: null },
    ]);
  });

  it('keep the original and count the row without a stay', async () => {
    expect(
      await rows(`SELECT details->>'original_code' AS original FROM events WHERE code = 'ICD10CM//F32.9'`),
    ).toEqual([{ original: '311' }]);
    expect(report('diagnosis')).toMatchObject({
      read: 9,
      mapped: 6,
      unmapped: 2,
      rejected: [{ reason: 'no such unit stay', rows: 1 }],
    });
  });
});

describe('measurements', () => {
  it('follow the laboratory’s unit, where its value is possible', async () => {
    expect(await values('LOINC//19123-9')).toEqual([
      { value: expect.closeTo(1.823, 3) as number, unit: 'mg/dL' },
    ]);
    expect(await values('LOINC//1988-5')).toEqual([
      { value: 12, unit: 'mg/L' },
      { value: 120, unit: 'mg/L' },
    ]);
    expect(await values('LOINC//20112-9')).toEqual([{ value: 500, unit: 'mL' }]);
  });

  it('know numbers that give their unit away, whatever the label says', async () => {
    expect(await values('LOINC//1994-3')).toEqual([
      { value: expect.closeTo(1.0979, 3) as number, unit: 'mmol/L' },
      { value: 1.1, unit: 'mmol/L' },
    ]);
    expect(await values('LOINC//8310-5')).toEqual([{ value: expect.closeTo(37, 6) as number, unit: 'Cel' }]);
    expect(await values('LOINC//3150-0')).toEqual([
      { value: 50, unit: '%' },
      { value: 40, unit: '%' },
    ]);
  });

  it('keep texts and unknown labs, and count impossible and empty ones', async () => {
    expect(await rows(`SELECT text_value AS text FROM events WHERE code = 'LOINC//10839-9'`)).toEqual([
      { text: '<0.02' },
    ]);
    expect(await values('EICU_LAB//unheard of')).toEqual([{ value: 3, unit: 'mg/dL' }]);
    expect(report('lab')).toMatchObject({
      read: 12,
      mapped: 9,
      unmapped: 1,
      rejected: [
        { reason: 'no value', rows: 1 },
        { reason: 'outside physiological bounds', rows: 1 },
      ],
    });
  });

  it('read wide vitals, respiratory charting and the coma scale', async () => {
    expect(await values('LOINC//76215-3')).toEqual([{ value: 120, unit: 'mm[Hg]' }]);
    expect(await values('EICU_VITAL//st1')).toEqual([{ value: 0.1, unit: null }]);
    expect(await rows(`SELECT text_value AS text FROM events WHERE code = 'EICU_RESP//O2 Device'`)).toEqual([
      { text: 'mask' },
    ]);
    expect(await values('LOINC//9268-4')).toEqual([{ value: 6, unit: '{score}' }]);
    expect(await values('LOINC//9269-2')).toEqual([{ value: 15, unit: '{score}' }]);
    expect(await values('EICU_EXAM//Constitutional/Vital Sign and Physiological Data/HR/HR Current')).toEqual(
      [{ value: 88, unit: null }],
    );
    expect(
      await rows(
        `SELECT text_value AS text FROM events WHERE code = 'EICU_EXAM//Neurologic/GCS/Mental Status/Affect'`,
      ),
    ).toEqual([{ text: 'calm/appropriate' }]);
  });

  it('find urine and weights among what went in and out, and each sum once', async () => {
    expect(await values('LOINC//9187-6')).toEqual([{ value: 250, unit: 'mL' }]);
    expect(
      await rows(
        `SELECT numeric_value AS value FROM events WHERE code = 'LOINC//29463-7' AND details IS NULL ORDER BY 1`,
      ),
    ).toEqual([{ value: expect.closeTo(45.359, 3) as number }, { value: 60 }]);
    expect(await values('EICU_IO//nettotal')).toEqual([{ value: -150, unit: 'mL' }]);
  });
});

describe('treatments', () => {
  it('order drugs by ingredient, leave out cancelled and nameless ones, and know no stop at 0', async () => {
    expect(
      await rows(`SELECT code, date_diff('minute', time, end_time)::INTEGER AS minutes FROM events
        WHERE kind = 'medication' AND code NOT LIKE 'EICU_INFUSION%' ORDER BY code, minutes`),
    ).toEqual([
      { code: 'EICU_DRUG//HOME DRUG', minutes: 490 },
      { code: 'HICL//1820', minutes: 490 },
      { code: 'HICL//1820', minutes: null },
    ]);
    expect(await rows(`SELECT display FROM codes WHERE code = 'HICL//1820'`)).toEqual([
      { display: 'ASPIRIN 81 MG' },
    ]);
    expect(report('medication').rejected).toEqual([
      { reason: 'no drug named', rows: 1 },
      { reason: 'order cancelled', rows: 1 },
    ]);
  });

  it('split the name of an infusion into drug and unit', async () => {
    expect(
      await rows(
        `SELECT code, numeric_value AS rate, text_value AS text, unit FROM events WHERE code LIKE 'EICU_INFUSION%' ORDER BY code`,
      ),
    ).toEqual([
      { code: 'EICU_INFUSION//insulin', rate: null, text: 'OFF', unit: '[IU]/h' },
      { code: 'EICU_INFUSION//norepinephrine', rate: 0.1, text: null, unit: 'ug/kg/min' },
      { code: 'EICU_INFUSION//propofol', rate: 5, text: null, unit: null },
    ]);
  });

  it('take each spell of ventilation once', async () => {
    expect(
      await rows(`SELECT date_diff('minute', s."start", e.time)::INTEGER AS from_minute, date_diff('minute', e.time, e.end_time)::INTEGER AS minutes
        FROM events e JOIN encounters s USING (encounter_id) WHERE code = 'EICU_RESPCARE//ventilation' ORDER BY ALL`),
    ).toEqual([
      { from_minute: 60, minutes: 540 },
      { from_minute: 60, minutes: null },
      { from_minute: 800, minutes: null },
    ]);
  });
});

describe('APACHE', () => {
  it('stands at the last minute of the first day or at the end of a shorter stay; −1 is no value', async () => {
    expect(
      await rows(`SELECT e.encounter_id AS id, date_diff('minute', s."start", e.time)::INTEGER AS minute, numeric_value AS value
        FROM events e JOIN encounters s USING (encounter_id) WHERE code = 'EICU_APS//meanbp' ORDER BY 1`),
    ).toEqual([
      { id: 'icu//101', minute: 1439, value: 55 },
      { id: 'icu//301', minute: 60, value: 55 },
    ]);
    expect(await values('EICU_APS//ph')).toEqual([]);
    expect(await values('EICU_APACHE//predventdays IVa')).toEqual([]);
  });

  it('keeps the outcomes out', async () => {
    expect(
      await rows(
        `SELECT code FROM events WHERE regexp_matches(code, '(?i)actual|unabridged|diedinhospital') OR text_value = 'ALIVE'`,
      ),
    ).toEqual([]);
  });
});

describe('the report', () => {
  it('adds up: read = mapped + unmapped + rejected, in every table', () => {
    for (const { table, read, mapped, unmapped, rejected } of manifest.report.tables) {
      expect(mapped + unmapped + rejected.reduce((sum, { rows: n }) => sum + n, 0), table).toBe(read);
    }
  });

  it('and the store are the same for 1 and 2 threads', async () => {
    const again = await importCohort(
      { source: eicu, dir },
      path.join(root, 'two-threads'),
      { dataRoot: path.join(root, 'data') },
      testContext(2),
    );
    expect(again.fingerprint).toBe(manifest.fingerprint);
    expect(again.report).toEqual(manifest.report);
  });

  it('names the absent tables', () => {
    expect(manifest.report.remarks.join('\n')).toMatch(/Absent tables: .*nurseCharting/);
  });
});

describe('the YAIB stand-in', () => {
  const standIn = async (folder: string) => {
    const file = path.join(folder, 'yaib-demo', 'los', 'eicu_demo', 'dyn.parquet');
    mkdirSync(path.dirname(file), { recursive: true });
    await db.exec(`COPY (SELECT * FROM (VALUES (101, 0, 90.0, 1.5, 40.0, 300.0), (201, 3600, NULL, 2.5, 50.0, 20.0), (999, 0, 80.0, 1.0, NULL, NULL))
      t(stay_id, time, hr, crea, fio2, urine)) TO ${sqlString(file)} (FORMAT parquet)`);
  };

  it('gives hourly vitals where vitalPeriodic is absent, and labs for the stays that a lab subset lacks', async () => {
    const partial = path.join(root, 'partial', 'eicu-demo');
    writeTinyEicu(partial, {
      'vitalPeriodic.csv': undefined,
      'lab.csv': undefined,
      'lab_pyhealth_subset.csv': tinyEicuFile('lab.csv'),
    });
    await standIn(path.join(root, 'partial'));
    const { report: done } = await load(partial, 'partial-store');
    const table = (name: string) => done.tables.find((entry) => entry.table.startsWith(name));
    expect(table('yaib-demo (hourly labs)')).toMatchObject({
      read: 2,
      mapped: 1,
      rejected: [{ reason: 'no such unit stay', rows: 1 }],
    });
    expect(table('yaib-demo (hourly vital')).toMatchObject({ read: 2, mapped: 1 });
    expect(done.remarks.filter((text) => text.includes('yaib-demo'))).toHaveLength(2);
    expect(await eicu.besides!(partial, {})).toEqual([
      path.join(root, 'partial', 'yaib-demo', 'los', 'eicu_demo', 'dyn.parquet'),
    ]);
    expect(await eicu.besides!(partial, { settings: { standIn: false } })).toEqual([]);
    const without = await load(partial, 'no-stand-in', { standIn: false });
    expect(without.report.remarks.join()).not.toContain('yaib');
  });

  it('is not used where the tables are there', async () => {
    const whole = path.join(root, 'whole', 'eicu-demo');
    writeTinyEicu(whole);
    await standIn(path.join(root, 'whole'));
    const { report: done } = await load(whole, 'whole-store');
    expect(done.remarks.join()).not.toContain('yaib');
  });
});

describe('bad input', () => {
  const broken = (name: string, but: Record<string, readonly string[] | undefined>) => {
    const folder = path.join(root, name);
    writeTinyEicu(folder, but);
    return folder;
  };

  it('names a missing patient table', async () => {
    const folder = broken('no-patient', { 'patient.csv': undefined });
    await expect(load(folder, 'x')).rejects.toThrow(
      expect.objectContaining({ code: 'NO_FILE' }) as DataError,
    );
  });

  it('names a missing column', async () => {
    const folder = broken('no-column', { 'lab.csv': ['labid,patientunitstayid,labresultoffset', '1,101,5'] });
    await expect(load(folder, 'x')).rejects.toThrow(/lab\.csv lacks the column 'labname'/);
  });

  it('names a truncated file', async () => {
    const folder = broken('truncated', { 'lab.csv': undefined });
    const whole = gzipSync(tinyEicuFile('lab.csv').join('\n'));
    writeFileSync(path.join(folder, 'lab.csv.gz'), whole.subarray(0, whole.length - 20));
    await expect(load(folder, 'x')).rejects.toThrow(/lab\.csv\.gz is truncated or damaged/);
  });

  it('refuses unknown settings', async () => {
    await expect(load(dir, 'x', { standin: true })).rejects.toThrow(UserError);
  });
});
