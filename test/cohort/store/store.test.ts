import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildCohortOptions, CohortManifest, CohortWriter } from '../../../src/cohort/index.js';
import { buildCohort, CohortStore, histories } from '../../../src/cohort/index.js';
import { Database } from '../../../src/duckdb/index.js';
import { testContext } from '../../support/context.js';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'cohort-store-'));
});
afterAll(async () => {
  await rm(work, { recursive: true });
});

const made = { source: { id: 'made-up', title: 'Made-up patients' }, options: { size: 50 } };

/** 50 subjects, 2 encounters each, 20,000 events in random order, and some of every kind of bad row. */
async function fill(writer: CohortWriter): Promise<void> {
  await writer.addSubjects(
    `SELECT i AS subject_id, 'p' || i AS source_id, TIMESTAMP '1950-01-01' + to_days(i::INTEGER) AS birth_time, 'female' AS sex
     FROM range(1, 51) t(i)
     UNION ALL SELECT 7, 'p7', TIMESTAMP '1950-01-08', 'female'
     UNION ALL SELECT NULL, 'nobody', NULL, NULL`,
    'people',
  );
  await writer.addEncounters(
    `SELECT 'admission//' || i || '-' || k AS encounter_id, i AS subject_id, 'inpatient' AS class,
       TIMESTAMP '2000-01-01' + to_days((100 * k)::INTEGER) AS start, TIMESTAMP '2000-01-05' + to_days((100 * k)::INTEGER) AS "end"
     FROM range(1, 51) t(i), range(2) s(k)
     UNION ALL SELECT 'admission//back', 1, 'inpatient', TIMESTAMP '2000-01-02', TIMESTAMP '2000-01-01'
     UNION ALL SELECT 'admission//99', 99, 'inpatient', TIMESTAMP '2000-01-02', NULL`,
    'visits',
  );
  await writer.addEncounters(
    `SELECT 'icu//1' AS encounter_id, 1 AS subject_id, 'admission//nowhere' AS parent_id, 'icu' AS class, TIMESTAMP '2000-01-02' AS start`,
    'icu',
  );
  await writer.addEvents(
    'labs',
    `SELECT 1 + i % 50 AS subject_id, TIMESTAMP '2000-01-01' + to_minutes((i * 7919) % 20011) AS time, 'observation' AS kind,
       CASE WHEN i % 10 = 0 THEN 'HOUSE//' || (i % 3) ELSE 'LOINC//2160-0' END AS code, (i % 97) / 10 AS numeric_value,
       'admission//' || (1 + i % 50) || '-' || (CASE WHEN i = 11 THEN 9 ELSE 0 END) AS encounter_id, i % 10 <> 0 AS mapped,
       CASE WHEN i % 1000 = 1 THEN 'unknown unit' END AS reject
     FROM range(20000) t(i) ORDER BY hash(i)`,
  );
  await writer.addEvents(
    'bad',
    `SELECT * FROM (VALUES (99, TIMESTAMP '2000-01-01', NULL, 'X//1', 1.0), (NULL, NULL, NULL, 'X//1', 1), (1, NULL, NULL, NULL, 1),
       (1, NULL, NULL, 'X//1', 'nan'::DOUBLE), (1, TIMESTAMP '2000-01-02', TIMESTAMP '2000-01-01', 'X//1', 1))
       t(subject_id, time, end_time, code, numeric_value), (SELECT 'observation' AS kind)`,
  );
  await writer.addEvents('none', `SELECT 1 AS subject_id, 'observation' AS kind, 'X//1' AS code WHERE FALSE`);
  await writer.addNotes(
    'letters',
    `SELECT 'n1' AS note_id, 2 AS subject_id, 'seen' AS text, 'made up' AS provenance`,
  );
  await writer.addCodes(`SELECT 'HOUSE//1' AS code, 'One' AS display`);
  writer.remark('Everything here is made up.');
}

function build(
  name: string,
  workers = 1,
  options: Partial<BuildCohortOptions> = {},
): Promise<CohortManifest> {
  return buildCohort(
    path.join(work, name),
    { ...made, rowsPerShard: 6000, ...options },
    testContext(workers),
    fill,
  );
}

describe('buildCohort', () => {
  let manifest: CohortManifest;
  beforeAll(async () => {
    manifest = await build('one');
  });

  it('counts what it kept', () => {
    expect(manifest.counts).toEqual({ subjects: 50, encounters: 101, events: 19_980, notes: 1, codes: 4 });
    expect(manifest.shards).toBe(4);
    expect(manifest.files.map((f) => f.path)).toContain('events/shard-0003.parquet');
  });

  it('reports every row as mapped, unmapped or rejected with a reason', () => {
    const { tables, findings, remarks } = manifest.report;
    for (const t of tables) {
      expect(t.mapped + t.unmapped + t.rejected.reduce((sum, r) => sum + r.rows, 0)).toBe(t.read);
    }
    const of = (table: string): unknown => tables.find((t) => t.table === table);
    expect(of('people')).toMatchObject({
      read: 52,
      mapped: 50,
      rejected: [
        { reason: 'no subject id', rows: 1 },
        { reason: 'repeated subject id', rows: 1 },
      ],
    });
    expect(of('visits')).toMatchObject({
      read: 102,
      rejected: [
        { reason: 'end before start', rows: 1 },
        { reason: 'no such subject', rows: 1 },
      ],
    });
    expect(of('labs')).toMatchObject({
      read: 20_000,
      mapped: 17_980,
      unmapped: 2000,
      rejected: [{ reason: 'unknown unit', rows: 20 }],
      topUnmapped: [
        { code: 'HOUSE//0', rows: 667 },
        { code: 'HOUSE//1', rows: 667 },
        { code: 'HOUSE//2', rows: 666 },
      ],
    });
    expect(of('bad')).toMatchObject({ read: 5, mapped: 0, unmapped: 0 });
    expect((of('bad') as { rejected: { reason: string }[] }).rejected.map((r) => r.reason)).toEqual([
      'end before start',
      'no code',
      'no subject id',
      'no such subject',
      'not a finite number',
    ]);
    expect(of('none')).toMatchObject({ read: 0 });
    expect(findings).toEqual([
      { check: 'encounters whose parent is unknown: parent_id cleared', rows: 1 },
      { check: 'events whose encounter is unknown: encounter_id cleared', rows: 1 },
    ]);
    expect(remarks).toEqual(['Everything here is made up.']);
  });

  it('keeps the events of a subject in one shard, sorted by the contract', async () => {
    const db = await Database.open({ threads: 1 });
    const shards = `read_parquet('${work}/one/events/*.parquet', filename = true, file_row_number = true)`;
    const split = await db.rows(
      `SELECT subject_id FROM ${shards} GROUP BY 1 HAVING count(DISTINCT filename) > 1`,
    );
    expect(split).toEqual([]);
    const key = 'subject_id, time, kind, code, numeric_value, text_value, encounter_id';
    const misplaced = await db.rows(`SELECT * FROM (SELECT file_row_number AS placed, row_number()
      OVER (PARTITION BY filename ORDER BY ${key.replaceAll(',', ' NULLS FIRST,')} NULLS FIRST, file_row_number) - 1 AS rank FROM ${shards})
      WHERE placed <> rank`);
    expect(misplaced).toEqual([]);
    db.close();
  });

  it('writes the same bytes with 1 and 2 threads', async () => {
    const two = await build('two', 2);
    expect(two).toEqual(manifest);
    for (const file of [...manifest.files.map((f) => f.path), 'cohort.json']) {
      const [a, b] = await Promise.all(['one', 'two'].map((dir) => readFile(path.join(work, dir, file))));
      expect(a!.equals(b!), file).toBe(true);
    }
  });

  it('leaves nothing behind when the source fails, and keeps an earlier store', async () => {
    await build('kept');
    const failing = buildCohort(path.join(work, 'kept'), made, testContext(), async (writer) => {
      await fill(writer);
      throw new Error('broken source');
    });
    await expect(failing).rejects.toThrow('broken source');
    expect((await readdir(work)).filter((name) => name.includes('tmp'))).toEqual([]);
    await (await CohortStore.open(path.join(work, 'kept'))).verify();
  });

  it('refuses a query that does not fit the contract', async () => {
    const build = (sql: string): Promise<unknown> =>
      buildCohort(path.join(work, 'never'), made, testContext(), async (writer) => {
        await writer.addSubjects('SELECT 1 AS subject_id');
        await writer.addEvents('t', sql);
      });
    await expect(
      build(`SELECT 1 AS subject_id, 'observation' AS kind, 'X//1' AS code, 1 AS colour`),
    ).rejects.toThrow(/unknown colour/);
    await expect(build(`SELECT 1 AS subject_id, 'smell' AS kind, 'X//1' AS code`)).rejects.toMatchObject({
      code: 'STORE_ROWS',
    });
    await expect(
      build(`SELECT 1 AS subject_id, 'observation' AS kind, 'naked' AS code`),
    ).rejects.toMatchObject({
      code: 'STORE_ROWS',
    });
    expect(await readdir(work)).not.toContain('never');
  });

  it('says what to do when the output cannot be written (a path through a file)', async () => {
    await writeFile(path.join(work, 'file'), '');
    await expect(build('file/store')).rejects.toMatchObject({ code: 'WRITE_ENOTDIR', kind: 'user' });
  });

  it('does not touch a folder that holds other files', async () => {
    await mkdir(path.join(work, 'other'));
    await writeFile(path.join(work, 'other', 'thesis.txt'), 'mine');
    await expect(build('other')).rejects.toMatchObject({ code: 'OUTPUT_NOT_OURS' });
    expect(await readFile(path.join(work, 'other', 'thesis.txt'), 'utf8')).toBe('mine');
  });

  it('stops when the signal fires', async () => {
    const stop = new AbortController();
    const running = buildCohort(
      path.join(work, 'stopped'),
      made,
      testContext(1, stop.signal),
      async (writer) => {
        await fill(writer);
        stop.abort();
      },
    );
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await readdir(work)).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });
});

describe('CohortStore', () => {
  it('registers views', async () => {
    await build('views');
    const store = await CohortStore.open(path.join(work, 'views'));
    const db = await Database.open({ threads: 1 });
    await store.views(db, 'real_');
    const { n } = await db.one(
      `SELECT count(*)::DOUBLE AS n FROM real_events JOIN real_subjects USING (subject_id)`,
    );
    expect(n).toBe(19_980);
    expect(await db.rows(`SELECT code, system, display FROM real_codes WHERE display IS NOT NULL`)).toEqual([
      { code: 'HOUSE//1', system: 'HOUSE', display: 'One' },
    ]);
    db.close();
  });

  it('reads one history at a time, complete and in time order', async () => {
    await build('read');
    const store = await CohortStore.open(path.join(work, 'read'));
    const db = await Database.open({ threads: 1 });
    const seen = new Map<number, number>();
    for await (const { subjectId, events } of histories(store, db)) {
      expect(seen.has(subjectId)).toBe(false);
      seen.set(subjectId, events.length);
      const times = events.map((e) => e.time ?? -Infinity);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
    expect(seen.size).toBe(50);
    expect([...seen.values()].reduce((a, b) => a + b)).toBe(19_980);
    db.close();
  });

  it('verify names damaged, missing and extra files', async () => {
    await build('worn');
    const dir = path.join(work, 'worn');
    const store = await CohortStore.open(dir);
    await store.verify();
    const shard = path.join(dir, 'events/shard-0001.parquet');
    const bytes = await readFile(shard);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(shard, bytes);
    await rm(path.join(dir, 'notes.parquet'));
    await writeFile(path.join(dir, 'events', 'stray.parquet'), '');
    expect(await store.problems()).toEqual([
      { path: 'events/shard-0001.parquet', problem: 'damaged' },
      { path: 'events/stray.parquet', problem: 'extra' },
      { path: 'notes.parquet', problem: 'missing' },
    ]);
    await expect(store.verify()).rejects.toThrow(
      /shard-0001.parquet \(damaged\).*notes.parquet \(missing\)/s,
    );
  });

  it('explains a folder without store, another version, and a broken cohort.json', async () => {
    await expect(CohortStore.open(path.join(work, 'nowhere'))).rejects.toMatchObject({ code: 'NO_COHORT' });
    const dir = path.join(work, 'odd');
    await mkdir(dir);
    const open = async (text: string): Promise<unknown> => {
      await writeFile(path.join(dir, 'cohort.json'), text);
      return CohortStore.open(dir);
    };
    await expect(open('{')).rejects.toMatchObject({ code: 'BAD_COHORT' });
    await expect(open('{"schemaVersion": 2}')).rejects.toMatchObject({ code: 'COHORT_VERSION' });
    await expect(open('{"schemaVersion": 1, "shards": 0}')).rejects.toThrow(/shards/);
  });
});
