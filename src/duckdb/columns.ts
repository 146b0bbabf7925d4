import type { DuckDBDataChunk } from '@duckdb/node-api';
import { InternalError } from '../core/index.js';

/** One result column: numbers, or strings; null = missing. */
export interface ResultColumn {
  readonly name: string;
  readonly cells: (number | string | null)[];
}
export type ColumnArrays = readonly ResultColumn[];

export function emptyColumns(names: readonly string[]): ColumnArrays {
  return names.map((name) => ({ name, cells: [] }));
}

/** Adds a chunk's values. @throws InternalError `SQL_TYPE` for a type that has to be cast in the query. */
export function appendChunk(columns: ColumnArrays, chunk: DuckDBDataChunk): void {
  for (const [c, column] of columns.entries()) {
    const values = chunk.getColumnValues(c);
    for (const value of values) column.cells.push(plain(value, column.name));
  }
}

function plain(value: unknown, name: string): number | string | null {
  if (value === null || typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isSafeInteger(number))
      throw new InternalError('SQL_TYPE', `Column '${name}' holds integers beyond 2^53; cast it to VARCHAR.`);
    return number;
  }
  if (typeof value === 'boolean') return value ? 1 : 0;
  throw new InternalError(
    'SQL_TYPE',
    `Column '${name}' has a type without plain form; cast it in the query.`,
  );
}

/** Copies a chunk's one column of numbers into an array. @throws InternalError `SQL_TYPE` for anything that is not a number. */
export function fillFromChunk(chunk: DuckDBDataChunk, into: Float64Array | Uint32Array, start: number): void {
  const vector = chunk.getColumnVector(0);
  const rows = chunk.rowCount;
  for (let i = 0; i < rows; i++) {
    const value: unknown = vector.getItem(i);
    if (typeof value !== 'number')
      throw new InternalError(
        'SQL_TYPE',
        'A query gave something else than numbers; cast it, and replace NULL.',
      );
    into[start + i] = value;
  }
}
