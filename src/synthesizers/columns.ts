import type { Column, ColumnSchema } from '../table/index.js';
import { isNumericKind, sharedFloat64, sharedUint32, sharedUint8 } from '../table/index.js';

/** A column whose cells are all missing, to be filled. */
export function emptyColumn(schema: ColumnSchema, rows: number): Column {
  const valid = sharedUint8(rows);
  return isNumericKind(schema.kind)
    ? { type: 'numeric', schema, values: sharedFloat64(rows), valid }
    : {
        type: 'categorical',
        schema: { ...schema, categories: schema.categories ?? [] },
        codes: sharedUint32(rows),
        valid,
      };
}

/** Columns of one schema, one after the other. */
export function concatColumns(schema: ColumnSchema, parts: readonly Column[]): Column {
  const column = emptyColumn(
    schema,
    parts.reduce((rows, part) => rows + part.valid.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    writeColumn(column, at, part);
    at += part.valid.length;
  }
  return column;
}

/** Writes the cells of a part into a column of the same kind, from row `at` on. */
export function writeColumn(column: Column, at: number, part: Column): void {
  column.valid.set(part.valid, at);
  if (column.type === 'numeric' && part.type === 'numeric') column.values.set(part.values, at);
  if (column.type === 'categorical' && part.type === 'categorical') column.codes.set(part.codes, at);
}

/** The rows from `start` to before `end`, on the same memory. */
export function sliceColumn(column: Column, start: number, end: number): Column {
  const valid = column.valid.subarray(start, end);
  return column.type === 'numeric'
    ? { ...column, values: column.values.subarray(start, end), valid }
    : { ...column, codes: column.codes.subarray(start, end), valid };
}
