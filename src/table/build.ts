import { DataError, InternalError } from '../core/index.js';
import type { ColumnSchema } from './schema.js';
import { isNumericKind } from './schema.js';
import type { Cell, Column } from './table.js';
import { sharedFloat64, sharedUint32, sharedUint8, Table } from './table.js';

/**
 * Builds a column from cells. A category that the schema does not list is an error when the schema lists categories;
 * otherwise categories are collected and sorted by code unit.
 * @throws DataError `BAD_CELL` (names column and count, never the value).
 */
export function columnFromCells(schema: ColumnSchema, cells: readonly Cell[]): Column {
  const n = cells.length;
  const valid = sharedUint8(n);
  if (isNumericKind(schema.kind)) {
    const values = sharedFloat64(n);
    let bad = 0;
    for (let i = 0; i < n; i++) {
      const cell = cells[i] ?? null;
      if (cell === null) continue;
      if (typeof cell === 'number' && Number.isFinite(cell)) {
        values[i] = cell;
        valid[i] = 1;
      } else bad++;
    }
    if (bad > 0) throw misfit(schema, bad, 'finite numbers or missing');
    return { type: 'numeric', schema, values, valid };
  }
  const categories = schema.categories ?? [...new Set(cells.filter((c) => c !== null).map(String))].sort();
  const codeOf = new Map(categories.map((name, code) => [name, code]));
  if (codeOf.size !== categories.length)
    throw new InternalError('CATEGORIES', `Column '${schema.name}' lists a category twice.`);
  const codes = sharedUint32(n);
  let bad = 0;
  for (let i = 0; i < n; i++) {
    const cell = cells[i] ?? null;
    if (cell === null) continue;
    const code = codeOf.get(String(cell));
    if (code === undefined) bad++;
    else {
      codes[i] = code;
      valid[i] = 1;
    }
  }
  if (bad > 0) throw misfit(schema, bad, `one of ${categories.length} listed categories, or missing`);
  return { type: 'categorical', schema: { ...schema, categories }, codes, valid };
}

/** Builds a table from rows of cells by name; a name that a row lacks is missing there. For tests and small tables. */
export function tableFromRows(
  schemas: readonly ColumnSchema[],
  rows: readonly Record<string, Cell>[],
): Table {
  return new Table(
    rows.length,
    schemas.map((schema) =>
      columnFromCells(
        schema,
        rows.map((row) => row[schema.name] ?? null),
      ),
    ),
  );
}

/** The error for cells that do not fit their column. */
export function misfit(schema: ColumnSchema, count: number, expected: string): DataError {
  return new DataError(
    'BAD_CELL',
    `Column '${schema.name}' (${schema.kind}) has ${count} cells that do not fit.`,
    {
      expected,
      fix: 'correct the cells, or give the column another kind in the schema file',
    },
  );
}
