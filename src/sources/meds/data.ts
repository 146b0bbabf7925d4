import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CohortWriter } from '../../cohort/index.js';
import { DataError } from '../../core/index.js';
import { sqlString } from '../../duckdb/index.js';
import type { CsvTable } from '../csv.js';
import { openCsv, readingCsv } from '../csv.js';

/** Columns beyond the standard's that our own export writes; NULL where a dataset lacks them. */
const extraColumns = {
  kind: 'VARCHAR',
  unit: 'VARCHAR',
  end_time: 'TIMESTAMP',
  encounter_id: 'VARCHAR',
  details: 'VARCHAR',
} as const;
const columnNames: Readonly<Record<string, string>> = { numeric_value: 'number', text_value: 'text' };
const extraList = Object.keys(extraColumns).join(', ');

/** The Parquet files of a MEDS dataset (`data/**`), sorted. */
export async function parquetFiles(dir: string): Promise<string[]> {
  const data = path.join(dir, 'data');
  if (!existsSync(data)) return [];
  const names = await readdir(data, { recursive: true });
  return names
    .filter((name) => name.endsWith('.parquet'))
    .sort()
    .map((name) => path.join(data, name));
}

/** The CSV file of events: `dir` itself, or the one in the folder whose header is that of MEDS; undefined where there is none. */
export async function csvFile(dir: string): Promise<CsvTable | undefined> {
  const info = await stat(dir).catch(() => undefined);
  if (info === undefined) return undefined;
  const files = info.isDirectory() ? (await readdir(dir)).sort().map((name) => path.join(dir, name)) : [dir];
  for (const file of files) {
    const name = /^(.+)\.csv(\.gz)?$/.exec(path.basename(file))?.[1];
    if (name === undefined) continue;
    const table = await openCsv(path.dirname(file), name, {
      columns: { subject_id: 'BIGINT', time: 'TIMESTAMP', code: 'VARCHAR' },
      optional: { value: 'VARCHAR', numeric_value: 'DOUBLE', text_value: 'VARCHAR', ...extraColumns },
    }).catch((error: unknown) => {
      if (info.isDirectory() && error instanceof DataError && error.code === 'NO_COLUMN') return undefined;
      throw error;
    });
    if (table !== undefined) return table;
  }
  return undefined;
}

/**
 * The events as a relation (subject_id BIGINT, time TIMESTAMP, code VARCHAR, number DOUBLE, text VARCHAR, and kind, unit,
 * end_time, encounter_id, details as our own export writes them, else NULL). A CSV file is read once,
 * into a Parquet file of the writer's scratch folder.
 * @throws DataError `NO_FILE`, `NO_COLUMN`, `BROKEN_FILE`, `BAD_CSV`.
 */
export async function openMeds(writer: CohortWriter, dir: string): Promise<string> {
  const files = await parquetFiles(dir);
  if (files.length > 0) return openParquet(writer, files);
  const csv = await csvFile(dir);
  if (csv === undefined) {
    throw new DataError('NO_FILE', `There are no MEDS events in ${dir}.`, {
      expected: 'data/**/*.parquet, or a CSV file with subject_id, time, code and value',
      fix: 'give the root folder of the MEDS dataset',
    });
  }
  const copy = sqlString(path.join(writer.scratch, 'meds.parquet'));
  const number = 'coalesce(numeric_value, TRY_CAST(value AS DOUBLE))';
  await readingCsv([csv], () =>
    writer.db.exec(`COPY (
      SELECT subject_id, time, code, ${number} AS number,
        coalesce(text_value, CASE WHEN ${number} IS NULL THEN value END) AS text, ${extraList} FROM ${csv.relation}
    ) TO ${copy} (FORMAT parquet, COMPRESSION lz4)`),
  );
  return `read_parquet(${copy})`;
}

async function openParquet(writer: CohortWriter, files: readonly string[]): Promise<string> {
  for (const file of files) await checkParquet(writer, file);
  const optional = { numeric_value: 'DOUBLE', text_value: 'VARCHAR', ...extraColumns };
  const list = `read_parquet([${files.map(sqlString).join(', ')}], union_by_name = true)`;
  const present = new Set((await writer.db.describe(`SELECT * FROM ${list}`)).map((c) => c.name));
  const cell = ([name, type]: [string, string]): string =>
    present.has(name) ? `CAST(${name} AS ${type})` : `CAST(NULL AS ${type})`;
  const cells = Object.entries(optional).map(
    (column) => `${cell(column)} AS ${columnNames[column[0]] ?? column[0]}`,
  );
  return `(SELECT CAST(subject_id AS BIGINT) AS subject_id, CAST(time AS TIMESTAMP) AS time, CAST(code AS VARCHAR) AS code,
    ${cells.join(', ')} FROM ${list})`;
}

async function checkParquet(writer: CohortWriter, file: string): Promise<void> {
  const columns = await writer.db
    .describe(`SELECT * FROM read_parquet(${sqlString(file)})`)
    .catch((cause: unknown) => {
      throw new DataError('BROKEN_FILE', `${file} is no complete Parquet file.`, {
        fix: 'copy or fetch it again',
        cause,
      });
    });
  const missing = ['subject_id', 'time', 'code'].filter((name) => !columns.some((c) => c.name === name));
  if (missing.length > 0) {
    throw new DataError('NO_COLUMN', `${file} lacks ${missing.map((c) => `the column '${c}'`).join(', ')}.`, {
      expected: 'the columns of MEDS: subject_id, time, code, numeric_value',
      got: columns.map((c) => c.name).join(', '),
      fix: 'take a dataset that follows the MEDS schema',
    });
  }
}
