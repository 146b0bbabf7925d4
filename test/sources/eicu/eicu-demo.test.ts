import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortManifest } from '../../../src/cohort/index.js';
import { CohortStore } from '../../../src/cohort/index.js';
import { Database, sqlString } from '../../../src/duckdb/index.js';
import { eicu } from '../../../src/sources/eicu/index.js';
import { importCohort } from '../../../src/sources/index.js';
import { testContext } from '../../support/context.js';
import { dataRoot } from '../../support/data.js';

const demo = dataRoot === undefined ? undefined : path.join(dataRoot, 'eicu-demo');

describe.skipIf(demo === undefined || !existsSync(demo))(
  'eICU demo (skipped without ANAMNESIS_DATA or ../shared/data)',
  () => {
    let root: string;
    let manifest: CohortManifest;
    let db: Database;

    beforeAll(async () => {
      root = mkdtempSync(path.join(os.tmpdir(), 'eicu-demo-'));
      const target = path.join(root, 'store');
      manifest = await importCohort({ source: eicu, dir: demo! }, target, { dataRoot }, testContext());
      db = await Database.open({ threads: 1 });
      await (await CohortStore.open(target)).views(db);
    });
    afterAll(() => {
      db.close();
      rmSync(root, { recursive: true, force: true });
    });

    it('holds 1,841 patients, 2,520 unit stays and 2,174 hospital stays', async () => {
      expect(manifest.counts.subjects).toBe(1841);
      expect(
        await db.rows(`SELECT class, count(*)::INTEGER AS n FROM encounters GROUP BY 1 ORDER BY 1`),
      ).toEqual([
        { class: 'icu', n: 2520 },
        { class: 'inpatient', n: 2174 },
      ]);
    });

    it('knows the published rates: 212 of 2,492 died in hospital, 5.75 % of unit stays last over 7 days', async () => {
      const rates = await db.one(`
      SELECT count(*) FILTER (h.died)::INTEGER AS deaths, count(h.died)::INTEGER AS known,
        avg(CASE WHEN i."end" > i."start" + INTERVAL 7 DAY THEN 1.0 ELSE 0.0 END) AS long
      FROM encounters i JOIN encounters h ON i.parent_id = h.encounter_id`);
      expect(rates).toEqual({ deaths: 212, known: 2492, long: expect.closeTo(0.0575, 3) as number });
    });

    it('never lets two hospital stays of a patient overlap, nor a unit stay leave its hospital stay', async () => {
      const clashes = await db.one(`
      SELECT count(*)::INTEGER AS n FROM encounters a JOIN encounters b
      ON a.class = 'inpatient' AND b.class = 'inpatient' AND a.subject_id = b.subject_id AND a.encounter_id < b.encounter_id
        AND a."start" <= b."end" AND b."start" <= a."end"`);
      const strays = await db.one(`
      SELECT count(*)::INTEGER AS n FROM encounters i JOIN encounters h ON i.parent_id = h.encounter_id
      WHERE i."start" < h."start" OR i."end" > h."end"`);
      expect([clashes['n'], strays['n']]).toEqual([0, 0]);
    });

    it('adds up in every table, and maps at least 99 % of labs and vital signs', () => {
      for (const { table, read, mapped, unmapped, rejected } of manifest.report.tables) {
        expect(mapped + unmapped + rejected.reduce((sum, { rows }) => sum + rows, 0), table).toBe(read);
      }
      const share = (name: string) => {
        const found = manifest.report.tables.find(({ table }) => table.startsWith(name))!;
        return found.mapped / found.read;
      };
      expect(share('lab_pyhealth')).toBeGreaterThan(0.99);
      expect(share('yaib-demo (hourly labs)')).toBeGreaterThan(0.999);
      expect(share('yaib-demo (hourly vital')).toBeGreaterThan(0.999);
    });

    it('uses only ICD-10-CM codes that exist, for at least 80 % of the diagnoses', async () => {
      const entry = manifest.report.tables.find(({ table }) => table === 'diagnosis')!;
      expect(entry.mapped / entry.read).toBeGreaterThan(0.8);
      const unknown = await db.one(
        `SELECT count(*)::INTEGER AS n FROM codes WHERE code LIKE 'ICD10CM//%' AND display IS NULL`,
      );
      expect(unknown['n']).toBe(0);
    });

    it('agrees with the lab table where YAIB’s hourly values overlap it (creatinine, sodium: ratio 1)', async () => {
      const file = path.join(dataRoot!, 'yaib-demo', 'los', 'eicu_demo', 'dyn.parquet');
      const { ratio, pairs } = await db.one(`
      SELECT median(y.crea / e.numeric_value) AS ratio, count(*)::INTEGER AS pairs
      FROM events e JOIN encounters s USING (encounter_id) JOIN read_parquet(${sqlString(file)}) y
        ON s.encounter_id = 'icu//' || y.stay_id AND y.time // 60 = date_diff('minute', s."start", e.time) // 60 * 60
      WHERE e.code = 'LOINC//2160-0' AND e.details IS NULL AND y.crea IS NOT NULL`);
      expect(Number(pairs)).toBeGreaterThan(300);
      expect(ratio).toBeCloseTo(1, 6);
    });
  },
);
