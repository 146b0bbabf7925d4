import { DataError, didYouMean, throwIfAborted, UserError } from '../../core/index.js';
import type { Database } from '../../duckdb/index.js';
import { sqlName, sqlString } from '../../duckdb/index.js';
import { checkGzip } from '../../runtime/index.js';
import type { ColumnSchema } from '../schema.js';
import { isNumericKind } from '../schema.js';
import type { Column } from '../table.js';
import { Table } from '../table.js';
import { categoricalColumn, numericColumn, readNumbers, readTexts } from './cells.js';
import type { Inferred } from './infer.js';
import { inferColumn } from './infer.js';
import type { ColumnOverride, CompiledTableFile } from './options.js';
import { kindByOrder, orderCategories } from './order.js';
import { cellSql, profileColumn } from './profile.js';

/** A file as a table, and what was made of each column. */
export interface TableFile {
  readonly table: Table;
  /** Per column of the file: its kind, and how many cells are missing. */
  readonly report: readonly ColumnReport[];
}

export interface ColumnReport {
  readonly name: string;
  readonly kind: ColumnSchema['kind'];
  readonly role: ColumnSchema['role'];
  readonly missing: number;
  /** Cells that were moved into the schema's bounds, or that have a category which a declared domain does not list; absent when none. */
  readonly outside?: number;
  /** Whether the kind was inferred or given by the schema. */
  readonly from: 'file' | 'schema';
}

const rawTable = 'anamnesis_raw';

/**
 * Reads a CSV (`.csv`, `.csv.gz`, `.tsv`, any delimiter, with header) or Parquet file. Kinds, decimals and orders are inferred unless
 * the schema gives them; texts that mean "no value" and NaN become missing.
 * @throws UserError `BAD_SCHEMA` for settings of columns that the file lacks.
 * @throws DataError `BROKEN_FILE`, `BAD_CSV`, `NO_ROWS`, and those of `inferColumn`. None quotes a cell.
 */
export async function readTable(
  db: Database,
  file: string,
  schema: CompiledTableFile,
  signal?: AbortSignal,
): Promise<TableFile> {
  await checkGzip(file);
  const names = await columnNames(db, file);
  checkNames(names, schema);
  const kept = names.filter((name) => !schema.drop.includes(name));
  try {
    const rows = await readCells(db, file, kept);
    if (rows === 0 || kept.length === 0)
      throw new DataError('NO_ROWS', 'The file holds no rows.', { expected: 'a header line and rows' });
    const columns: Column[] = [];
    const report: ColumnReport[] = [];
    for (const [place, name] of kept.entries()) {
      throwIfAborted(signal);
      const { column, outside } = await readColumn(db, { name, place, schema, rows });
      columns.push(column);
      report.push(reportOf(column, schema.columns[name], outside));
    }
    return { table: new Table(rows, columns), report };
  } finally {
    await db.exec(`DROP TABLE IF EXISTS ${rawTable}`);
  }
}

/** Takes every cell of some columns as text into a table with columns `c0`, `c1`, …; returns the number of rows. */
async function readCells(db: Database, file: string, names: readonly string[]): Promise<number> {
  const cells = names.map((name, place) => `CAST(${sqlName(name)} AS VARCHAR) AS c${place}`).join(', ');
  await db.exec(
    `CREATE OR REPLACE TEMP TABLE ${rawTable} AS SELECT ${cells || '1 AS none'} FROM ${fileSql(file)}`,
  );
  return Number((await db.one(`SELECT count(*) AS n FROM ${rawTable}`))['n']);
}

/** Names of a file's columns, in order. @throws DataError `BROKEN_FILE`, `BAD_CSV`. */
export async function columnNames(db: Database, file: string): Promise<string[]> {
  return (await db.describe(`SELECT * FROM ${fileSql(file)}`)).map((c) => c.name);
}

function fileSql(file: string): string {
  return /\.parquet$/i.test(file)
    ? `read_parquet(${sqlString(file)})`
    : `read_csv(${sqlString(file)}, header = true, all_varchar = true)`;
}

function checkNames(names: readonly string[], schema: CompiledTableFile): void {
  const unknown = [...Object.keys(schema.columns), ...schema.drop].filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  const hints = unknown.map((name) => {
    const hint = didYouMean(name, names);
    return hint === undefined ? `'${name}'` : `'${name}' (${hint})`;
  });
  throw new UserError(
    'BAD_SCHEMA',
    `The schema names columns that the file does not have: ${hints.join(', ')}.`,
    {
      expected: `columns among ${names.slice(0, 60).join(', ')}`,
    },
  );
}

interface ColumnRequest {
  readonly name: string;
  readonly place: number;
  readonly schema: CompiledTableFile;
  readonly rows: number;
}

interface ReadColumn {
  readonly column: Column;
  /** Cells beyond the schema's bounds or categories. */
  readonly outside: number;
}

async function readColumn(db: Database, { name, place, schema, rows }: ColumnRequest): Promise<ReadColumn> {
  const override = schema.columns[name];
  const cell = cellSql(`c${place}`, [...schema.missing, ...(override?.missing ?? [])]);
  const profile = await profileColumn(db, rawTable, cell);
  const inferred = inferColumn(name, profile, override);
  const source = { from: rawTable, order: 'rowid', rows };
  if (isNumericKind(inferred.kind)) {
    const numbers = await readNumbers(db, { ...source, cell: numberSql(cell, override) });
    if (override?.daysSince !== undefined) checkDates(name, profile.present - (rows - numbers.missing));
    return numericColumn(schemaOf({ name, missing: numbers.missing > 0, inferred, override }), numbers);
  }
  const texts = await readTexts(db, { ...source, cell });
  const base = schemaOf({ name, missing: texts.missing > 0, inferred, override });
  if (override?.categories !== undefined)
    return categoricalColumn({ ...base, categories: override.categories }, texts);
  const { categories, ordered } = orderCategories(texts.texts);
  const kind = kindByOrder(inferred.kind, ordered, override?.kind !== undefined);
  return categoricalColumn({ ...base, kind, categories }, texts);
}

function reportOf(column: Column, override: ColumnOverride | undefined, outside: number): ColumnReport {
  const { name, kind, role } = column.schema;
  const missing = column.valid.reduce((gone, v) => gone + 1 - v, 0);
  const from = override?.kind === undefined ? 'file' : 'schema';
  return { name, kind, role, missing, from, ...(outside === 0 ? {} : { outside }) };
}

/** Numbers, with NaN as missing; dates as days since an origin. */
function numberSql(cell: string, override: ColumnOverride | undefined): string {
  if (override?.daysSince === undefined) return `TRY_CAST(${cell} AS DOUBLE)`;
  const origin = `TIMESTAMP ${sqlString(`${override.daysSince} 00:00:00`)}`;
  return `epoch_us(TRY_CAST(${cell} AS TIMESTAMP) - ${origin}) / 86400e6`;
}

function checkDates(name: string, bad: number): void {
  if (bad > 0)
    throw new DataError('NOT_A_DATE', `Column '${name}' has ${bad} cells that are not dates.`, {
      expected: 'ISO dates or date-times such as 2000-01-31 or 2000-01-31 08:15:00',
      fix: `list the texts that mean "no value" under columns.${name}.missing`,
    });
}

/** A column's schema without its categories. */
function schemaOf(column: {
  readonly name: string;
  readonly missing: boolean;
  readonly inferred: Inferred;
  readonly override: ColumnOverride | undefined;
}): ColumnSchema {
  const { name, missing, inferred, override } = column;
  const daysSince = isNumericKind(inferred.kind) ? override?.daysSince : undefined;
  const unit = override?.unit ?? (daysSince === undefined ? undefined : 'd');
  const description =
    override?.description ?? (daysSince === undefined ? undefined : `days since ${daysSince}`);
  return {
    name,
    role: inferred.role,
    missing: missing || override?.domain === 'declared',
    ...(unit === undefined ? {} : { unit }),
    ...(description === undefined ? {} : { description }),
    ...(inferred.decimals === undefined ? {} : { decimals: inferred.decimals }),
    ...(override?.bounds === undefined ? {} : { bounds: override.bounds }),
    ...(override?.edges === undefined ? {} : { edges: override.edges }),
    ...(override?.domain === undefined ? {} : { domain: override.domain }),
    kind: inferred.kind,
  };
}
