import type * as DuckDB from '@duckdb/node-api';

/** A column to append: numbers (NaN for missing), codes (`NO_CODE` for missing), or texts. */
export type AppendColumn = Float64Array | Uint32Array | readonly string[];

/** The code that stands for missing in a column of codes. */
export const NO_CODE = 0xffff_ffff;

/** Rows of DuckDB's chunks. */
const CHUNK_ROWS = 2048;

/** The SQL type that a column is appended as. */
function appendType(column: AppendColumn): 'DOUBLE' | 'UINTEGER' | 'VARCHAR' {
  if (column instanceof Float64Array) return 'DOUBLE';
  return column instanceof Uint32Array ? 'UINTEGER' : 'VARCHAR';
}

/** Appends rows to a table whose columns have the types of {@link appendType}. */
export function appendColumns(
  { DOUBLE, DuckDBDataChunk, UINTEGER, VARCHAR }: typeof DuckDB,
  appender: DuckDB.DuckDBAppender,
  columns: readonly AppendColumn[],
): void {
  const rows = columns[0]?.length ?? 0;
  const types = columns.map((column) => ({ DOUBLE, UINTEGER, VARCHAR })[appendType(column)]);
  for (let start = 0; start < rows; start += CHUNK_ROWS) {
    const n = Math.min(CHUNK_ROWS, rows - start);
    const chunk = DuckDBDataChunk.create(types, n);
    for (const [c, column] of columns.entries()) {
      const vector = chunk.getColumnVector(c);
      for (let i = 0; i < n; i++) vector.setItem(i, column[start + i]!);
      vector.flush();
    }
    appender.appendDataChunk(chunk);
  }
}
