import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { DataError } from '../core/index.js';
import { sqlName, sqlString } from '../duckdb/index.js';
import { brokenFile, checkGzip } from '../runtime/index.js';

/**
 * A table of a source as it should be: DuckDB types by column name. A TIMESTAMP column may be written as ISO 8601 or, as spreadsheet
 * programs re-write it, as m/d/yyyy with or without a time of day; what is neither becomes NULL.
 */
export interface CsvLayout {
  readonly columns: Readonly<Record<string, string>>;
  /** Columns that older or newer versions of the source lack; NULL where they are absent. */
  readonly optional?: Readonly<Record<string, string>>;
}

/** A CSV file whose header has been checked. */
export interface CsvTable {
  /** Name without extension, e.g. `hosp/labevents`. */
  readonly name: string;
  readonly file: string;
  /** SQL of the relation, with the columns of the layout only. */
  readonly relation: string;
}

/** The path of a table in a folder, as .csv, .csv.gz or not at all. */
export function findCsv(dir: string, name: string): string | undefined {
  return ['.csv', '.csv.gz'].map((extension) => path.join(dir, name + extension)).find((f) => existsSync(f));
}

/**
 * Looks for `<dir>/<name>.csv` or `.csv.gz` and checks its header; undefined where there is no such file. Columns may stand in any order, and
 * unknown ones are ignored.
 * @throws DataError `NO_COLUMN` naming file and columns; `BROKEN_FILE` where not even the header can be read.
 */
export async function openCsv(dir: string, name: string, layout: CsvLayout): Promise<CsvTable | undefined> {
  const file = findCsv(dir, name);
  return file === undefined ? undefined : openCsvFile(file, name, layout);
}

/** Like {@link openCsv}, for a file of any name that exists. */
export async function openCsvFile(file: string, name: string, layout: CsvLayout): Promise<CsvTable> {
  const header = parseHeader(await firstLine(file));
  const missing = Object.keys(layout.columns).filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new DataError('NO_COLUMN', `${file} lacks ${missing.map((c) => `the column '${c}'`).join(', ')}.`, {
      expected: Object.keys(layout.columns).join(', '),
      got: header.slice(0, 60).join(', '),
      fix: 'take the file as published, with its header line; rename columns that were renamed',
    });
  }
  const types = { ...layout.optional, ...layout.columns };
  const columns = header.map((column) => {
    const type = types[column] ?? 'VARCHAR';
    return `${sqlString(column)}: ${sqlString(type === 'TIMESTAMP' ? 'VARCHAR' : type)}`;
  });
  const kept = Object.entries(types).map(([column, type]) => {
    if (!header.includes(column)) return `CAST(NULL AS ${type}) AS ${sqlName(column)}`;
    return type === 'TIMESTAMP' ? `${timestampSql(sqlName(column))} AS ${sqlName(column)}` : sqlName(column);
  });
  const relation = `(SELECT ${kept.join(', ')} FROM read_csv(${sqlString(file)}, auto_detect = false, header = true,
    delim = ',', quote = '"', escape = '"', nullstr = '', columns = {${columns.join(', ')}}))`;
  return { name, file, relation };
}

function timestampSql(column: string): string {
  const formats = ['%m/%d/%Y %H:%M', '%m/%d/%Y %H:%M:%S', '%m/%d/%Y'].map(sqlString).join(', ');
  return `coalesce(TRY_CAST(${column} AS TIMESTAMP), try_strptime(${column}, [${formats}]))`;
}

/**
 * Like {@link openCsv}, for a table that cannot be done without.
 * @throws DataError `NO_FILE` naming the file that was looked for.
 */
export async function requireCsv(dir: string, name: string, layout: CsvLayout): Promise<CsvTable> {
  const table = await openCsv(dir, name, layout);
  if (table !== undefined) return table;
  throw new DataError('NO_FILE', `The table ${name} is missing.`, {
    expected: `${path.join(dir, name)}.csv or .csv.gz`,
    fix: 'give the folder that holds the published files, and fetch the ones that are absent',
  });
}

/**
 * Does work that reads the given tables to their end, and names the file (and the column, never a value) when one cannot be read. A gzip file is
 * also checked against its own checksum meanwhile, because DuckDB takes a truncated one for complete.
 * @throws DataError `BROKEN_FILE`, `BAD_CSV`.
 */
export async function readingCsv<T>(tables: readonly CsvTable[], work: () => Promise<T>): Promise<T> {
  const checks = Promise.allSettled(tables.map((table) => checkGzip(table.file)));
  const [done] = await Promise.allSettled([work()]);
  const broken = (await checks).find((check) => check.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  if (done.status === 'rejected') throw namingFile(done.reason, tables);
  return done.value;
}

/** Adds file, line and column to an error about a CSV file; DuckDB names them in its text, next to the value, which stays out. */
function namingFile(error: unknown, tables: readonly CsvTable[]): unknown {
  if (!(error instanceof DataError && (error.code === 'BAD_CSV' || error.code === 'BROKEN_FILE')))
    return error;
  const text = error.cause instanceof Error ? error.cause.message : '';
  const file = /^\s*file = (.+)$/m.exec(text)?.[1] ?? tables.map((t) => t.file).join(' or ');
  if (error.code === 'BROKEN_FILE') return brokenFile(file, error);
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const column = /Error when converting column "([^"]+)"/.exec(text)?.[1];
  const type = /to '([A-Z ]+)'/.exec(text)?.[1];
  const where = [column && `column '${column}'`, line && `line ${line}`].filter(Boolean).join(', ');
  return new DataError('BAD_CSV', `${file} cannot be read${where === '' ? '' : ` (${where})`}.`, {
    expected: type === undefined ? 'the same number of columns in every line' : `values of type ${type}`,
    fix: 'take the file as published; check separators, quoting and the line that is named',
    cause: error,
  });
}

/** The first line of a file, decompressed; reads no more than its beginning. */
async function firstLine(file: string): Promise<string> {
  const raw = createReadStream(file, { highWaterMark: 1 << 16 });
  const stream = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => stream.destroy(error));
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if (chunk.includes(10)) break;
    }
  } catch (cause) {
    throw brokenFile(file, cause);
  } finally {
    raw.destroy();
  }
  return Buffer.concat(chunks).toString('utf8').split(/\r?\n/, 1)[0] ?? '';
}

/** Names of a header line; quotes and a byte-order mark are removed. */
function parseHeader(line: string): string[] {
  return line
    .replace(/^\uFEFF/, '')
    .split(',')
    .map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}
