import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortManifest, TableReport } from '../../../src/cohort/index.js';
import { CohortStore } from '../../../src/cohort/index.js';
import type { SqlRow } from '../../../src/duckdb/index.js';
import { Database } from '../../../src/duckdb/index.js';
import { importCohort, sources } from '../../../src/sources/index.js';
import { testContext } from '../../support/context.js';
import { dataRoot } from '../../support/data.js';
import { madeUp, writeMadeUp, writeVocabulary } from './made-up.js';

const source = sources.find((s) => s.id === 'mimic-iv')!;
let work: string;
let vocabulary: string;

beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'mimic-iv-'));
  vocabulary = await writeVocabulary(path.join(work, 'vocabulary'));
});
afterAll(async () => {
  await rm(work, { recursive: true });
});

function importMadeUp(name: string, workers = 1): Promise<CohortManifest> {
  const from = { source, dir: path.join(work, name) };
  return importCohort(from, path.join(work, `${name}-store`), { dataRoot: vocabulary }, testContext(workers));
}

async function query(name: string, sql: string): Promise<SqlRow[]> {
  const db = await Database.open({ threads: 1 });
  try {
    await (await CohortStore.open(path.join(work, `${name}-store`))).views(db);
    return await db.rows(sql);
  } finally {
    db.close();
  }
}

function report(manifest: CohortManifest, table: string): TableReport {
  return manifest.report.tables.find((t) => t.table === table)!;
}

describe('mimic-iv on a made-up hospital', () => {
  let manifest: CohortManifest;
  beforeAll(async () => {
    await writeMadeUp(path.join(work, 'house'), {}, true);
    manifest = await importMadeUp('house');
  });

  it('detects its folder and no other', async () => {
    expect(await source.detect(path.join(work, 'house'))).toBe(true);
    expect(await source.detect(work)).toBe(false);
  });

  it('reads people: birth from the anchor year, death, sex, first stated race and ethnicity', async () => {
    const rows = await query(
      'house',
      'SELECT subject_id::INTEGER AS id, year(birth_time)::INTEGER AS born, death_time::VARCHAR AS died, sex, race, ethnicity, language FROM subjects ORDER BY 1',
    );
    expect(rows).toEqual([
      {
        id: 1,
        born: 2090,
        died: '2151-03-04 08:00:00',
        sex: 'female',
        race: 'white',
        ethnicity: null,
        language: 'english',
      },
      {
        id: 2,
        born: 2069,
        died: null,
        sex: 'male',
        race: null,
        ethnicity: 'hispanic or latino',
        language: null,
      },
      { id: 3, born: 2130, died: null, sex: 'male', race: 'asian', ethnicity: null, language: null },
    ]);
    expect(manifest.report.remarks).toContain(
      '1 patients were older than 89 in their anchor year: MIMIC gives all of them the age of 91.',
    );
  });

  it('reads stays: age, death in hospital, ICU stays inside their admission; an end before the start is rejected', async () => {
    const rows = await query(
      'house',
      'SELECT encounter_id AS id, parent_id, class, admission_type AS type, age_years AS age, died, unit FROM encounters ORDER BY 1',
    );
    expect(rows).toEqual([
      {
        id: 'admission//11',
        parent_id: null,
        class: 'inpatient',
        type: 'EW EMER.',
        age: 60,
        died: false,
        unit: null,
      },
      {
        id: 'admission//12',
        parent_id: null,
        class: 'inpatient',
        type: 'URGENT',
        age: 61,
        died: true,
        unit: null,
      },
      {
        id: 'admission//21',
        parent_id: null,
        class: 'inpatient',
        type: 'ELECTIVE',
        age: 91,
        died: false,
        unit: null,
      },
      {
        id: 'icu//121',
        parent_id: 'admission//12',
        class: 'icu',
        type: null,
        age: 61,
        died: true,
        unit: 'MICU',
      },
    ]);
    expect(report(manifest, 'hosp/admissions').rejected).toEqual([{ reason: 'end before start', rows: 1 }]);
  });

  it('translates laboratory items and units, and rejects what it cannot trust with the reason', async () => {
    const rows = await query(
      'house',
      `SELECT code, round(numeric_value, 4) AS number, text_value AS text, unit, encounter_id AS stay
       FROM events WHERE kind = 'observation' AND time < TIMESTAMP '2150-01-05' AND code IN ('LOINC//2160-0', 'MIMIC_LAB//50934')
       ORDER BY time`,
    );
    expect(rows).toEqual([
      { code: 'LOINC//2160-0', number: 1.1, text: null, unit: 'mg/dL', stay: 'admission//11' },
      { code: 'LOINC//2160-0', number: 1.0002, text: null, unit: 'mg/dL', stay: 'admission//11' },
      { code: 'MIMIC_LAB//50934', number: 3, text: null, unit: null, stay: 'admission//11' },
      { code: 'LOINC//2160-0', number: null, text: '<0.1, see note', unit: 'mg/dL', stay: null },
    ]);
    expect(report(manifest, 'hosp/labevents')).toEqual({
      table: 'hosp/labevents',
      target: 'events',
      read: 9,
      mapped: 4,
      unmapped: 1,
      rejected: [
        { reason: 'no such subject', rows: 1 },
        { reason: 'no value', rows: 1 },
        { reason: 'outside physiological bounds', rows: 1 },
        { reason: 'unknown unit', rows: 1 },
      ],
      topUnmapped: [{ code: 'MIMIC_LAB//50934', rows: 1 }],
    });
    expect(manifest.report.findings).toEqual([
      { check: 'events whose encounter is unknown: encounter_id cleared', rows: 1 },
    ]);
  });

  it('reads chart, output and outpatient measurements, dates as m/d/yyyy too', async () => {
    const rows = await query(
      'house',
      `SELECT code, round(numeric_value, 2) AS number, text_value AS text, unit, time::VARCHAR AS time FROM events
       WHERE encounter_id = 'icu//121' OR time = TIMESTAMP '2150-01-01' ORDER BY events.time, code`,
    );
    expect(rows).toEqual([
      { code: 'LOINC//29463-7', number: 45.36, text: null, unit: 'kg', time: '2150-01-01 00:00:00' },
      { code: 'LOINC//8462-4', number: 80, text: null, unit: 'mm[Hg]', time: '2150-01-01 00:00:00' },
      { code: 'LOINC//8480-6', number: 120, text: null, unit: 'mm[Hg]', time: '2150-01-01 00:00:00' },
      { code: 'MIMIC_OMR//eGFR', number: 60, text: null, unit: null, time: '2150-01-01 00:00:00' },
      { code: 'LOINC//8310-5', number: 37, text: null, unit: 'Cel', time: '2151-03-02 01:00:00' },
      { code: 'LOINC//8867-4', number: 80, text: null, unit: '/min', time: '2151-03-02 01:00:00' },
      {
        code: 'MIMIC_CHART//220048',
        number: null,
        text: 'SR (Sinus Rhythm)',
        unit: null,
        time: '2151-03-02 02:00:00',
      },
      { code: 'LOINC//9187-6', number: 250, text: null, unit: 'mL', time: '2151-03-02 18:00:00' },
      { code: 'MIMIC_ITEM//226588', number: 40, text: null, unit: 'mL', time: '2151-03-02 19:00:00' },
    ]);
    expect(report(manifest, 'hosp/omr').rejected).toEqual([{ reason: 'not a number', rows: 1 }]);
  });

  it('dates diagnoses at discharge, maps ICD-9 and keeps the original', async () => {
    const rows = await query(
      'house',
      `SELECT code, time::VARCHAR AS time, details FROM events WHERE kind = 'condition' ORDER BY events.time, code`,
    );
    expect(rows).toEqual([
      {
        code: 'ICD10CM//A41.9',
        time: '2150-01-05 12:00:00',
        details: '{"original_code":"ICD9CM//038.9","sequence":1}',
      },
      { code: 'ICD9CM//999.99', time: '2150-01-05 12:00:00', details: '{"sequence":2}' },
      { code: 'ICD10CM//A41.9', time: '2151-03-04 08:00:00', details: '{"sequence":1}' },
    ]);
    expect(report(manifest, 'hosp/diagnoses_icd').rejected).toEqual([
      { reason: 'no such admission', rows: 1 },
    ]);
  });

  it('keeps drug orders under their name, without those withdrawn before they began', async () => {
    const rows = await query(
      'house',
      `SELECT code, numeric_value AS dose, unit, details FROM events WHERE kind = 'medication'`,
    );
    expect(rows).toEqual([
      { code: 'MIMIC_DRUG//Heparin', dose: 5000, unit: 'UNIT', details: '{"phase":"order","route":"SC"}' },
    ]);
    expect(report(manifest, 'hosp/prescriptions').rejected).toEqual([
      { reason: 'end before start', rows: 1 },
    ]);
  });

  it('says which tables are absent', () => {
    expect(manifest.report.remarks).toContain('hosp/emar is absent.');
    expect(manifest.report.remarks).not.toContain('icu/chartevents is absent.');
  });

  it('writes the same bytes with 2 threads, from plain CSV, with columns in another order', async () => {
    const swapped = madeUp['hosp/diagnoses_icd']!.trimEnd()
      .split('\n')
      .map((line) => `${line.split(',').reverse().join(',')},extra`)
      .join('\n');
    await writeMadeUp(path.join(work, 'same'), { 'hosp/diagnoses_icd': `\uFEFF${swapped}\n` });
    const again = await importMadeUp('same', 2);
    expect(again).toEqual(manifest);
  });

  it('takes MEDS events for chart events when the table is absent', async () => {
    const dir = await writeMadeUp(path.join(work, 'stand-in'), { 'icu/chartevents': undefined });
    const events = [
      'subject_id,time,code,value',
      '1,2151-03-02 01:00:00,LAB//220045//bpm,80',
      '1,2150-01-02 06:00:00,LAB//50912//mg/dL,1.1',
      // these items state their unit in their label only: pounds and inches
      '1,2151-03-02 01:00:00,LAB//226531//UNK,220.462',
      '1,2151-03-02 01:00:00,LAB//226707//UNK,70',
    ];
    await writeFile(path.join(dir, 'meds_events.csv'), `${events.join('\n')}\n`);
    const other = await importMadeUp('stand-in');
    expect(report(other, 'meds_events (chart events)')).toMatchObject({ read: 3, mapped: 3 });
    expect(other.report.remarks.join()).toMatch(/icu\/chartevents is absent: meds_events stands in/);
    const rows = await query('stand-in', `SELECT encounter_id FROM events WHERE code = 'LOINC//8867-4'`);
    expect(rows).toEqual([{ encounter_id: 'icu//121' }]);
    const sizes = await query(
      'stand-in',
      `SELECT code, round(numeric_value, 1)::DOUBLE AS value, unit FROM events
       WHERE code IN ('LOINC//29463-7', 'LOINC//8302-2') AND encounter_id = 'icu//121' ORDER BY code`,
    );
    expect(sizes).toEqual([
      { code: 'LOINC//29463-7', value: 100, unit: 'kg' },
      { code: 'LOINC//8302-2', value: 177.8, unit: 'cm' },
    ]);
  });

  it('puts lost leading zeros of ICD-9 codes back only where the whole file has lost them', async () => {
    const rows = Array.from({ length: 500 }, (_, i) => `1,11,${i + 1},${i === 0 ? '389' : '4019'},9`);
    const csv = `subject_id,hadm_id,seq_num,icd_code,icd_version\n${rows.join('\n')}\n`;
    await writeMadeUp(path.join(work, 'zeros'), { 'hosp/diagnoses_icd': csv });
    const other = await importMadeUp('zeros');
    expect(report(other, 'hosp/diagnoses_icd').mapped).toBe(1);
    expect(other.report.remarks.join()).toMatch(/lost the leading zeros/);
    await writeMadeUp(path.join(work, 'few'), {
      'hosp/diagnoses_icd': csv.slice(0, csv.lastIndexOf('1,11,500')),
    });
    expect(report(await importMadeUp('few'), 'hosp/diagnoses_icd').mapped).toBe(0);
  });
});

describe('mimic-iv on bad input', () => {
  const failures: [string, Record<string, string | undefined>, object, RegExp][] = [
    [
      'a missing column',
      { 'hosp/labevents': madeUp['hosp/labevents']!.replace('valueuom', 'unit') },
      { code: 'NO_COLUMN', kind: 'data' },
      /labevents\.csv lacks the column 'valueuom'/,
    ],
    [
      'a missing table',
      { 'hosp/admissions': undefined },
      { code: 'NO_FILE', kind: 'data' },
      /hosp\/admissions/,
    ],
    [
      'a text among numbers',
      { 'hosp/labevents': madeUp['hosp/labevents']!.replace(',2,2,', ',2,SECRET,') },
      { code: 'BAD_CSV', kind: 'data' },
      /labevents\.csv.*column 'valuenum'.*line 4/,
    ],
    [
      'a short line',
      { 'hosp/patients': `${madeUp['hosp/patients']!}4,F\n` },
      { code: 'BAD_CSV', kind: 'data' },
      /patients\.csv.*line 5/,
    ],
  ];
  for (const [what, changes, expected, message] of failures) {
    it(`${what}: names the file, shows no value, leaves nothing`, async () => {
      const name = what.replaceAll(' ', '-');
      await writeMadeUp(path.join(work, name), changes);
      const error = await importMadeUp(name).catch((e: unknown) => e);
      expect(error).toMatchObject(expected);
      expect(String(error)).toMatch(message);
      expect(String(error)).not.toMatch(/SECRET/);
      expect((await readdir(work)).filter((entry) => entry.startsWith(`${name}-store`))).toEqual([]);
    });
  }

  it('a truncated csv.gz, wherever it is cut: BROKEN_FILE', async () => {
    const dir = await writeMadeUp(path.join(work, 'cut'), {}, true);
    const file = path.join(dir, 'hosp/labevents.csv.gz');
    const whole = await readFile(file);
    for (const keep of [whole.length - 3, whole.length >> 1, 15]) {
      await writeFile(file, whole.subarray(0, keep));
      const error = await importMadeUp('cut').catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'BROKEN_FILE', kind: 'data' });
      expect(String(error)).toMatch(/labevents\.csv\.gz is truncated/);
    }
    expect((await readdir(work)).filter((entry) => entry.startsWith('cut-store'))).toEqual([]);
  });

  it('a setting that does not exist', async () => {
    const from = { source, dir: path.join(work, 'house') };
    const options = { settings: { chart: true } };
    await expect(importCohort(from, path.join(work, 'no'), options, testContext())).rejects.toMatchObject({
      code: 'BAD_OPTIONS',
    });
  });
});

describe.skipIf(!dataRoot)('mimic-iv on the demo (skipped where the open data are absent)', () => {
  it('accounts for every row: 100 patients, 275 admissions, 140 ICU stays, 107,727 labs, 15 deaths in hospital', async () => {
    const from = { source, dir: path.join(dataRoot!, 'mimic4-demo') };
    const manifest = await importCohort(from, path.join(work, 'demo-store'), { dataRoot }, testContext(2));
    expect(manifest.counts.subjects).toBe(100);
    expect(report(manifest, 'hosp/admissions').mapped).toBe(275);
    expect(report(manifest, 'icu/icustays').mapped).toBe(140);
    const labs = report(manifest, 'hosp/labevents');
    const rejected = labs.rejected.reduce((sum, r) => sum + r.rows, 0);
    expect(labs.read).toBe(107_727);
    expect(labs.mapped + labs.unmapped + rejected).toBe(107_727);
    expect(labs.mapped).toBeGreaterThan(85_000);
    expect(labs.rejected.find((r) => r.reason === 'no value')?.rows).toBe(9731);
    expect(report(manifest, 'meds_events (chart events)').read).toBe(668_862);
    const died = await query(
      'demo',
      `SELECT count(*)::INTEGER AS n FROM encounters WHERE class = 'inpatient' AND died`,
    );
    expect(died).toEqual([{ n: 15 }]);
    const primary = await query(
      'demo',
      `SELECT count(*)::INTEGER AS n FROM events WHERE kind = 'condition' AND code LIKE 'ICD10CM//%' AND details LIKE '%"sequence":1}'`,
    );
    expect(Number(primary[0]!['n'])).toBeGreaterThan(270);
  }, 240_000);
});
