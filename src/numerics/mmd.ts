import { quantileSorted } from './quantile.js';
import { Sum } from './sums.js';

/** Points as rows: `data` is rows × dimensions, row-major. */
export interface Points {
  readonly data: Float64Array;
  readonly rows: number;
  readonly dimensions: number;
}

/**
 * Median heuristic: the median distance between the distinct pairs of points (Gretton et al., JMLR 13, 2012, §8). Where more
 * than half of the pairs coincide it is the mean distance; null when all do.
 */
export function medianDistance(points: Points): number | null {
  const rows = rowsOf(points);
  const distances = new Float64Array((rows.length * (rows.length - 1)) / 2);
  const total = new Sum();
  let k = 0;
  for (const [i, a] of rows.entries()) {
    for (let j = 0; j < i; j++) {
      const d = Math.sqrt(squaredDistance(a, rows[j]!));
      distances[k++] = d;
      total.add(d);
    }
  }
  if (total.value === 0) return null;
  const median = quantileSorted(distances.sort(), 0.5) ?? 0;
  return median > 0 ? median : total.value / k;
}

/**
 * Squared maximum mean discrepancy with the kernel exp(−‖x − y‖² / 2σ²), unbiased (Gretton et al., JMLR 13, 2012, eq. 3), so
 * it may fall a little below 0 for equal distributions. Null with fewer than two points on a side.
 */
export function mmdSquared(x: Points, y: Points, sigma: number): number | null {
  if (x.rows < 2 || y.rows < 2) return null;
  const within = (p: Points): number => (2 * kernelSum(p, p, sigma)) / (p.rows * (p.rows - 1));
  return within(x) + within(y) - (2 * kernelSum(x, y, sigma)) / (x.rows * y.rows);
}

/** Sum of the kernel over all pairs; over the pairs below the diagonal when both sets are one. */
function kernelSum(x: Points, y: Points, sigma: number): number {
  const scale = -1 / (2 * sigma * sigma);
  const total = new Sum();
  const others = rowsOf(y);
  for (const [i, a] of rowsOf(x).entries()) {
    const end = x === y ? i : y.rows;
    for (let j = 0; j < end; j++) total.add(Math.exp(scale * squaredDistance(a, others[j]!)));
  }
  return total.value;
}

/** Views of the rows. */
function rowsOf({ data, rows, dimensions }: Points): Float64Array[] {
  return Array.from({ length: rows }, (_, i) => data.subarray(i * dimensions, (i + 1) * dimensions));
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) {
    const d = a[k]! - b[k]!;
    total += d * d;
  }
  return total;
}
