import { DataError, didYouMean, throwIfAborted, UserError } from '../../core/index.js';
import type { Database } from '../../duckdb/index.js';
import { sqlName, sqlString } from '../../duckdb/index.js';
import { checkGzip } from '../../runtime/index.js';
import { columnFromCells } from '../build.js';
import type { ColumnSchema } from '../schema.js';
import { isNumericKind } from '../schema.js';
import type { Cell, Column } from '../table.js';
import { Table } from '../table.js';
import type { Inferred } from './infer.js';
import { inferColumn } from './infer.js';
import type { ColumnOverride, CompiledTableFile } from './options.js';
import { kindByOrder, orderCategories } from './order.js';
import type { Profile } from './profile.js';
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
  await db.exec(`CREATE OR REPLACE TEMP TABLE ${rawTable} AS ${rawSql(file)}`);
  try {
    const names = await namesIn(db, `SELECT * FROM ${rawTable}`);
    checkNames(names, schema);
    const rows = Number((await db.one(`SELECT count(*) AS n FROM ${rawTable}`))['n']);
    if (rows === 0 || names.length === 0)
      throw new DataError('NO_ROWS', 'The file holds no rows.', { expected: 'a header line and rows' });
    const columns: Column[] = [];
    const report: ColumnReport[] = [];
    for (const name of names) {
      throwIfAborted(signal);
      if (schema.drop.includes(name)) continue;
      const read = await readColumn(db, name, schema);
      columns.push(read);
      const missing = rows - read.valid.reduce((sum, v) => sum + v, 0);
      const from = schema.columns[name]?.kind === undefined ? 'file' : 'schema';
      report.push({ name, kind: read.schema.kind, role: read.schema.role, missing, from });
    }
    return { table: new Table(rows, columns), report };
  } finally {
    await db.exec(`DROP TABLE IF EXISTS ${rawTable}`);
  }
}

/** Names of a file's columns, in order. @throws DataError `BROKEN_FILE`, `BAD_CSV`. */
export async function columnNames(db: Database, file: string): Promise<string[]> {
  return namesIn(db, rawSql(file));
}

async function namesIn(db: Database, sql: string): Promise<string[]> {
  return (await db.describe(sql)).map((c) => c.name).filter((name) => name !== '__row');
}

/** Every cell as text, with the row's number. */
function rawSql(file: string): string {
  const numbered = 'row_number() OVER () AS __row';
  if (/\.parquet$/i.test(file))
    return `SELECT ${numbered}, CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(${sqlString(file)})`;
  return `SELECT ${numbered}, * FROM read_csv(${sqlString(file)}, header = true, all_varchar = true)`;
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

async function readColumn(db: Database, name: string, schema: CompiledTableFile): Promise<Column> {
  const override = schema.columns[name];
  const cell = cellSql(name, [...schema.missing, ...(override?.missing ?? [])]);
  const profile = await profileColumn(db, rawTable, cell);
  const inferred = inferColumn(name, profile, override);
  const numeric = isNumericKind(inferred.kind);
  const value = numeric ? numberSql(cell, override) : cell;
  const result = await db.columns(`SELECT ${value} AS ${sqlName(name)} FROM ${rawTable} ORDER BY __row`);
  const cells = result[0]!.cells;
  if (override?.daysSince !== undefined) checkDates(name, cells, profile);
  return columnFromCells(schemaOf({ name, cells, inferred, override }), cells);
}

/** Numbers, with NaN as missing; dates as days since an origin. */
function numberSql(cell: string, override: ColumnOverride | undefined): string {
  if (override?.daysSince === undefined) return `nullif(TRY_CAST(${cell} AS DOUBLE), 'nan'::DOUBLE)`;
  const origin = `TIMESTAMP ${sqlString(`${override.daysSince} 00:00:00`)}`;
  return `epoch_us(TRY_CAST(${cell} AS TIMESTAMP) - ${origin}) / 86400e6`;
}

function checkDates(name: string, cells: readonly Cell[], profile: Profile): void {
  const bad = profile.present - cells.filter((c) => c !== null).length;
  if (bad > 0)
    throw new DataError('NOT_A_DATE', `Column '${name}' has ${bad} cells that are not dates.`, {
      expected: 'ISO dates or date-times such as 2000-01-31 or 2000-01-31 08:15:00',
      fix: `list the texts that mean "no value" under columns.${name}.missing`,
    });
}

function schemaOf(column: {
  readonly name: string;
  readonly cells: readonly Cell[];
  readonly inferred: Inferred;
  readonly override: ColumnOverride | undefined;
}): ColumnSchema {
  const { name, cells, inferred, override } = column;
  const given = {
    ...(override?.unit === undefined ? {} : { unit: override.unit }),
    ...(override?.description === undefined ? {} : { description: override.description }),
    ...(inferred.decimals === undefined ? {} : { decimals: inferred.decimals }),
    ...(override?.bounds === undefined ? {} : { bounds: override.bounds }),
    ...(override?.edges === undefined ? {} : { edges: override.edges }),
    ...(override?.domain === undefined ? {} : { domain: override.domain }),
  };
  const declared = override?.domain === 'declared';
  const base = { name, role: inferred.role, missing: declared || cells.includes(null), ...given };
  if (isNumericKind(inferred.kind)) {
    const daysSince = override?.daysSince;
    const description =
      given.description ?? (daysSince === undefined ? undefined : `days since ${daysSince}`);
    const unit = given.unit ?? (daysSince === undefined ? undefined : 'd');
    return {
      ...base,
      kind: inferred.kind,
      ...(unit === undefined ? {} : { unit }),
      ...(description === undefined ? {} : { description }),
    };
  }
  if (override?.categories !== undefined)
    return { ...base, kind: inferred.kind, categories: override.categories };
  const found = [...new Set(cells.filter((c) => c !== null).map(String))];
  const { categories, ordered } = orderCategories(found);
  return { ...base, kind: kindByOrder(inferred.kind, ordered, override?.kind !== undefined), categories };
}
