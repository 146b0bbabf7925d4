import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortManifest } from '../../../src/cohort/index.js';
import { CohortStore } from '../../../src/cohort/index.js';
import { Database } from '../../../src/duckdb/index.js';
import { exportById } from '../../../src/exports/index.js';
import { importCohort, sourceById } from '../../../src/sources/index.js';
import { testContext } from '../../support/context.js';
import { fixtureFacts, makeRecords } from '../../support/records/index.js';
import { hashes, writeExport } from '../../support/write-export.js';

const { directory, records } = makeRecords(14);
const base = { directory, records, facts: fixtureFacts };
const options = { subjectsPerShard: 5, splits: { train: 0.5, tuning: 0.25 } };
let work: string;
let out: string;
let db: Database;

beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'meds-'));
  out = path.join(work, 'out');
  db = await Database.open({ threads: 1 });
  const compiled = exportById('meds').compile(options);
  await writeExport(out, { ...base, compiled, perTask: 4 }, testContext());
});
afterAll(async () => {
  db.close();
  await rm(work, { recursive: true });
});

describe('meds', () => {
  it('has whole subjects in files, sorted by subject and time, static rows first', async () => {
    expect((await readdir(path.join(out, 'data'))).sort()).toEqual([
      '00000.parquet',
      '00001.parquet',
      '00002.parquet',
    ]);
    const files =
      await db.rows(`SELECT filename[-13:] AS file, min(subject_id)::INT AS low, max(subject_id)::INT AS high,
      count(DISTINCT subject_id)::INT AS n FROM read_parquet('${out}/data/*.parquet', filename = true) GROUP BY 1 ORDER BY 1`);
    expect(files.map((f) => [f['low'], f['high'], f['n']])).toEqual([
      [1, 5, 5],
      [6, 10, 5],
      [11, 14, 4],
    ]);
    for (const name of ['00000', '00001', '00002']) {
      const rows = await db.rows(
        `SELECT subject_id::INT AS s, epoch_ms(time)::DOUBLE AS t FROM read_parquet('${out}/data/${name}.parquet')`,
      );
      const keys = rows.map((r) => [Number(r['s']), r['t'] === null ? -Infinity : Number(r['t'])] as const);
      expect(keys).toEqual([...keys].sort(([s, t], [u, v]) => s - u || (t === v ? 0 : t - v)));
    }
  });

  it('has the types of the standard', async () => {
    const columns = await db.describe(`SELECT * FROM read_parquet('${out}/data/00000.parquet')`);
    expect(columns.slice(0, 5)).toEqual([
      { name: 'subject_id', type: 'BIGINT' },
      { name: 'time', type: 'TIMESTAMP' },
      { name: 'code', type: 'VARCHAR' },
      { name: 'numeric_value', type: 'FLOAT' },
      { name: 'text_value', type: 'VARCHAR' },
    ]);
    const about: unknown = JSON.parse(await readFile(path.join(out, 'metadata', 'dataset.json'), 'utf8'));
    expect(about).toMatchObject({ meds_version: '0.4.1', created_at: '2026-02-02T03:04:05Z' });
    const missing = await db.rows(`SELECT DISTINCT code FROM read_parquet('${out}/data/*.parquet')
      WHERE code NOT IN (SELECT code FROM '${out}/metadata/codes.parquet')`);
    expect(missing).toEqual([]);
    const splits = await db.rows(
      `SELECT DISTINCT split FROM '${out}/metadata/subject_splits.parquet' ORDER BY 1`,
    );
    expect(splits.map((r) => r['split'])).toEqual(['held_out', 'train', 'tuning']);
  });

  it.each([1, 100])('writes the same bytes when cut into tasks of %i, on 2 threads', async (perTask) => {
    const compiled = exportById('meds').compile(options);
    const again = path.join(work, `cut-${perTask}`);
    await writeExport(again, { ...base, compiled, perTask }, testContext(2));
    expect(await hashes(again)).toEqual(await hashes(out));
  });

  it('refuses shares that exceed the whole', () => {
    expect(() => exportById('meds').compile({ splits: { train: 0.8, tuning: 0.3 } })).toThrow(/splits/);
  });

  it('is read back by the source meds: the same store as the export cohort writes', async () => {
    const store = path.join(work, 'back');
    const from = { source: sourceById('meds'), dir: out };
    const manifest: CohortManifest = await importCohort(from, store, {}, testContext());
    expect(manifest.report.tables.flatMap((t) => t.rejected)).toEqual([]);
    const direct = path.join(work, 'direct');
    const compiled = exportById('cohort').compile({});
    await writeExport(direct, { ...base, compiled, perTask: 9 }, testContext());
    await (await CohortStore.open(store)).views(db, 'b_');
    await (await CohortStore.open(direct)).views(db, 'd_');
    const same = {
      subjects: 'subject_id, birth_time, death_time, sex, race, ethnicity',
      encounters:
        'encounter_id, subject_id, parent_id, class, start, "end", CASE WHEN "end" IS NOT NULL THEN died END',
      // MEDS keeps numbers as 32-bit floats.
      events:
        'subject_id, time, end_time, kind, code, numeric_value::FLOAT, text_value, unit, encounter_id, details',
    };
    for (const [name, columns] of Object.entries(same)) {
      const { n } = await db.one(`SELECT count(*)::INT AS n FROM (
        (SELECT ${columns} FROM b_${name} EXCEPT ALL SELECT ${columns} FROM d_${name})
        UNION ALL (SELECT ${columns} FROM d_${name} EXCEPT ALL SELECT ${columns} FROM b_${name}))`);
      expect([name, n]).toEqual([name, 0]);
    }
    const { off } = await db.one(
      'SELECT max(abs(b.age_years - d.age_years))::DOUBLE AS off FROM b_encounters b JOIN d_encounters d USING (encounter_id)',
    );
    expect(Number(off)).toBeLessThan(1 / 365); // the source counts whole days
    const { n } = await db.one('SELECT count(*)::INT AS n FROM b_events');
    expect(Number(n)).toBeGreaterThan(500);
  });
});
