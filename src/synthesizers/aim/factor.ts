import { cellsOf } from '../workload.js';

/**
 * How the cells of a table over some columns fall onto the cells of a table over some of those: by runs. Both tables are row-major with
 * their columns in the same order. The last columns of the larger table are either all kept, so that a run of cells falls onto as many
 * cells side by side, or all dropped, so that a run falls onto one cell.
 */
export interface Projection {
  /** Cells of the larger and of the smaller table. */
  readonly cells: number;
  readonly kept: number;
  readonly run: number;
  /** Whether a run falls onto one cell. */
  readonly dropped: boolean;
  /** The cell onto which each run's first cell falls. */
  readonly base: Uint32Array;
}

/** @param columns of the larger table. @param kept some of them, in the same order. */
export function projectionOf(
  columns: readonly number[],
  kept: readonly number[],
  sizes: readonly number[],
): Projection {
  const isKept = new Set(kept);
  const cells = cellsOf(columns, sizes);
  const last = columns.at(-1);
  const dropped = last === undefined || !isKept.has(last);
  let first = columns.length;
  let run = 1;
  while (first > 0 && isKept.has(columns[first - 1]!) !== dropped) run *= sizes[columns[--first]!]!;
  const stride = stridesIn(columns, kept, sizes);
  const base = new Uint32Array(cells / run);
  const digits = new Uint32Array(first);
  let target = 0;
  for (let r = 0; r < base.length; r++) {
    base[r] = target;
    for (let k = first - 1; k >= 0; k--) {
      target += stride[k]!;
      if (++digits[k]! < sizes[columns[k]!]!) break;
      target -= stride[k]! * digits[k]!;
      digits[k] = 0;
    }
  }
  return { cells, kept: cellsOf(kept, sizes), run, dropped, base };
}

/** For each of `columns`: how far apart its values lie in the table over `kept`; 0 for a column that is not kept. */
export function stridesIn(
  columns: readonly number[],
  kept: readonly number[],
  sizes: readonly number[],
): number[] {
  return columns.map((c) => {
    const at = kept.indexOf(c);
    return at < 0 ? 0 : cellsOf(kept.slice(at + 1), sizes);
  });
}

/** Sums the larger table onto the smaller one, which is overwritten. */
export function sumOnto(
  { cells, run, dropped, base }: Projection,
  from: Float64Array,
  onto: Float64Array,
): void {
  onto.fill(0);
  if (dropped) {
    for (let r = 0, i = 0; i < cells; r++) {
      let sum = 0;
      for (const end = i + run; i < end; i++) sum += from[i]!;
      onto[base[r]!]! += sum;
    }
  } else {
    for (let r = 0, i = 0; i < cells; r++) {
      let j = base[r]!;
      for (const end = i + run; i < end; i++, j++) onto[j]! += from[i]!;
    }
  }
}

/** Multiplies each cell of the larger table by the cell of the smaller one that it falls onto. */
export function multiplyBy(
  { cells, run, dropped, base }: Projection,
  table: Float64Array,
  factor: Float64Array,
): void {
  if (dropped) {
    for (let r = 0, i = 0; i < cells; r++) {
      const f = factor[base[r]!]!;
      for (const end = i + run; i < end; i++) table[i]! *= f;
    }
  } else {
    for (let r = 0, i = 0; i < cells; r++) {
      let j = base[r]!;
      for (const end = i + run; i < end; i++, j++) table[i]! *= factor[j]!;
    }
  }
}
