import { DataError } from '../core/index.js';
import type { Column, ColumnSchema } from '../table/index.js';
import { isNumericKind } from '../table/index.js';

/**
 * The fine cells that a column is counted in first; made from its schema alone. Categories are a cell each. Numbers have cells between
 * cut points, `cuts[k] ≤ value < cuts[k + 1]`, the last one with its end. One cell more counts missing values, last.
 */
export interface Grid {
  readonly cuts: Float64Array | undefined;
  /** Cells of present values. */
  readonly values: number;
  /** Cell of missing values; −1 where there are none. */
  readonly missing: number;
  /** All cells. */
  readonly cells: number;
}

/** Numbers of so few values have a cell each. */
const OWN_CELLS = 256;
/** Evenly spaced cells, and as many more that grow with the number, of a column with more values. */
const EVEN_CELLS = 128;
const GROWING_CELLS = 96;

/**
 * The grid of a column.
 * @throws DataError `NO_BOUNDS` for numbers without bounds.
 */
export function gridOf(schema: ColumnSchema): Grid {
  const numeric = isNumericKind(schema.kind);
  const cuts = numeric ? cutsOf(schema) : undefined;
  const values = cuts === undefined ? (schema.categories?.length ?? 0) : cuts.length - 1;
  const withMissing = schema.missing || values === 0;
  return { cuts, values, missing: withMissing ? values : -1, cells: values + (withMissing ? 1 : 0) };
}

function cutsOf(schema: ColumnSchema): Float64Array {
  const { name, bounds, edges = [], decimals } = schema;
  if (bounds === undefined) {
    throw new DataError('NO_BOUNDS', `The column '${name}' has numbers without bounds.`, {
      expected: 'a least and a greatest value that are known without the records',
      fix: `declare them in the schema file: columns.${name}.bounds: [0, 300]`,
    });
  }
  const [low, high] = bounds;
  const unit = decimals === undefined ? 0 : 10 ** -decimals;
  const inner = [...innerCuts(low, high, unit), ...edges].map((cut) => toBorder(cut, low, unit));
  // half a unit of room at both ends, so that every value of the grid lies in the middle of its stretch
  const ends = [low - unit / 2, high + unit / 2] as const;
  const ascending = [...new Set(inner)].filter((cut) => cut > ends[0] && cut < ends[1]);
  return Float64Array.from([ends[0], ...ascending.sort((a, b) => a - b), ends[1]]);
}

/** Cut points between the bounds: every value, or evenly spaced ones and ones that grow from zero. */
function innerCuts(low: number, high: number, unit: number): number[] {
  if (unit > 0 && (high - low) / unit < OWN_CELLS) {
    return Array.from({ length: Math.round((high - low) / unit) }, (_, i) => low + (i + 1) * unit);
  }
  const even = (i: number): number => low + ((high - low) * i) / EVEN_CELLS;
  const cuts = Array.from({ length: EVEN_CELLS - 1 }, (_, i) => even(i + 1));
  if (low < 0) return cuts;
  // zero has a cell of its own; without decimals numbers are taken to matter down to a millionth of the range
  const least = Math.max(low, unit > 0 ? unit : (high - low) / 1e6);
  const growing = (i: number): number => least * (high / least) ** (i / GROWING_CELLS);
  return [...cuts, ...Array.from({ length: GROWING_CELLS }, (_, i) => growing(i))];
}

/** A cut point moved down to lie half-way between two values of the grid. */
function toBorder(cut: number, low: number, unit: number): number {
  return unit === 0 ? cut : low + (Math.ceil((cut - low) / unit - 1e-6) - 0.5) * unit;
}

/** The cell of every row. Numbers outside the bounds count as the nearest inside; an unexpected missing value counts as the first cell. */
export function cellsOfColumn(grid: Grid, column: Column): Uint32Array {
  const rows = column.valid.length;
  const cells = new Uint32Array(rows);
  const missing = Math.max(grid.missing, 0);
  for (let i = 0; i < rows; i++) {
    if (column.valid[i] !== 1) cells[i] = missing;
    else cells[i] = column.type === 'numeric' ? cellOfNumber(grid, column.values[i]!) : column.codes[i]!;
  }
  return cells;
}

/** The cell of a number. */
export function cellOfNumber({ cuts }: Grid, value: number): number {
  if (cuts === undefined) return 0;
  let first = 0;
  let last = cuts.length - 2;
  while (first < last) {
    const middle = (first + last + 1) >>> 1;
    if (cuts[middle]! <= value) first = middle;
    else last = middle - 1;
  }
  return first;
}
