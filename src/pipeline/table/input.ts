import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AnamnesisError, DataError, UserError } from '../../core/index.js';
import { Database, sqlString } from '../../duckdb/index.js';
import type { RunContext } from '../../runtime/index.js';
import { checkGzip, explainWriteError } from '../../runtime/index.js';
import { readHeader } from './header.js';

/** A file's cells as texts, and a database in which the view {@link rawView} shows them with a column `__row` (from 0). */
export interface RawTable {
  readonly db: Database;
  /** What errors call the file. */
  readonly what: string;
  readonly names: readonly string[];
  readonly rows: number;
  /** The same cells as a Parquet file of texts, for as long as the table is open. */
  readonly file: string;
}

export const rawView = 'anamnesis_cells';

/** How a file is opened. */
export interface InputOptions {
  /** CSV (`.csv`, `.tsv`, with `.gz` too) or Parquet; `-` is CSV on standard input. */
  readonly file: string;
  /** Memory that queries may take before they spill to disk, in MiB. Default 4096. */
  readonly memoryLimitMiB?: number | undefined;
}

/**
 * Opens a table as texts. Cells are copied into a private temporary folder, which is removed afterwards.
 * @throws UserError `NO_FILE`, `NOT_A_TABLE`; DataError `EMPTY_FILE`, `ENCODING`, `SAME_NAMES`, `RAGGED`, `BAD_CSV`, `BROKEN_FILE`, `NO_ROWS`. None quotes a cell.
 */
export async function withRawTable<T>(
  options: InputOptions,
  context: RunContext,
  use: (raw: RawTable) => Promise<T>,
): Promise<T> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'anamnesis-'));
  try {
    const { file, what } = await findInput(options.file, scratch);
    const db = await Database.open({
      threads: context.pool.size,
      memoryLimitMiB: options.memoryLimitMiB ?? 4096,
      temporaryFolder: scratch,
      signal: context.signal,
    });
    try {
      return await use(await copyCells(db, file, { what, scratch }));
    } finally {
      db.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function findInput(file: string, scratch: string): Promise<{ file: string; what: string }> {
  if (file === '-') {
    const copy = path.join(scratch, 'stdin.csv');
    try {
      await pipeline(process.stdin, createWriteStream(copy, { mode: 0o600 }));
    } catch (error) {
      throw explainWriteError(error, copy);
    }
    return { file: copy, what: 'standard input' };
  }
  const found = await stat(file).catch(() => undefined);
  if (found === undefined)
    throw new UserError('NO_FILE', `There is no file ${file}.`, { fix: 'check the path' });
  if (found.isDirectory())
    throw new UserError('NOT_A_TABLE', `${file} is a folder.`, {
      expected: 'a .csv, .csv.gz, .tsv or .parquet file',
    });
  if (/\.(xlsx?|ods|sav|sas7bdat|dta|json|ndjson|zip|rds)$/i.test(file))
    throw new UserError('NOT_A_TABLE', `${file} is not a kind of file that is read here.`, {
      expected: 'a .csv, .csv.gz, .tsv or .parquet file',
      fix: 'export it as CSV (UTF-8)',
    });
  await checkGzip(file);
  return { file, what: file };
}

/** Parses the file once, into a Parquet file of texts. */
async function copyCells(
  db: Database,
  file: string,
  { what, scratch }: { readonly what: string; readonly scratch: string },
): Promise<RawTable> {
  const copy = path.join(scratch, 'cells.parquet');
  const names = await copyInto(db, copy, { file, what });
  const source = `read_parquet(${sqlString(copy)}, file_row_number = true)`;
  await db.exec(
    `CREATE VIEW ${rawView} AS SELECT * EXCLUDE (file_row_number), file_row_number AS __row FROM ${source}`,
  );
  const rows = Number((await db.one(`SELECT count(*) AS n FROM ${rawView}`))['n']);
  if (rows === 0)
    throw new DataError('NO_ROWS', `${what} has a header, but no rows.`, {
      expected: 'a header line and rows',
    });
  return { db, what, names, rows, file: copy };
}

async function copyInto(
  db: Database,
  copy: string,
  { file, what }: { readonly file: string; readonly what: string },
): Promise<readonly string[]> {
  const parquet = /\.parquet$/i.test(file);
  const header = parquet ? undefined : await readHeader(file, what);
  const source =
    header === undefined
      ? `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(${sqlString(file)})`
      : `SELECT * FROM read_csv(${sqlString(file)}, auto_detect = false, header = true, strict_mode = true,
         delim = ${sqlString(header.delimiter)}, quote = '"', escape = '"', max_line_size = 16777216, buffer_size = 67108864,
         columns = {${header.names.map((name) => `${sqlString(name)}: 'VARCHAR'`).join(', ')}})`;
  try {
    await db.exec(`COPY (${source}) TO ${sqlString(copy)} (FORMAT parquet, COMPRESSION snappy)`);
    return header?.names ?? (await db.describe(source)).map((c) => c.name);
  } catch (error) {
    throw explainCsvError(error, what, header?.names.length ?? 0);
  }
}

/** A CSV error with its line, which the database's message tells; the rest of that message may quote cells and is kept back. */
function explainCsvError(error: unknown, what: string, columns: number): unknown {
  if (!(error instanceof AnamnesisError)) return error;
  const message = error.cause instanceof Error ? error.cause.message : '';
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  if (line === undefined) return error;
  if (/unicode|utf-8/i.test(message))
    return new DataError('ENCODING', `${what} is not UTF-8 text (line ${line}).`, {
      expected: 'UTF-8, with or without a byte-order mark',
      fix: 'convert it, for example: iconv -f LATIN1 -t UTF-8 data.csv > data-utf8.csv',
      cause: error,
    });
  const found = /Expected Number of Columns: \d+ Found: (\d+)/.exec(message)?.[1];
  if (found !== undefined)
    return new DataError('RAGGED', `Line ${line} of ${what} has ${found} cells, the header ${columns}.`, {
      expected: 'as many cells in each line as the header has; cells that hold the separator in quotes',
      fix: 'correct that line (and others like it), or write the file again with quotes',
      cause: error,
    });
  return new DataError('BAD_CSV', `Line ${line} of ${what} cannot be read.`, {
    expected: 'quotes that are closed, and doubled inside of a quoted cell',
    fix: 'correct that line, or write the file again',
    cause: error,
  });
}
