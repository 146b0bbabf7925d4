import { InternalError } from '../../core/index.js';
import type { Database } from '../../duckdb/index.js';
import { sqlName, sqlString } from '../../duckdb/index.js';
import type { ColumnTypes } from './columns.js';

/**
 * Wraps a source's SELECT so that it yields exactly `columns`, in their order and types: a column it lacks is NULL.
 * @throws InternalError `STORE_COLUMNS` for a column that the store does not know, or a `required` one that is absent.
 */
export async function shapedSelect(
  db: Database,
  sql: string,
  shape: { readonly columns: ColumnTypes; readonly required: readonly string[]; readonly table: string },
): Promise<string> {
  const present = new Set((await db.describe(sql)).map((c) => c.name));
  const unknown = [...present].filter((name) => !(name in shape.columns));
  const absent = shape.required.filter((name) => !present.has(name));
  if (unknown.length + absent.length > 0) {
    throw new InternalError(
      'STORE_COLUMNS',
      `The query for '${shape.table}' does not fit the cohort store.`,
      {
        expected: `columns among ${Object.keys(shape.columns).join(', ')}; always ${shape.required.join(', ')}`,
        got: [...unknown.map((n) => `unknown ${n}`), ...absent.map((n) => `no ${n}`)].join(', '),
      },
    );
  }
  const list = Object.entries(shape.columns).map(([name, type]) =>
    present.has(name)
      ? `CAST(${sqlName(name)} AS ${type}) AS ${sqlName(name)}`
      : `CAST(NULL AS ${type}) AS ${sqlName(name)}`,
  );
  return `SELECT ${list.join(', ')} FROM (${sql})`;
}

/** The named columns as a comma-separated list, each with an optional table alias. */
export function columnList(columns: ColumnTypes, alias?: string): string {
  const prefix = alias === undefined ? '' : `${alias}.`;
  return Object.keys(columns)
    .map((name) => prefix + sqlName(name))
    .join(', ');
}

/** Columns with their types, as in CREATE TABLE. */
export function columnDefinitions(columns: ColumnTypes): string {
  return Object.entries(columns)
    .map(([name, type]) => `${sqlName(name)} ${type}`)
    .join(', ');
}

/**
 * A total ORDER BY over all columns, beginning with `first`; NULLs first. Rows that tie are equal in every column, so the
 * order of the bytes cannot depend on the number of threads.
 */
export function totalOrder(columns: ColumnTypes, first: readonly string[]): string {
  const rest = Object.keys(columns).filter((name) => !first.includes(name));
  return [...first, ...rest].map((name) => `${sqlName(name)} ASC NULLS FIRST`).join(', ');
}

/** Writes an ordered query as a Parquet file of the store (zstd). */
export async function writeParquet(
  db: Database,
  part: { readonly rows: string; readonly file: string; readonly rowGroup?: number | undefined },
): Promise<void> {
  const options = `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${part.rowGroup ?? 122_880}`;
  await db.exec(`COPY (${part.rows}) TO ${sqlString(part.file)} (${options})`);
}
