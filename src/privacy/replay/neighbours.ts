import type { Column } from '../../table/index.js';
import { sharedFloat64, sharedUint32, sharedUint8, Table } from '../../table/index.js';
import type { Neighbour } from './assert.js';

/** How units lie in a table. */
export interface NeighbourOptions {
  /** Unit of each row; default: each row is a unit of its own. */
  readonly units?: ArrayLike<string | number>;
  /** Rows that a unit may have; an added unit has as many. Default 1. */
  readonly rowsPerUnit?: number;
}

/** A cell of an added row: a number or a code; null is missing. */
type NewCell = number | null;

/**
 * Neighbours of a table that typical leaks show on: its first, middle and last unit removed; a unit added that is like another, has the
 * rarest category everywhere, has more decimals than anybody, is missing everything that may be missing, is missing nothing, or lies far
 * below and far above all bounds.
 */
export function neighbourTables(table: Table, options: NeighbourOptions = {}): Neighbour<Table>[] {
  const { units, rowsPerUnit = 1 } = options;
  const all = Array.from({ length: table.rows }, (_, i) => i);
  const unitOf = (row: number): number[] =>
    units === undefined ? [row] : all.filter((i) => units[i] === units[row]);
  const removed = [...new Set([0, table.rows >> 1, table.rows - 1])].map((row) => {
    const gone = unitOf(row);
    return {
      name: `unit of row ${row} removed`,
      table: table.take(all.filter((i) => !gone.includes(i))),
      removed: gone,
    };
  });
  const added = Object.entries(newRows).map(([name, cell]) => ({
    name: `unit added that ${name}`,
    table: new Table(
      table.rows + rowsPerUnit,
      table.columns.map((column) => extended(column, cell(column), rowsPerUnit)),
    ),
  }));
  return [...removed, ...added];
}

const newRows: Readonly<Record<string, (column: Column) => NewCell>> = {
  'is like another': (column) => cellAt(column, column.valid.length >> 1),
  'has the rarest categories': (column) =>
    column.type === 'categorical' ? rarestCode(column) : cellAt(column, 0),
  'has more decimals': (column) => {
    if (column.type === 'categorical') return cellAt(column, 0);
    const [low, high] = rangeOf(column);
    return low + (high - low) * 0.41421356237309515;
  },
  'misses all that may be missing': (column) => (column.schema.missing ? null : middle(column)),
  'misses nothing': (column) => middle(column),
  'lies far below': (column) => (column.type === 'categorical' ? middle(column) : -1e12),
  'lies far above': (column) => (column.type === 'categorical' ? middle(column) : 1e12),
};

function cellAt(column: Column, row: number): NewCell {
  if (column.valid[row] !== 1) return null;
  return column.type === 'numeric' ? column.values[row]! : column.codes[row]!;
}

function middle(column: Column): number {
  if (column.type === 'categorical') return column.schema.categories.length >> 1;
  const [low, high] = rangeOf(column);
  return Math.round((low + high) / 2);
}

/** Bounds where declared, else those of the values. */
function rangeOf(column: Column): readonly [number, number] {
  if (column.schema.bounds !== undefined) return column.schema.bounds;
  if (column.type === 'categorical') return [0, 0];
  let [low, high] = [Infinity, -Infinity];
  column.values.forEach((value, i) => {
    if (column.valid[i] !== 1) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  });
  return low <= high ? [low, high] : [0, 1];
}

function rarestCode(column: Extract<Column, { type: 'categorical' }>): number {
  const counts = new Array<number>(column.schema.categories.length).fill(0);
  column.codes.forEach((code, i) => {
    if (column.valid[i] === 1) counts[code]!++;
  });
  return counts.indexOf(Math.min(...counts));
}

function extended(column: Column, cell: NewCell, copies: number): Column {
  const old = column.valid.length;
  const valid = sharedUint8(old + copies);
  valid.set(column.valid);
  valid.fill(cell === null ? 0 : 1, old);
  if (column.type === 'numeric') {
    const values = sharedFloat64(old + copies);
    values.set(column.values);
    values.fill(cell ?? 0, old);
    return { type: 'numeric', schema: column.schema, values, valid };
  }
  const codes = sharedUint32(old + copies);
  codes.set(column.codes);
  codes.fill(cell ?? 0, old);
  return { type: 'categorical', schema: column.schema, codes, valid };
}
