import { DataError } from '../core/index.js';
import type { Curator } from '../privacy/index.js';
import type { Table } from '../table/index.js';
import type { ColumnCoder } from './coding.js';
import { coderOf } from './coding.js';
import { cellsOfColumn, gridOf } from './grid.js';
import type { Measurement } from './workload.js';

/** What the first measurement gives: coders, one-way tables of codes, and the number of rows; all of it noisy. */
export interface OneWay {
  readonly coders: readonly ColumnCoder[];
  /** The one-way table of each column's codes; its `columns` are the places in the table. */
  readonly tables: readonly Measurement[];
  readonly total: number;
}

export interface OneWayRequest {
  readonly table: Table;
  readonly curator: Curator;
  readonly rho: number;
  readonly maxBins: number;
  readonly rareSigmas: number;
}

/** A model of fewer rows than this, or than four times the noise of their number, would be a model of noise. */
const LEAST_ROWS = 20;
const LEAST_SIGMAS = 4;

/**
 * Counts every column in its fine cells, all at once, with noise. Bins, rare categories, the spread within bins, the one-way tables and the
 * number of rows are made of these noisy counts, so they cost nothing more.
 * @throws DataError `TOO_FEW_ROWS` by the noisy number of rows; `NO_BOUNDS`.
 */
export function measureOneWay({ table, curator, rho, maxBins, rareSigmas }: OneWayRequest): OneWay {
  const grids = table.columns.map((column) => gridOf(column.schema));
  const start = [0];
  for (const { cells } of grids) start.push(start.at(-1)! + cells);
  const { values, sigma } = curator.sums({
    purpose: 'bins',
    about: `one-way tables of ${grids.length} columns, ${start.at(-1)!} cells`,
    rowNorm: Math.sqrt(grids.length),
    rho,
    sums: () => {
      const counts = new Float64Array(start.at(-1)!);
      for (const [c, column] of table.columns.entries()) {
        for (const cell of cellsOfColumn(grids[c]!, column)) counts[start[c]! + cell]!++;
      }
      return counts;
    },
  });
  const noisy = grids.map((_, c) => values.slice(start[c], start[c + 1]));
  const { total, totalSigma } = noisyTotal(noisy, sigma);
  const coders = table.schema.map((schema, c) =>
    coderOf({ schema, counts: noisy[c]!, sigma, total, totalSigma, maxBins, rareSigmas }),
  );
  const tables = coders.map((coder, c): Measurement => codeTable(coder, noisy[c]!, { c, sigma }));
  return { coders, tables, total };
}

/** The number of rows: mean of the tables' totals, by the inverse variance of their noise. */
function noisyTotal(noisy: readonly Float64Array[], sigma: number): { total: number; totalSigma: number } {
  let weights = 0;
  let sum = 0;
  for (const counts of noisy) {
    weights += 1 / counts.length;
    sum += counts.reduce((total, x) => total + x, 0) / counts.length;
  }
  const total = sum / weights;
  const error = sigma / Math.sqrt(weights);
  const least = Math.max(LEAST_ROWS, LEAST_SIGMAS * error);
  if (total >= least) return { total, totalSigma: error };
  throw new DataError('TOO_FEW_ROWS', 'The table has too few rows to learn from with so small a budget.', {
    expected: `a noisy number of at least ${Math.ceil(least)} rows`,
    got: `about ${Math.round(total)} (give or take ${Math.round(error)})`,
    fix: 'widen the cohort, leave columns out, or allow a larger ε',
  });
}

function codeTable(
  { codeOf, size }: ColumnCoder,
  counts: Float64Array,
  { c, sigma }: { c: number; sigma: number },
): Measurement {
  const values = new Float64Array(size);
  const cells = new Float64Array(size);
  for (const [cell, code] of codeOf.entries()) {
    values[code]! += counts[cell]!;
    cells[code]!++;
  }
  return { columns: [c], values, weights: cells.map((n) => 1 / (n * sigma * sigma)) };
}
