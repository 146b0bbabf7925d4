import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { throwIfAborted } from '../../core/index.js';
import type { Database } from '../../duckdb/index.js';
import { sqlString } from '../../duckdb/index.js';
import type { RunContext } from '../../runtime/index.js';
import { withDatabase } from '../database.js';
import { stagedRelation } from '../staged.js';
import type { StagedTable } from '../store-layout.js';
import { stagedFile, stagedTables } from '../store-layout.js';
import { isoSeconds } from '../times.js';
import type { RunFacts } from '../types.js';
import { medsRows } from './rows.js';

/** What {@link finishMeds} is told. */
export interface FinishMeds {
  readonly folder: string;
  readonly subjectsPerShard: number;
  readonly splits: { readonly train: number; readonly tuning: number } | undefined;
}

/** The version of the standard whose schemas the files follow. */
const medsVersion = '0.4.1';

/** The order of rows in a file: the standard's (subject, then time, static rows first), then all other columns. */
const order = [
  'subject_id',
  'time',
  'code',
  'numeric_value',
  'text_value',
  'encounter_id',
  'kind',
  'unit',
  'end_time',
  'details',
]
  .map((name) => `${name} ASC NULLS FIRST`)
  .join(', ');

/** Turns the staged rows into a MEDS dataset: `data/*.parquet`, `metadata/`. */
export async function finishMeds(what: FinishMeds, facts: RunFacts, context: RunContext): Promise<void> {
  const { folder } = what;
  for (const name of ['data', 'metadata']) await mkdir(path.join(folder, name), { recursive: true });
  await withDatabase(folder, context, async (db) => {
    const rows = path.join(folder, '.staged', 'rows.parquet');
    const staged = (table: StagedTable): string =>
      stagedRelation(path.join(folder, stagedFile(table)), stagedTables[table]);
    await db.exec(
      `COPY (${medsRows(staged)}) TO ${sqlString(rows)} (FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE 20480)`,
    );
    const subjects = `SELECT subject_id FROM ${staged('subjects')}`;
    await writeData(db, what, { rows, subjects, context });
    await writeCodes(db, folder, { rows, codes: staged('codes') });
    if (what.splits !== undefined) await writeSplits(db, what, { subjects, seed: facts.seed });
  });
  await writeFile(path.join(folder, 'metadata', 'dataset.json'), datasetJson(facts));
  await rm(path.join(folder, '.staged'), { recursive: true });
}

/** Whole subjects by ranges of their numbers: file k holds those of `k · subjectsPerShard + 1` and on. */
async function writeData(
  db: Database,
  what: FinishMeds,
  from: { readonly rows: string; readonly subjects: string; readonly context: RunContext },
): Promise<void> {
  const size = what.subjectsPerShard;
  const shards = await db.rows(
    `SELECT DISTINCT ((subject_id - 1) // ${size})::INTEGER AS shard FROM (${from.subjects}) ORDER BY shard`,
  );
  const task = from.context.progress.task('Writing MEDS files', Math.max(1, shards.length));
  for (const shard of shards.length === 0 ? [0] : shards.map((row) => Number(row['shard']))) {
    throwIfAborted(from.context.signal);
    const file = path.join(what.folder, 'data', `${String(shard).padStart(5, '0')}.parquet`);
    await db.exec(`COPY (
      SELECT * FROM read_parquet(${sqlString(from.rows)})
      WHERE subject_id BETWEEN ${shard * size + 1} AND ${(shard + 1) * size} ORDER BY ${order}
    ) TO ${sqlString(file)} (FORMAT parquet, COMPRESSION zstd)`);
    task.advance();
  }
  task.done();
}

/** `metadata/codes.parquet`: every code in use with its description and, for ICD-10-CM, the category above it. */
async function writeCodes(
  db: Database,
  folder: string,
  from: { readonly rows: string; readonly codes: string },
): Promise<void> {
  const file = sqlString(path.join(folder, 'metadata', 'codes.parquet'));
  await db.exec(`COPY (
    SELECT u.code, n.display AS description,
      CASE WHEN u.code LIKE 'ICD10CM//%.%' THEN [split_part(u.code, '.', 1)] END AS parent_codes
    FROM (SELECT DISTINCT code FROM read_parquet(${sqlString(from.rows)})) u
    LEFT JOIN (SELECT code, min(display) AS display FROM ${from.codes} GROUP BY code) n USING (code)
    ORDER BY u.code
  ) TO ${file} (FORMAT parquet, COMPRESSION zstd)`);
}

/** Splits by a hash of seed and subject: a subject's split does not depend on who else is there. */
async function writeSplits(
  db: Database,
  what: FinishMeds,
  from: { readonly subjects: string; readonly seed: string },
): Promise<void> {
  const { train = 1, tuning = 0 } = what.splits ?? {};
  const place = `('0x' || substr(md5(${sqlString(`${from.seed}/`)} || subject_id), 1, 8))::UBIGINT / 4294967296`;
  const file = sqlString(path.join(what.folder, 'metadata', 'subject_splits.parquet'));
  await db.exec(`COPY (
    SELECT subject_id, CASE WHEN place < ${train} THEN 'train' WHEN place < ${train + tuning} THEN 'tuning' ELSE 'held_out' END AS split
    FROM (SELECT subject_id, ${place} AS place FROM (${from.subjects})) ORDER BY subject_id
  ) TO ${file} (FORMAT parquet, COMPRESSION zstd)`);
}

function datasetJson(facts: RunFacts): string {
  const { name, version } = facts.generator;
  const about = {
    dataset_name: 'Anamnesis synthetic patients',
    dataset_version: `seed ${facts.seed}`,
    etl_name: name,
    etl_version: version,
    meds_version: medsVersion,
    created_at: isoSeconds(facts.recordedTime),
    code_modifier_columns: ['kind', 'unit'],
    raw_source_id_columns: ['encounter_id'],
    other_extension_columns: ['end_time', 'details'],
  };
  return `${JSON.stringify(about, null, 2)}\n`;
}
