import type { Rng } from '../../../core/index.js';
import type { CodedColumn } from '../../../numerics/index.js';
import {
  mean,
  jointCounts,
  matrixDistance,
  mutualInformation,
  totalVariation,
} from '../../../numerics/index.js';

/** Mean likeness of all tables of one order. */
export interface OrderAccuracy {
  /** Columns a table: 1, 2 or 3. */
  readonly order: number;
  /** Tables compared. */
  readonly tables: number;
  /** Mean of 1 − total variation distance, 0 … 1. */
  readonly value: number;
}

/** Two tables as cells, column for column over the same cells. */
export interface CodedPair {
  readonly real: readonly CodedColumn[];
  readonly realRows: number;
  readonly other: readonly CodedColumn[];
  readonly otherRows: number;
}

/**
 * Accuracy over the 1-, 2- and 3-way tables (Platzer and Reutterer, "Holdout-based empirical assessment of mixed-type
 * synthetic data", Frontiers in Big Data 4, 2021, with means of 1 − TVD and missing as a cell). `limit` tables of an order are
 * drawn where there are more, the same ones for the same stream.
 */
export function marginalAccuracy(pair: CodedPair, limit: number, rng: Rng): OrderAccuracy[] {
  const accuracies: OrderAccuracy[] = [];
  for (const order of [1, 2, 3]) {
    const sets = columnSets(
      pair.real.length,
      order,
      order === 1 ? Infinity : limit,
      rng.split('tables', order),
    );
    const values = sets.flatMap((set) => {
      const distance = totalVariation(
        countsOf(pair.real, set, pair.realRows),
        countsOf(pair.other, set, pair.otherRows),
      );
      return distance === null ? [] : [1 - distance];
    });
    const value = mean(values);
    if (value !== null) accuracies.push({ order, tables: values.length, value });
  }
  return accuracies;
}

/** Pearson correlation of the entries of the two mutual-information matrices (off the diagonal); null with fewer than three columns. */
export function informationCorrelation(pair: CodedPair): number | null {
  const matrix = (columns: readonly CodedColumn[], rows: number): (number | null)[][] =>
    columns.map((a, i) =>
      columns.map((b, j) => (j < i ? mutualInformation(jointCounts([a, b], rows), b.size) : null)),
    );
  return (
    matrixDistance(matrix(pair.real, pair.realRows), matrix(pair.other, pair.otherRows))?.correlation ?? null
  );
}

/** All sets of `order` of `columns` columns, or `limit` different ones drawn from the stream. Ascending inside a set. */
export function columnSets(columns: number, order: number, limit: number, rng: Rng): number[][] {
  if (order > columns) return [];
  if (binomial(columns, order) <= limit) return allSets(columns, order);
  const drawn = new Map<string, number[]>();
  while (drawn.size < limit) {
    const set = new Set<number>();
    while (set.size < order) set.add(rng.int(columns));
    const ascending = [...set].sort((a, b) => a - b);
    drawn.set(ascending.join(), ascending);
  }
  return [...drawn.values()];
}

function allSets(columns: number, order: number): number[][] {
  if (order === 0) return [[]];
  return allSets(columns, order - 1).flatMap((set) => {
    const from = (set.at(-1) ?? -1) + 1;
    return Array.from({ length: columns - from }, (_, i) => [...set, from + i]);
  });
}

function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return Math.round(value);
}

function countsOf(columns: readonly CodedColumn[], set: readonly number[], rows: number): Uint32Array {
  return jointCounts(
    set.map((i) => columns[i]!),
    rows,
  );
}
