import type { Rng } from '../core/index.js';
import type { Column, ColumnSchema } from '../table/index.js';
import { intoBounds } from './bounds.js';
import { emptyColumn } from './columns.js';
import type { Bins } from './bins.js';
import { binCells } from './bins.js';
import type { Grid } from './grid.js';
import { cellOfNumber, cellsOfColumn, gridOf } from './grid.js';
import { smoothShares } from './shares.js';

/** Rows as codes: the code of row i in column c, below `sizes[c]`, is `codes[c][i]`. */
export interface CodedTable {
  readonly rows: number;
  readonly sizes: readonly number[];
  readonly codes: readonly Uint16Array[];
}

/** How a column's values become codes and codes values again. Plain data, without anything of single records. */
export interface ColumnCoder {
  readonly schema: ColumnSchema;
  readonly grid: Grid;
  /** Code of every fine cell. */
  readonly codeOf: Uint32Array;
  readonly size: number;
  /** The code of missing values; undefined when none are drawn. */
  readonly missing: number | undefined;
  /** For drawing: the cells of code k are `cells[start[k]] … cells[start[k + 1] − 1]`, with their cumulative shares. */
  readonly start: Uint32Array;
  readonly cells: Uint32Array;
  readonly cumulative: Float64Array;
}

export interface CoderRequest {
  readonly schema: ColumnSchema;
  /** Noisy count of every cell of the column's grid, and the noise's standard deviation. */
  readonly counts: Float64Array;
  readonly sigma: number;
  /** Noisy number of rows and its standard deviation. */
  readonly total: number;
  readonly totalSigma: number;
  readonly maxBins: number;
  readonly rareSigmas: number;
}

/** The coder of a column from its noisy counts. */
export function coderOf({ schema, ...noisy }: CoderRequest): ColumnCoder {
  const grid = gridOf(schema);
  const ordered = grid.cuts !== undefined || schema.kind === 'ordinal';
  const bins = binCells({ grid, ordered, edges: schema.edges, ...noisy });
  return { schema, grid, ...bins, ...drawingTables(grid, bins, noisy) };
}

/** The cells of each code with their cumulative shares: the noisy counts, drawn towards an even spread as far as they are noise. */
function drawingTables(
  grid: Grid,
  { codeOf, size, missing }: Bins,
  { counts, sigma }: { counts: Float64Array; sigma: number },
): Pick<ColumnCoder, 'start' | 'cells' | 'cumulative'> {
  const lists = Array.from({ length: size }, (): number[] => []);
  for (let cell = 0; cell < grid.values; cell++) lists[codeOf[cell]!]!.push(cell);
  if (missing !== undefined) lists[missing]!.push(grid.missing);
  const start = new Uint32Array(size + 1);
  const cumulative: number[] = [];
  for (const [code, list] of lists.entries()) {
    start[code + 1] = start[code]! + list.length;
    const widths = list.map((cell) =>
      grid.cuts === undefined || cell === grid.missing ? 1 : grid.cuts[cell + 1]! - grid.cuts[cell]!,
    );
    const shares = smoothShares(
      Float64Array.from(list, (cell) => counts[cell]!),
      Float64Array.from(widths),
      sigma,
    );
    let sum = 0;
    for (const share of shares) cumulative.push((sum += share));
  }
  return { start, cells: Uint32Array.from(lists.flat()), cumulative: Float64Array.from(cumulative) };
}

/** Codes of a column's rows. */
export function encodeColumn(coder: ColumnCoder, column: Column): Uint16Array {
  const cells = cellsOfColumn(coder.grid, column);
  return Uint16Array.from(cells, (cell) => coder.codeOf[cell]!);
}

/** Codes of columns that have coders, in the coders' order. */
export function encodeTable(coders: readonly ColumnCoder[], columns: readonly Column[]): CodedTable {
  return {
    rows: columns[0]?.valid.length ?? 0,
    sizes: coders.map((coder) => coder.size),
    codes: coders.map((coder, c) => encodeColumn(coder, columns[c]!)),
  };
}

/** A value for every code: drawn from the fine cells within it; numbers evenly within a cell, on the recorded decimals. */
export function decodeColumn(coder: ColumnCoder, codes: ArrayLike<number>, rng: Rng): Column {
  const { schema, grid } = coder;
  const column = emptyColumn(schema, codes.length);
  const [min, max] = schema.bounds ?? [-Infinity, Infinity];
  const bounds = { min, max, decimals: schema.decimals ?? null };
  for (let row = 0; row < codes.length; row++) {
    const cell = drawCell(coder, codes[row]!, rng);
    if (cell === grid.missing) continue;
    column.valid[row] = 1;
    if (column.type === 'categorical') column.codes[row] = cell;
    else {
      const low = grid.cuts![cell]!;
      column.values[row] = intoBounds(bounds, low + rng.next() * (grid.cuts![cell + 1]! - low));
    }
  }
  return column;
}

function drawCell({ start, cells, cumulative }: ColumnCoder, code: number, rng: Rng): number {
  let first = start[code]!;
  let last = start[code + 1]! - 1;
  if (first === last) return cells[first]!;
  const u = rng.next();
  while (first < last) {
    const middle = (first + last) >>> 1;
    if (cumulative[middle]! > u) last = middle;
    else first = middle + 1;
  }
  return cells[first]!;
}

/** The code of one fixed cell of a table: a number, a category's code, or missing. Undefined when missing is never drawn. */
export function codeOfCell(coder: ColumnCoder, column: Column, row: number): number | undefined {
  if (column.valid[row] !== 1) return coder.missing;
  const cell = column.type === 'numeric' ? cellOfNumber(coder.grid, column.values[row]!) : column.codes[row]!;
  return coder.codeOf[cell]!;
}

/** Where the codes of an ordered column lie: mean rank, or mean number, of their cells by their shares; undefined without an order. */
export function scoresOf({
  schema,
  grid,
  size,
  missing,
  ...tables
}: ColumnCoder): readonly number[] | undefined {
  if (grid.cuts === undefined && schema.kind !== 'ordinal') return undefined;
  const { start, cells, cumulative } = tables;
  return Array.from({ length: size }, (_, code) => {
    if (code === missing) return 0;
    let mean = 0;
    for (let k = start[code]!; k < start[code + 1]!; k++) {
      const share = cumulative[k]! - (k > start[code]! ? cumulative[k - 1]! : 0);
      const cell = cells[k]!;
      mean += share * (grid.cuts === undefined ? cell : (grid.cuts[cell]! + grid.cuts[cell + 1]!) / 2);
    }
    return mean;
  });
}
