import type { Table } from '../table/index.js';
import { binColumn } from '../trees/index.js';

/** Mutual information of every pair of columns, in nats, about 0 for independent ones. */
export type Dependence = readonly Float64Array[];

const BINS = 8;
/** Rows × pairs of columns that the estimate may look at. */
const MOST_WORK = 2e9;
const LEAST_ROWS = 500;

/**
 * Mutual information between columns in at most 8 bins each (missing is one more), less its bias of
 * (cells − rows − columns + 1) / 2n (Miller 1955). Large tables are read at even steps.
 */
export function dependenceOf(table: Table): Dependence {
  const d = table.columns.length;
  const pairs = (d * (d - 1)) / 2;
  const rows = Math.min(table.rows, Math.max(LEAST_ROWS, Math.floor(MOST_WORK / Math.max(pairs, 1))));
  const every = table.rows / rows;
  const coarse = table.columns.map((column) => {
    const { codes } = binColumn(column, { maxBins: BINS });
    return Uint8Array.from({ length: rows }, (_, i) => codes[Math.floor(i * every)]!);
  });
  const matrix = coarse.map(() => new Float64Array(d));
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const mi = information(coarse[i]!, coarse[j]!);
      matrix[i]![j] = mi;
      matrix[j]![i] = mi;
    }
  }
  return matrix;
}

const SIDE = BINS + 1;
const joint = new Uint32Array(SIDE * SIDE);

function information(a: Uint8Array, b: Uint8Array): number {
  joint.fill(0);
  for (let i = 0; i < a.length; i++) joint[a[i]! * SIDE + b[i]!]!++;
  const n = a.length;
  const rows = new Float64Array(SIDE);
  const columns = new Float64Array(SIDE);
  for (let i = 0; i < SIDE; i++) {
    for (let j = 0; j < SIDE; j++) {
      rows[i]! += joint[i * SIDE + j]!;
      columns[j]! += joint[i * SIDE + j]!;
    }
  }
  let mi = 0;
  for (let i = 0; i < SIDE; i++) {
    for (let j = 0; j < SIDE; j++) {
      const count = joint[i * SIDE + j]!;
      if (count > 0) mi += (count / n) * Math.log((count * n) / (rows[i]! * columns[j]!));
    }
  }
  const freedom = (used(rows) - 1) * (used(columns) - 1);
  return Math.max(0, mi - freedom / (2 * n));
}

function used(counts: Float64Array): number {
  return counts.reduce((k, c) => k + (c > 0 ? 1 : 0), 0);
}
