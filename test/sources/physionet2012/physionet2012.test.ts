import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortManifest } from '../../../src/cohort/index.js';
import { CohortStore } from '../../../src/cohort/index.js';
import type { SqlRow } from '../../../src/duckdb/index.js';
import { Database } from '../../../src/duckdb/index.js';
import { importCohort } from '../../../src/sources/index.js';
import { physionet2012 } from '../../../src/sources/physionet2012/index.js';
import { testContext } from '../../support/context.js';
import { dataRoot } from '../../support/data.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'challenge-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

// Made-up records: 9001 dies on day 5, 9002 survives; 9003 has nothing but its number, 9004 died long after discharge.
const records: Readonly<Record<string, readonly string[]>> = {
  '9001': [
    '00:00,Age,70',
    '00:00,Gender,0',
    '00:00,Height,-1',
    '00:00,ICUType,3',
    '00:00,Weight,80',
    '00:07,HR,73',
    '01:10,FiO2,0.5',
    '02:00,pH,735',
    '03:00,Temp,0',
    '47:59,Mg,2',
    '05:00,MechVent,1',
    '06:00,NISysABP,110',
  ],
  '9002': [
    '00:00,Age,50',
    '00:00,Gender,1',
    '00:00,Height,170.2',
    '00:00,ICUType,1',
    '00:00,Weight,-1',
    '48:00,HCT,33',
    '00:30,TroponinT,0.1',
  ],
  '9003': ['00:00,Age,-1', '00:00,Gender,-1', '00:00,Height,-1', '00:00,ICUType,4', '00:00,Weight,-1'],
  '9004': ['00:00,Age,33', '00:00,Gender,1', '00:00,Height,16', '00:00,ICUType,2', '00:00,Weight,0'],
};
const outcomes = [
  'RecordID,SAPS-I,SOFA,Length_of_stay,Survival,In-hospital_death',
  '9001,20,10,5,4,1',
  '9002,6,-1,9,-1,0',
  '9003,-1,-1,-1,-1,0',
  '9004,8,2,10,100,0',
];

/** The publisher's layout: one file for each record. */
function writeOriginal(dir: string): void {
  mkdirSync(path.join(dir, 'set-a'), { recursive: true });
  for (const [id, lines] of Object.entries(records)) {
    const text = ['Time,Parameter,Value', `00:00,RecordID,${id}`, ...lines].join('\n');
    writeFileSync(path.join(dir, 'set-a', `${id}.txt`), `${text}\n`);
  }
  writeFileSync(path.join(dir, 'Outcomes-a.txt'), outcomes.join('\n') + '\n');
}

/** The long form: all records in one table. */
function writeLong(dir: string, set = 'a'): void {
  mkdirSync(dir, { recursive: true });
  const rows = Object.entries(records).flatMap(([id, lines]) => lines.map((line) => `${id},${line}`));
  const text = ['RecordID,Time,Parameter,Value', ...rows].join('\n') + '\n';
  writeFileSync(path.join(dir, `set-${set}.long.csv.gz`), gzipSync(text));
  writeFileSync(path.join(dir, `Outcomes-${set}.txt`), outcomes.join('\n') + '\n');
}

const load = (dir: string, name: string, settings: Record<string, unknown> = {}): Promise<CohortManifest> =>
  importCohort(
    { source: physionet2012, dir },
    path.join(root, name),
    { dataRoot: undefined, settings },
    testContext(),
  );

async function query(store: string, sql: string): Promise<SqlRow[]> {
  const db = await Database.open({ threads: 1 });
  try {
    await (await CohortStore.open(store)).views(db);
    return await db.rows(sql);
  } finally {
    db.close();
  }
}

describe('Challenge 2012', () => {
  let manifest: CohortManifest;
  let dir: string;
  const rows = (sql: string) => query(path.join(root, 'store'), sql);
  beforeAll(async () => {
    dir = path.join(root, 'original');
    writeOriginal(dir);
    manifest = await load(dir, 'store');
  });

  it('knows its folders', async () => {
    expect(await physionet2012.detect(dir)).toBe(true);
    expect(await physionet2012.detect(root)).toBe(false);
  });

  it('reads the publisher’s layout and the long form alike', async () => {
    writeLong(path.join(root, 'long'));
    const long = await load(path.join(root, 'long'), 'long-store');
    expect(long.fingerprint).toBe(manifest.fingerprint);
  });

  it('makes each record a subject with a hospital stay and a unit stay inside it', async () => {
    expect(
      await rows(
        `SELECT source_id AS id, sex, birth_time::VARCHAR AS born, death_time::VARCHAR AS died FROM subjects ORDER BY 1`,
      ),
    ).toEqual([
      { id: '9001', sex: 'female', born: '1931-01-01 00:00:00', died: '2001-01-06 00:00:00' },
      { id: '9002', sex: 'male', born: '1951-01-01 00:00:00', died: null },
      { id: '9003', sex: null, born: null, died: null },
      { id: '9004', sex: 'male', born: '1968-01-01 00:00:00', died: '2001-04-11 00:00:00' },
    ]);
    expect(
      await rows(`SELECT encounter_id AS id, parent_id AS parent, class, "end"::VARCHAR AS "end", unit, age_years AS age, died
        FROM encounters WHERE subject_id IN (9001, 9003) ORDER BY subject_id, class`),
    ).toEqual([
      {
        id: 'icu//9001',
        parent: 'admission//9001',
        class: 'icu',
        end: null,
        unit: 'Medical ICU',
        age: 70,
        died: null,
      },
      {
        id: 'admission//9001',
        parent: null,
        class: 'inpatient',
        end: '2001-01-06 00:00:00',
        unit: null,
        age: 70,
        died: true,
      },
      {
        id: 'icu//9003',
        parent: 'admission//9003',
        class: 'icu',
        end: null,
        unit: 'Surgical ICU',
        age: null,
        died: null,
      },
      {
        id: 'admission//9003',
        parent: null,
        class: 'inpatient',
        end: null,
        unit: null,
        age: null,
        died: false,
      },
    ]);
  });

  it('turns parameters into LOINC, oxygen fractions into percent, and keeps the time', async () => {
    expect(
      await rows(
        `SELECT time::VARCHAR AS time, code, numeric_value AS value, unit FROM events WHERE subject_id = 9001 ORDER BY time, code`,
      ),
    ).toEqual([
      { time: '2001-01-01 00:00:00', code: 'LOINC//29463-7', value: 80, unit: 'kg' },
      { time: '2001-01-01 00:07:00', code: 'LOINC//8867-4', value: 73, unit: '/min' },
      { time: '2001-01-01 01:10:00', code: 'LOINC//3150-0', value: 50, unit: '%' },
      { time: '2001-01-01 05:00:00', code: 'PHYSIONET2012//MechVent', value: 1, unit: null },
      { time: '2001-01-01 06:00:00', code: 'LOINC//76534-7', value: 110, unit: 'mm[Hg]' },
      { time: '2001-01-02 23:59:00', code: 'LOINC//19123-9', value: 2, unit: 'mg/dL' },
      { time: '2001-01-03 00:00:00', code: 'PHYSIONET2012//SAPS-I', value: 20, unit: '{score}' },
      { time: '2001-01-03 00:00:00', code: 'PHYSIONET2012//SOFA', value: 10, unit: '{score}' },
    ]);
  });

  it('marks the scores as not available at prediction', async () => {
    const marks = await rows(
      `SELECT DISTINCT details->>'available_at_prediction' AS available FROM events WHERE code LIKE 'PHYSIONET2012//S%'`,
    );
    expect(marks).toEqual([{ available: 'false' }]);
  });

  it('counts what is missing and what is impossible', () => {
    const table = manifest.report.tables.find((entry) => entry.table === 'set-a (measurements)')!;
    expect(table).toMatchObject({
      read: 17,
      mapped: 8,
      unmapped: 1,
      rejected: [
        { reason: 'missing (−1)', rows: 4 },
        { reason: 'outside physiological bounds', rows: 4 },
      ],
    });
  });

  it('reads the sets that are asked for, and several', async () => {
    const both = path.join(root, 'both');
    writeLong(both, 'a');
    mkdirSync(path.join(both, 'set-b'));
    writeFileSync(
      path.join(both, 'set-b', '7001.txt'),
      'Time,Parameter,Value\n00:00,RecordID,7001\n00:00,ICUType,1\n',
    );
    const all = await load(both, 'both-store');
    expect(all.counts.subjects).toBe(5);
    expect(all.report.remarks.join()).toContain('Outcomes-b.txt');
    expect((await load(both, 'only-b', { sets: ['b'] })).counts.subjects).toBe(1);
    await expect(load(both, 'x', { sets: ['c'] })).rejects.toThrow(/not all sets/);
    await expect(load(both, 'x', { sets: ['z'] })).rejects.toThrow(
      expect.objectContaining({ code: 'BAD_OPTIONS' }) as Error,
    );
  });

  it('names a broken file', async () => {
    const bad = path.join(root, 'bad');
    writeLong(bad);
    writeFileSync(path.join(bad, 'Outcomes-a.txt'), 'RecordID,SAPS-I\n9001,3\n');
    await expect(load(bad, 'x')).rejects.toThrow(/Outcomes-a\.txt lacks the column 'SOFA'/);
  });
});

const real = dataRoot === undefined ? undefined : path.join(dataRoot, 'physionet2012');

describe.skipIf(real === undefined || !existsSync(real))(
  'Challenge 2012, set a (skipped without ANAMNESIS_DATA or ../shared/data)',
  () => {
    it('holds 4,000 stays, of which 554 died (13.85 %), and maps every parameter but MechVent', async () => {
      const manifest = await load(real!, 'real', { sets: ['a'] });
      const target = path.join(root, 'real');
      const deaths = await query(
        target,
        `SELECT count(*) FILTER (died)::INTEGER AS died, count(*)::INTEGER AS n FROM encounters WHERE class = 'inpatient'`,
      );
      expect(deaths).toEqual([{ died: 554, n: 4000 }]);
      for (const { table, read, mapped, unmapped, rejected } of manifest.report.tables) {
        expect(mapped + unmapped + rejected.reduce((sum, { rows }) => sum + rows, 0), table).toBe(read);
      }
      const table = manifest.report.tables.find((entry) => entry.table === 'set-a (measurements)')!;
      expect(table.topUnmapped.map(({ code }) => code)).toEqual(['PHYSIONET2012//MechVent']);
      expect((table.mapped + table.unmapped) / table.read).toBeGreaterThan(0.98);
      const mg = await query(
        target,
        `SELECT median(numeric_value) AS mg FROM events WHERE code = 'LOINC//19123-9'`,
      );
      expect(mg[0]!['mg']).toBeCloseTo(2, 1); // mg/dL: in mmol/L it would be twice the normal
    });
  },
);
