import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  analytes,
  formatIcd10,
  registerVocabularies,
  sqlFormatIcd10,
  sqlFormatIcd9,
  unitConversions,
} from '../../../src/cohort/index.js';
import { isConvertible } from '../../../src/core/index.js';
import { Database, sqlString } from '../../../src/duckdb/index.js';
import { dataRoot } from '../../support/data.js';

let db: Database;
beforeAll(async () => {
  db = await Database.open({ threads: 1 });
  await registerVocabularies(db);
});
afterAll(() => {
  db.close();
});

const byLoinc = (loinc: string) => analytes.find((analyte) => analyte.loinc === loinc)!;

/** LOINC's check digit: Luhn over the number (LOINC Users' Guide, "LOINC code format"). */
function luhn(digits: string): number {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, i) => {
      const doubled = Number(digit) * (i % 2 === 0 ? 2 : 1);
      return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
  return (10 - (sum % 10)) % 10;
}

describe('analyte table', () => {
  it('has LOINC codes with a right check digit, each once', () => {
    for (const { loinc } of analytes) {
      const [digits, check] = loinc.split('-');
      expect(luhn(digits!), loinc).toBe(Number(check));
    }
    expect(new Set(analytes.map((a) => a.loinc)).size).toBe(analytes.length);
  });

  it('has units that parse, bounds in order with a source, and parents that exist in the same unit', () => {
    for (const { loinc, unit, bounds, parent } of analytes) {
      expect(isConvertible(unit, unit), loinc).toBe(true);
      expect(bounds.low, loinc).toBeLessThan(bounds.high);
      expect(bounds.source).toMatch(/^(definition|expert assumption)$/);
      expect(bounds.reason).not.toBe('');
      if (parent !== undefined) expect(byLoinc(parent).unit, loinc).toBe(unit);
    }
  });

  it('gives each source code to one analyte', async () => {
    const twice = await db.rows(
      'SELECT source, source_code FROM vocab_analyte GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL',
    );
    expect(twice).toEqual([]);
  });

  it('lists the canonical unit with factor 1, each spelling once, for every analyte', async () => {
    const wrong = await db.rows(`
      SELECT l.loinc FROM vocab_loinc l LEFT JOIN vocab_unit u ON u.loinc = l.loinc AND u.source_unit = lower(l.unit)
      WHERE u.factor IS DISTINCT FROM 1 OR u.shift IS DISTINCT FROM 0 ORDER BY 1`);
    expect(wrong).toEqual([]);
    const twice = await db.rows('SELECT loinc, source_unit FROM vocab_unit GROUP BY ALL HAVING count(*) > 1');
    expect(twice).toEqual([]);
  });
});

describe('unit conversions', () => {
  const way = (loinc: string, unit: string) =>
    unitConversions(byLoinc(loinc)).find(({ sourceUnit }) => sourceUnit === unit);

  it.each([
    ['2345-7', 'mmol/l', 1, 18.016],
    ['2160-0', 'umol/l', 88.402, 1],
    ['3094-0', 'mmol/l', 1, 2.8014],
    ['718-7', 'g/l', 100, 10],
    ['19123-9', 'meq/l', 1, 1.2153],
    ['1994-3', 'mg/dl', 4, 0.998],
    ['8310-5', '°f', 98.6, 37],
    ['29463-7', 'lbs', 100, 45.359],
    ['8302-2', 'inch', 70, 177.8],
    ['2703-7', 'kpa', 10, 75.006],
    ['6690-2', 'k/ul', 7, 7],
    ['6690-2', '#/ul', 7000, 7],
    ['1988-5', 'mg/dl', 12, 120],
    ['786-4', '%', 33, 33],
    ['3016-3', 'uiu/ml', 2, 2],
    ['16362-6', 'mcg/dl', 100, 58.716],
    ['6301-6', '', 1.1, 1.1],
  ])('%s in %s', (loinc, unit, from, to) => {
    const linear = way(loinc, unit);
    expect(linear, `${loinc} ${unit}`).toBeDefined();
    expect(from * linear!.factor + linear!.shift).toBeCloseTo(to, 3);
  });

  it('does not take a percentage for a pH, a pressure or a concentration', () => {
    for (const loinc of ['11558-4', '6301-6', '8480-6', '2345-7', '2951-2']) {
      expect(way(loinc, '%'), loinc).toBeUndefined();
    }
  });

  it('knows numbers that give their unit away', async () => {
    const rows = await db.rows(
      `SELECT loinc, low * factor + shift AS low FROM vocab_magnitude WHERE loinc IN ('8310-5', '3150-0') ORDER BY 1`,
    );
    expect(rows).toEqual([
      { loinc: '3150-0', low: 15 },
      { loinc: '8310-5', low: expect.closeTo(21.11, 2) as number },
    ]);
  });
});

describe('ICD codes', () => {
  it.each([
    ['A419', 'A41.9'],
    ['a41.9', 'A41.9'],
    ['I10', 'I10'],
    [' S72001A ', 'S72.001A'],
  ])('formats %s as %s, in SQL too', async (code, expected) => {
    expect(formatIcd10(code)).toBe(expected);
    expect(await db.one(`SELECT ${sqlFormatIcd10(sqlString(code))} AS code`)).toEqual({ code: expected });
  });

  it('leaves a formatted code as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z][0-9][0-9A-Z]{1,5}$/), (code) => {
        expect(formatIcd10(formatIcd10(code))).toBe(formatIcd10(code));
      }),
    );
  });

  it.each([
    ['0389', '038.9'],
    ['E8120', 'E812.0'],
    ['V1009', 'V10.09'],
    ['486', '486'],
  ])('formats ICD-9 %s as %s', async (code, expected) => {
    expect(await db.one(`SELECT ${sqlFormatIcd9(sqlString(code))} AS code`)).toEqual({ code: expected });
  });

  it('leaves the ICD tables empty where no files are given', async () => {
    expect(await registerVocabularies(db, {})).toEqual({ icd9: false, icd10: false });
    expect(await db.one('SELECT count(*)::INTEGER AS n FROM vocab_icd9')).toEqual({ n: 0 });
  });
});

describe('the GEM as CMS publishes it', () => {
  it('is read from its text file: no map is left out, a code of its own comes before a combination', async () => {
    const root = mkdtempSync(path.join(os.tmpdir(), 'gem-'));
    mkdirSync(path.join(root, 'vocab'));
    const lines = [
      '0389  A419    10000',
      '4280  I50814  10000',
      '4280  I509    10000',
      '99592 R6520   10112',
      '99592 A419    10111',
      '99592 R6521   10000',
      '73679 NoDx    11000',
    ];
    writeFileSync(path.join(root, 'vocab', '2018_I9gem.txt'), lines.join('\r\n') + '\r\n');
    expect(await registerVocabularies(db, { dataRoot: root })).toEqual({ icd9: true, icd10: false });
    expect(await db.rows('SELECT * FROM vocab_icd9 ORDER BY 1')).toEqual([
      { code: '0389', icd10: 'A41.9' },
      { code: '4280', icd10: 'I50.9' },
      { code: '99592', icd10: 'R65.21' },
    ]);
    rmSync(root, { recursive: true });
  });
});

describe.skipIf(dataRoot === undefined)(
  'with the open data (skipped without ANAMNESIS_DATA or ../shared/data)',
  () => {
    it('maps ICD-9 to ICD-10-CM by the GEM’s first choice', async () => {
      expect(await registerVocabularies(db, { dataRoot })).toEqual({ icd9: true, icd10: true });
      const rows = await db.rows(
        `SELECT code, icd10 FROM vocab_icd9 WHERE code IN ('0389', '486', '4280', '4019', '5849') ORDER BY 1`,
      );
      expect(rows).toEqual([
        { code: '0389', icd10: 'A41.9' },
        { code: '4019', icd10: 'I10' },
        { code: '4280', icd10: 'I50.9' },
        { code: '486', icd10: 'J18.9' },
        { code: '5849', icd10: 'N17.9' },
      ]);
      expect(await db.one('SELECT count(*) = count(DISTINCT code) AS once FROM vocab_icd9')).toEqual({
        once: true,
      });
      const orphans = await db.one(
        `SELECT count(*)::INTEGER AS n FROM vocab_icd9 WHERE icd10 NOT IN (SELECT code FROM vocab_icd10)`,
      );
      expect(orphans['n']).toBeLessThan(50); // the tables are of different years
    });

    // Where our code differs from the published MIMIC-IV mapping on purpose: anion gap without naming the ions;
    // cuff and line pressures told apart; the set tidal volume apart from the observed one; three items that it leaves out
    // (daily weight, finger-stick glucose, end-tidal CO2).
    const ours = new Set([
      '50868',
      '220050',
      '220051',
      '220052',
      '225309',
      '225310',
      '225312',
      '224167',
      '224643',
      '227243',
      '227242',
      '224684',
      '224639',
      '225664',
      '228640',
    ]);

    it('agrees with the published mapping of MIMIC-IV items to LOINC', async () => {
      const file = (name: string) => sqlString(path.join(dataRoot!, 'vocab', 'mimic-mapping', name));
      const rows = await db.rows(`
      WITH published AS (
        SELECT "itemid (omop_source_code)" AS item, omop_concept_code AS loinc, 'mimic-iv:labevents' AS source
        FROM read_csv(${file('d_labitems_to_loinc.csv')}, all_varchar = true)
        UNION ALL
        SELECT "itemid (omop_source_code)", omop_concept_code, 'mimic-iv:chartevents'
        FROM read_csv(${file('meas_chartevents_main.csv')}, all_varchar = true))
      SELECT a.source_code AS item, a.loinc, p.loinc AS published
      FROM vocab_analyte a LEFT JOIN published p ON p.source = a.source AND p.item = a.source_code
      WHERE a.source LIKE 'mimic%' AND p.loinc IS DISTINCT FROM a.loinc ORDER BY 1`);
      expect(rows.filter((row) => !ours.has(String(row['item'])))).toEqual([]);
    });
  },
);
