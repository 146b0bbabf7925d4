import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Database } from '../../duckdb/index.js';
import { sqlString } from '../../duckdb/index.js';
import { writeCodes } from './codes.js';
import { encounterColumns, eventColumns, noteColumns, subjectColumns } from './columns.js';
import type { ColumnTypes } from './columns.js';
import type { ImportLog } from './report.js';
import { columnDefinitions, columnList, totalOrder, writeParquet } from './shape.js';
import { bucketsOfShard, shardCount, shardPath } from './shards.js';
import type { StagingWriter } from './writer.js';

/** Order of the rows in a shard; the contract's keys, then all other columns. */
export const eventOrder = totalOrder(eventColumns, [
  'subject_id',
  'time',
  'kind',
  'code',
  'numeric_value',
  'text_value',
  'encounter_id',
]);

/** Where {@link writeFiles} writes, and how large a shard may be. */
export interface FinishOptions {
  readonly folder: string;
  readonly rowsPerShard?: number | undefined;
  /** Called after each shard with the number written and the number in all. */
  readonly onShard?: (done: number, shards: number) => void;
}

/** Sorts what was staged and writes the store's Parquet files. Returns the number of shards. */
export async function writeFiles(
  writer: StagingWriter,
  log: ImportLog,
  options: FinishOptions,
): Promise<number> {
  const { db } = writer;
  const { folder } = options;
  await clearUnknownParents(db, log);
  await writeParquet(db, {
    rows: `SELECT * FROM staged_subjects ORDER BY ${totalOrder(subjectColumns, ['subject_id'])}`,
    file: path.join(folder, 'subjects.parquet'),
  });
  await writeParquet(db, {
    rows: `SELECT * FROM staged_encounters ORDER BY ${totalOrder(encounterColumns, ['subject_id', 'start', 'encounter_id'])}`,
    file: path.join(folder, 'encounters.parquet'),
  });
  const shards = await writeEvents(writer, log, options);
  await writeNotes(writer, log, path.join(folder, 'notes.parquet'));
  await writeCodes(db, folder);
  return shards;
}

async function clearUnknownParents(db: Database, log: ImportLog): Promise<void> {
  const unknown = 'parent_id IS NOT NULL AND parent_id NOT IN (SELECT encounter_id FROM staged_encounters)';
  const { n } = await db.one(`SELECT count(*)::DOUBLE AS n FROM staged_encounters WHERE ${unknown}`);
  log.finding('encounters whose parent is unknown: parent_id cleared', Number(n));
  if (Number(n) > 0) await db.exec(`UPDATE staged_encounters SET parent_id = NULL WHERE ${unknown}`);
}

async function writeEvents(writer: StagingWriter, log: ImportLog, options: FinishOptions): Promise<number> {
  const parts = await readdir(writer.eventsFolder);
  const shards = shardCount(await log.keptEvents(), options.rowsPerShard);
  await mkdir(path.join(options.folder, 'events'), { recursive: true });
  let dangling = 0;
  for (let shard = 0; shard < shards; shard++) {
    const folders = parts.flatMap((part) =>
      bucketsOfShard(shard, shards).map((b) => path.join(writer.eventsFolder, part, `bucket=${b}`)),
    );
    dangling += await writeReferring(writer.db, {
      staged: folders.filter((dir) => existsSync(dir)).map((dir) => path.join(dir, '*.parquet')),
      columns: eventColumns,
      order: eventOrder,
      file: path.join(options.folder, shardPath(shard)),
    });
    options.onShard?.(shard + 1, shards);
  }
  log.finding('events whose encounter is unknown: encounter_id cleared', dangling);
  return shards;
}

async function writeNotes(writer: StagingWriter, log: ImportLog, file: string): Promise<void> {
  const parts = await readdir(writer.notesFolder);
  const dangling = await writeReferring(writer.db, {
    staged: parts.map((part) => path.join(writer.notesFolder, part)),
    columns: noteColumns,
    order: totalOrder(noteColumns, ['subject_id', 'time', 'note_id']),
    file,
    rowGroup: 2048,
  });
  log.finding('notes whose encounter is unknown: encounter_id cleared', dangling);
}

/**
 * Sorts staged files into one, without the rejected rows. A reference to an encounter that does not exist is cleared; their number
 * is returned.
 */
async function writeReferring(
  db: Database,
  part: {
    readonly staged: readonly string[];
    readonly columns: ColumnTypes;
    readonly order: string;
    readonly file: string;
    readonly rowGroup?: number;
  },
): Promise<number> {
  const staged =
    part.staged.length === 0
      ? await emptyRelation(db, part.columns)
      : `read_parquet([${part.staged.map(sqlString).join(', ')}], hive_partitioning = false)`;
  const rows = `FROM ${staged} LEFT JOIN (SELECT encounter_id AS known_id FROM staged_encounters) ON encounter_id = known_id
    WHERE reject IS NULL`;
  const columns = columnList(part.columns).replace('"encounter_id"', 'known_id AS encounter_id');
  await writeParquet(db, {
    rows: `SELECT * FROM (SELECT ${columns} ${rows}) ORDER BY ${part.order}`,
    file: part.file,
    rowGroup: part.rowGroup,
  });
  const { n } = await db.one(
    `SELECT count(*)::DOUBLE AS n ${rows} AND encounter_id IS NOT NULL AND known_id IS NULL`,
  );
  return Number(n);
}

async function emptyRelation(db: Database, columns: ColumnTypes): Promise<string> {
  await db.exec(
    `CREATE OR REPLACE TABLE staged_nothing (${columnDefinitions({ ...columns, reject: 'VARCHAR' })})`,
  );
  return 'staged_nothing';
}
