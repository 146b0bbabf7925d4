import type { CodedColumn, Points } from '../../../numerics/index.js';
import type { NumericColumn, Table } from '../../../table/index.js';
import type { Binning } from '../../../trees/index.js';
import { codeTable } from './coded.js';

/** Standard scores are kept within this, so that one wild value does not decide a distance. */
const LARGEST_SCORE = 5;

/** How a table's rows become points: numbers as standard scores, categories one-hot. Learned from the real train rows. */
export interface PointEncoder {
  readonly bins: readonly Binning[];
  /** By column name. */
  readonly numeric: ReadonlyMap<string, { readonly mean: number; readonly sd: number }>;
}

export function learnPoints(train: Table, bins: readonly Binning[]): PointEncoder {
  const numeric = new Map<string, { mean: number; sd: number }>();
  for (const column of train.columns) {
    if (column.type === 'numeric') numeric.set(column.schema.name, momentsOf(column));
  }
  return { bins, numeric };
}

/**
 * Rows as points. A numeric column gives its standard score (0 where missing) and a missing indicator; another column one
 * indicator a cell. Indicators weigh 1/√2, so that two unequal cells lie at distance 1.
 */
export function encodePoints(table: Table, { bins, numeric }: PointEncoder): Points {
  const coded = codeTable(table, bins);
  const width = bins.map((binning, i) => (numeric.has(binning.name) ? 2 : coded[i]!.size));
  const dimensions = width.reduce((a, b) => a + b, 0);
  const data = new Float64Array(table.rows * dimensions);
  let at = 0;
  for (const [i, binning] of bins.entries()) {
    const column = table.column(binning.name);
    const moments = numeric.get(binning.name);
    if (column.type === 'numeric' && moments !== undefined)
      fillNumeric({ data, dimensions, at }, column, moments);
    else fillIndicators({ data, dimensions, at }, coded[i]!, table.rows);
    at += width[i]!;
  }
  return { data, rows: table.rows, dimensions };
}

interface Slot {
  readonly data: Float64Array;
  readonly dimensions: number;
  readonly at: number;
}

function fillNumeric(slot: Slot, column: NumericColumn, { mean, sd }: { mean: number; sd: number }): void {
  for (let row = 0; row < column.values.length; row++) {
    const at = row * slot.dimensions + slot.at;
    if (column.valid[row] !== 1) slot.data[at + 1] = Math.SQRT1_2;
    else if (sd > 0) {
      const z = (column.values[row]! - mean) / sd;
      slot.data[at] = Math.max(-LARGEST_SCORE, Math.min(LARGEST_SCORE, z));
    }
  }
}

function fillIndicators(slot: Slot, column: CodedColumn, rows: number): void {
  for (let row = 0; row < rows; row++) {
    slot.data[row * slot.dimensions + slot.at + column.codes[row]!] = Math.SQRT1_2;
  }
}

/** Mean and standard deviation of the present values, by Welford's method. */
function momentsOf({ values, valid }: NumericColumn): { mean: number; sd: number } {
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    if (valid[i] !== 1) continue;
    n++;
    const d = values[i]! - mean;
    mean += d / n;
    squares += d * (values[i]! - mean);
  }
  return { mean, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : 0 };
}
