import { jointCounts } from '../numerics/index.js';
import type { CodedTable } from './coding.js';

/** Number of cells of a table over `columns`. */
export function cellsOf(columns: readonly number[], sizes: readonly number[]): number {
  return columns.reduce((cells, c) => cells * sizes[c]!, 1);
}

/** A noisy table of counts over some columns, ascending. */
export interface Measurement {
  readonly columns: readonly number[];
  readonly values: Float64Array;
  /** Inverse variance of each value's noise. */
  readonly weights: Float64Array;
}

/** A table that may be measured next. */
export interface Candidate {
  /** Ascending. */
  readonly columns: readonly number[];
  readonly cells: number;
  /** How much the workload cares for it. */
  readonly weight: number;
}

export interface WorkloadRequest {
  readonly sizes: readonly number[];
  /** Most columns of a table: 2 or 3. */
  readonly degree: number;
  /** Tables with more cells are left out. */
  readonly maxCells: number;
  /** How much a table counts: the product of its columns' weights. */
  readonly columnWeights: readonly number[];
}

/**
 * Every table of up to `degree` columns. Its weight is that of the workload (all tables of `degree` columns) that it tells about: the sum over
 * these of the columns shared (McKenna et al. 2022, §4.1), scaled so that the largest is 1.
 */
export function candidatesOf({ sizes, degree, maxCells, columnWeights }: WorkloadRequest): Candidate[] {
  const d = sizes.length;
  const all: number[][] = [];
  for (let a = 0; a < d; a++) {
    all.push([a]);
    for (let b = a + 1; b < d && degree > 1; b++) {
      all.push([a, b]);
      for (let c = b + 1; c < d && degree > 2; c++) all.push([a, b, c]);
    }
  }
  const widest = Math.min(degree, d);
  const within = all.filter((columns) => cellsOf(columns, sizes) <= maxCells);
  const queries = within.filter((columns) => columns.length === widest);
  // Σ over queries of their weight × shared columns = Σ over columns of what the queries with that column weigh
  const asked = new Float64Array(d);
  for (const query of queries) {
    const weight = query.reduce((product, c) => product * columnWeights[c]!, 1);
    for (const c of query) asked[c]! += weight;
  }
  const weights = within.map((columns) => columns.reduce((sum, c) => sum + asked[c]!, 0));
  const largest = weights.reduce((most, w) => Math.max(most, w), 0);
  return within.map((columns, i) => ({
    columns,
    cells: cellsOf(columns, sizes),
    weight: largest > 0 ? weights[i]! / largest : 1,
  }));
}

/** Counts of a table over some columns. */
export function countsOf({ codes, sizes, rows }: CodedTable, columns: readonly number[]): Uint32Array {
  return jointCounts(
    columns.map((c) => ({ codes: codes[c]!, size: sizes[c]! })),
    rows,
  );
}
