import { chiSquaredTail } from './gamma.js';
import { Sum } from './sums.js';

/** Total variation distance ½ Σ |p − q| of two tables of counts over the same cells, or null when one is empty. */
export function totalVariation(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const na = totalOf(a);
  const nb = totalOf(b);
  if (na <= 0 || nb <= 0) return null;
  const total = new Sum();
  for (let i = 0; i < a.length; i++) total.add(Math.abs(a[i]! / na - b[i]! / nb));
  return Math.min(1, total.value / 2);
}

/** Jensen-Shannon divergence in bits, 0 … 1, of two tables of counts over the same cells, or null when one is empty. */
export function jensenShannon(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const na = totalOf(a);
  const nb = totalOf(b);
  if (na <= 0 || nb <= 0) return null;
  const total = new Sum();
  for (let i = 0; i < a.length; i++) {
    const p = a[i]! / na;
    const q = b[i]! / nb;
    const middle = (p + q) / 2;
    if (p > 0) total.add((p / 2) * Math.log2(p / middle));
    if (q > 0) total.add((q / 2) * Math.log2(q / middle));
  }
  return Math.min(1, Math.max(0, total.value));
}

/** A chi-squared test that two samples share one distribution. */
export interface ChiSquaredTest {
  readonly statistic: number;
  readonly df: number;
  readonly pValue: number;
}

/**
 * Pearson's chi-squared test of homogeneity on the 2 × k table of counts, cells that are empty in both left out, no
 * continuity correction (scipy's `chi2_contingency(correction=False)`). Null when a sample is empty or one cell is left.
 */
export function chiSquaredTest(a: ArrayLike<number>, b: ArrayLike<number>): ChiSquaredTest | null {
  const na = totalOf(a);
  const nb = totalOf(b);
  if (na <= 0 || nb <= 0) return null;
  const total = new Sum();
  let cells = 0;
  for (let i = 0; i < a.length; i++) {
    const both = a[i]! + b[i]!;
    if (both <= 0) continue;
    cells++;
    const expected = (both * na) / (na + nb);
    const difference = a[i]! - expected;
    total.add(difference * difference * (1 / expected + 1 / (both - expected)));
  }
  if (cells < 2) return null;
  const statistic = total.value;
  return { statistic, df: cells - 1, pValue: chiSquaredTail(statistic, cells - 1) };
}

/** Mutual information in nats of a table of counts with `columns` columns, row-major; null when it is empty. */
export function mutualInformation(counts: ArrayLike<number>, columns: number): number | null {
  const n = totalOf(counts);
  if (n <= 0) return null;
  const rows = counts.length / columns;
  const rowTotals = new Float64Array(rows);
  const columnTotals = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      rowTotals[i]! += counts[i * columns + j]!;
      columnTotals[j]! += counts[i * columns + j]!;
    }
  }
  const total = new Sum();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const cell = counts[i * columns + j]!;
      if (cell > 0) total.add((cell / n) * Math.log((cell * n) / (rowTotals[i]! * columnTotals[j]!)));
    }
  }
  return Math.max(0, total.value);
}

/** Counts are whole numbers, so plain addition is exact. */
function totalOf(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  return total;
}
