import type { Table } from '../../table/index.js';
import { binColumn } from '../../trees/index.js';

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

/**
 * The order in which columns are drawn: anchors, features, labels. Within each the table's order, or next the
 * column about which the columns already placed tell most (so that its tree has the best to ask).
 */
export function columnOrder(table: Table, dependence: Dependence, order: 'dependence' | 'table'): number[] {
  const placed: number[] = [];
  const strongest = new Float64Array(table.columns.length);
  const place = (column: number): void => {
    placed.push(column);
    for (let j = 0; j < strongest.length; j++) {
      strongest[j] = Math.max(strongest[j]!, dependence[column]![j]!);
    }
  };
  for (const role of ['anchor', 'feature', 'label'] as const) {
    const waiting = new Set([...table.columns.keys()].filter((c) => table.columns[c]!.schema.role === role));
    while (waiting.size > 0) {
      let next = -1;
      for (const c of waiting) {
        if (next < 0 || (order === 'dependence' && role === 'feature' && strongest[c]! > strongest[next]!))
          next = c;
        if (order === 'table' || role !== 'feature') break;
      }
      waiting.delete(next);
      place(next);
    }
  }
  return placed;
}

/** The `most` earlier columns that tell most about a column, in the order of drawing. */
export function predecessorsOf(
  order: readonly number[],
  at: number,
  dependence: Dependence,
  most: number,
): number[] {
  const earlier = order.slice(0, at);
  if (earlier.length <= most) return earlier;
  const tells = dependence[order[at]!]!;
  const kept = new Set([...earlier].sort((a, b) => tells[b]! - tells[a]! || a - b).slice(0, most));
  return earlier.filter((c) => kept.has(c));
}
