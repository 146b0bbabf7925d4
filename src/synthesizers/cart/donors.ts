import type { CategoricalColumn, Column } from '../../table/index.js';
import { categoryCounts } from '../check.js';
import { smoothCells, spikesOf } from '../smooth.js';
import type { Leaves } from './leaves.js';
import { LeavesBuilder } from './leaves.js';

export interface DonorLimits {
  /** A number that at least so many rows share is a spike and drawn exactly. */
  readonly spikeRows: number;
}

/** The most cells that a leaf's smooth part is cut into. */
const MOST_CELLS = 64;

/** Leaves with the present values of their rows. */
export function donorLeaves(column: Column, leaves: readonly Uint32Array[], limits: DonorLimits): Leaves {
  const builder = new LeavesBuilder();
  if (column.type === 'numeric') {
    const spikes = spikesOf(column.values, column.valid, limits.spikeRows);
    for (const rows of leaves) {
      addNumbers(builder, Float64Array.from(rows, (row) => column.values[row]!).sort(), spikes);
      builder.close();
    }
  } else {
    for (const rows of leaves) {
      addCategories(builder, column, rows);
      builder.close();
    }
  }
  return builder.build();
}

/** Leaves whose outcomes are 0 (present) and 1 (missing). */
export function missingLeaves(column: Column, leaves: readonly Uint32Array[]): Leaves {
  const builder = new LeavesBuilder();
  for (const rows of leaves) {
    let present = 0;
    for (const row of rows) present += column.valid[row]!;
    builder.add(0, 0, present);
    builder.add(1, 1, rows.length - present);
    builder.close();
  }
  return builder.build();
}

/** Spikes keep their value, the other numbers of a leaf are smoothed. */
function addNumbers(builder: LeavesBuilder, sorted: Float64Array, spikes: ReadonlySet<number>): void {
  const smooth: number[] = [];
  for (let i = 0; i < sorted.length;) {
    const value = sorted[i]!;
    let end = i + 1;
    while (end < sorted.length && sorted[end] === value) end++;
    if (spikes.has(value)) builder.add(value, value, end - i);
    else for (let k = i; k < end; k++) smooth.push(value);
    i = end;
  }
  smoothCells(smooth, MOST_CELLS, (low, high, weight) => {
    builder.add(low, high, weight);
  });
}

/** Rows whose value may be drawn: present, and of a category with at least `rareRows` rows, unless all are rarer. */
export function drawableRows(column: Column, rareRows: number): Uint32Array {
  const rows = presentRows(column.valid);
  if (column.type === 'numeric') return rows;
  const counts = categoryCounts(column);
  const frequent = rows.filter((row) => counts[column.codes[row]!]! >= rareRows);
  return frequent.length > 0 ? frequent : rows;
}

function presentRows(valid: Uint8Array): Uint32Array {
  const rows = new Uint32Array(valid.length);
  let n = 0;
  for (let row = 0; row < valid.length; row++) if (valid[row] === 1) rows[n++] = row;
  return rows.subarray(0, n);
}

function addCategories(builder: LeavesBuilder, column: CategoricalColumn, rows: Uint32Array): void {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(column.codes[row]!, (counts.get(column.codes[row]!) ?? 0) + 1);
  for (const [code, count] of [...counts].sort(([a], [b]) => a - b)) builder.add(code, code, count);
}
