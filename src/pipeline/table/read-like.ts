import { sqlName, sqlString } from '../../duckdb/index.js';
import type { Column, ColumnSchema, CompiledTableFile } from '../../table/index.js';
import { columnFromCells, isNumericKind, Table } from '../../table/index.js';
import type { DateForm } from './dates.js';
import { dateOrigin } from './dates.js';
import type { RawTable } from './input.js';
import { rawView } from './input.js';

/** How the columns of another table are understood. */
export interface LikeOptions {
  readonly columns: readonly ColumnSchema[];
  readonly reading: CompiledTableFile;
  readonly dates: Readonly<Record<string, DateForm>>;
}

/**
 * Reads a file with the kinds of another table's columns, leniently: what is no number in a column of numbers is missing, unknown categories
 * are put after the known ones. Columns that the file lacks are left out, others are not read.
 */
export async function readLike(raw: RawTable, like: LikeOptions): Promise<Table> {
  const columns: Column[] = [];
  for (const schema of like.columns.filter((s) => raw.names.includes(s.name)))
    columns.push(await readOne(raw, schema, like));
  return new Table(raw.rows, columns);
}

async function readOne(
  raw: RawTable,
  schema: ColumnSchema,
  { reading, dates }: LikeOptions,
): Promise<Column> {
  const { name } = schema;
  const settings = reading.columns[name];
  const tokens = [...reading.missing, ...(settings?.missing ?? [])].map((token) => sqlString(token.trim()));
  const trimmed = `trim(${sqlName(name)})`;
  const text =
    tokens.length === 0
      ? trimmed
      : `CASE WHEN ${trimmed} IN (${tokens.join(', ')}) THEN NULL ELSE ${trimmed} END`;
  const number = `TRY_CAST(${text} AS DOUBLE)`;
  const finite = `CASE WHEN isfinite(${number}) THEN ${number} END`;
  const origin = dates[name] === undefined ? settings?.daysSince : dateOrigin;
  // a file of drawn rows may hold dates, or the days that they were modelled as
  const days = `epoch_us(TRY_CAST(${text} AS TIMESTAMP) - TIMESTAMP ${sqlString(`${origin ?? dateOrigin} 00:00:00`)}) / 86400e6`;
  const value = !isNumericKind(schema.kind)
    ? text
    : origin === undefined
      ? finite
      : `coalesce(${days}, ${finite})`;
  const result = await raw.db.columns(`SELECT ${value} AS v FROM ${rawView} ORDER BY __row`);
  const { cells } = result[0]!;
  if (isNumericKind(schema.kind)) return columnFromCells(schema, cells);
  const known = schema.categories ?? [];
  const more = new Set(cells.filter((cell) => cell !== null).map(String));
  for (const category of known) more.delete(category);
  return columnFromCells({ ...schema, categories: [...known, ...[...more].sort()] }, cells);
}
