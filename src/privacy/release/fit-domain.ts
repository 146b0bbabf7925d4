import type { CategoricalColumn, Column, ColumnSchema } from '../../table/index.js';
import { isNumericKind, sharedFloat64, sharedUint32, sharedUint8 } from '../../table/index.js';
import { numberOf } from './cells.js';

/**
 * Reads texts as a column whose domain is known, silently: numbers are moved into the bounds and onto the grid of decimals; whatever the domain does
 * not know becomes missing, or, where nothing may be missing, `fill`. An error would tell that such a cell exists.
 */
export function readIntoDomain(
  schema: ColumnSchema,
  cells: readonly (string | null)[],
  fill?: number | string,
): Column {
  return isNumericKind(schema.kind) ? numbers(schema, cells, fill) : categories(schema, cells, fill);
}

function numbers(
  schema: ColumnSchema,
  cells: readonly (string | null)[],
  fill: number | string | undefined,
): Column {
  const values = sharedFloat64(cells.length);
  const valid = sharedUint8(cells.length);
  const [low, high] = schema.bounds ?? [-Infinity, Infinity];
  const scale = schema.decimals === undefined ? undefined : 10 ** schema.decimals;
  const substitute = schema.missing ? undefined : Number(fill ?? low);
  for (const [i, cell] of cells.entries()) {
    const x = (cell === null ? undefined : numberOf(cell)) ?? substitute;
    if (x === undefined) continue;
    const onGrid = scale === undefined ? x : Math.round(x * scale) / scale;
    values[i] = Math.min(Math.max(onGrid, low), high);
    valid[i] = 1;
  }
  return { type: 'numeric', schema, values, valid };
}

function categories(
  schema: ColumnSchema,
  cells: readonly (string | null)[],
  fill: number | string | undefined,
): CategoricalColumn {
  const known = schema.categories ?? [];
  const codeOf = new Map(known.map((name, code) => [name, code]));
  const codes = sharedUint32(cells.length);
  const valid = sharedUint8(cells.length);
  const substitute = schema.missing ? undefined : (codeOf.get(String(fill)) ?? 0);
  for (const [i, cell] of cells.entries()) {
    const code = (cell === null ? undefined : codeOf.get(cell)) ?? substitute;
    if (code === undefined) continue;
    codes[i] = code;
    valid[i] = 1;
  }
  return { type: 'categorical', schema: { ...schema, categories: known }, codes, valid };
}
