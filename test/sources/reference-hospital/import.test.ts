import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortManifest } from '../../../src/cohort/index.js';
import { UserError } from '../../../src/core/index.js';
import { Database, sqlString } from '../../../src/duckdb/index.js';
import { importCohort } from '../../../src/sources/index.js';
import {
  compileReferenceHospital,
  referenceHospital,
} from '../../../src/sources/reference-hospital/index.js';
import { testContext } from '../../support/context.js';

let dir: string;
let first: CohortManifest;
const make = async (
  name: string,
  settings: Record<string, unknown>,
  context = testContext(),
): Promise<CohortManifest> => {
  const target = path.join(dir, name);
  try {
    return await importCohort({ source: referenceHospital, dir: '' }, target, { settings }, context);
  } finally {
    await context.pool.close();
  }
};

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'anamnesis-reference-'));
  first = await make('first', { patients: 450 });
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

const query = async (sql: string): Promise<unknown> => {
  const db = await Database.open({ threads: 1 });
  try {
    const table = (name: string): string => `read_parquet(${sqlString(path.join(dir, 'first', name))})`;
    await db.exec(`CREATE VIEW subjects AS FROM ${table('subjects.parquet')};
      CREATE VIEW encounters AS FROM ${table('encounters.parquet')};
      CREATE VIEW events AS FROM ${table('events/*.parquet')};
      CREATE VIEW codes AS FROM ${table('codes.parquet')}`);
    return (await db.one(`SELECT count(*)::DOUBLE AS n FROM (${sql})`))['n'];
  } finally {
    db.close();
  }
};

describe('the store', () => {
  it('takes every row, all under standard codes', () => {
    expect(first.counts.subjects).toBe(450);
    for (const table of first.report.tables) {
      expect(table).toMatchObject({ mapped: table.read, unmapped: 0, rejected: [] });
      expect(table.read).toBeGreaterThan(400);
    }
    expect(first.report.findings).toEqual([]);
  });

  it('says that these are not patients', () => {
    expect(first.source.title).toContain('not real patients');
    expect(first.report.remarks.join(' ')).toContain('These patients do not exist');
  });

  it.each([
    ['an event after death', 'FROM events e JOIN subjects s USING (subject_id) WHERE e.time > s.death_time'],
    ['an event before birth', 'FROM events e JOIN subjects s USING (subject_id) WHERE e.time < s.birth_time'],
    [
      'a stay after death',
      'FROM encounters e JOIN subjects s USING (subject_id) WHERE e."end" > s.death_time',
    ],
    [
      'an event outside its stay',
      'FROM events e JOIN encounters c USING (encounter_id) WHERE e.time < c.start OR e.time > c."end"',
    ],
    ['an event without a stay', 'FROM events ANTI JOIN encounters USING (encounter_id)'],
    [
      'an ICU stay without its admission',
      `FROM encounters i WHERE class = 'icu' AND NOT EXISTS (
        FROM encounters a WHERE a.encounter_id = i.parent_id AND a.start <= i.start AND a."end" >= i."end")`,
    ],
    [
      'a stay without a primary diagnosis',
      `FROM encounters e WHERE class = 'inpatient' AND NOT EXISTS (
        FROM events x WHERE x.encounter_id = e.encounter_id AND x.details = '{"sequence":1}')`,
    ],
    ['a code without a display', 'FROM codes WHERE display IS NULL'],
    ['an event whose code is not described', 'FROM events ANTI JOIN codes USING (code)'],
    [
      'an age that does not fit the birth',
      `FROM encounters e JOIN subjects s USING (subject_id)
        WHERE abs(epoch(e.start - s.birth_time) / 86400 / 365.25 - e.age_years) > 0.01`,
    ],
  ])('holds no such thing as %s', async (_, sql) => {
    expect(await query(sql)).toBe(0);
  });
});

describe('determinism', () => {
  it('one worker and two write the same bytes', async () => {
    const second = await make('second', { patients: 450 }, testContext(2));
    expect(second.files).toEqual(first.files);
    expect(second.fingerprint).toBe(first.fingerprint);
  });

  it('another seed makes other patients, another size the same first ones', async () => {
    const other = await make('other', { patients: 30, seed: 2 });
    const small = await make('small', { patients: 30 });
    const subjects = (m: CohortManifest): unknown =>
      m.files.find((f) => f.path === 'subjects.parquet')!.sha256;
    expect(subjects(other)).not.toBe(subjects(small));
    expect(
      await query(`SELECT * FROM subjects WHERE subject_id <= 30 EXCEPT
        FROM read_parquet(${sqlString(path.join(dir, 'small', 'subjects.parquet'))})`),
    ).toBe(0);
  });
});

describe('options', () => {
  it('have defaults', () => {
    expect(compileReferenceHospital()).toEqual({ patients: 4000, seed: 1, hospitals: 4 });
    expect(compileReferenceHospital({ patients: 10, hospitals: 1 })).toEqual({
      patients: 10,
      seed: 1,
      hospitals: 1,
    });
  });

  it('report every problem at once', () => {
    const attempt = (): unknown => compileReferenceHospital({ patients: 0, seed: -1, beds: 100 });
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(/patients[\s\S]*seed[\s\S]*beds/);
  });
});

it('leaves nothing when interrupted', async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(make('interrupted', {}, testContext(1, controller.signal))).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
  await expect(readFile(path.join(dir, 'interrupted', 'cohort.json'))).rejects.toMatchObject({
    code: 'ENOENT',
  });
});

it('is found in no folder', async () => {
  expect(await referenceHospital.detect(dir)).toBe(false);
});
