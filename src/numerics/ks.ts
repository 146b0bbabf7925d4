/** Work (m × n) up to which the p-value is exact. */
const EXACT_CELLS = 1_000_000;

/** A two-sample Kolmogorov-Smirnov test. */
export interface KsTest {
  /** Largest distance between the two empirical distribution functions, 0 … 1. */
  readonly statistic: number;
  readonly pValue: number;
  readonly method: 'exact' | 'asymptotic';
}

/**
 * Two-sided, two-sample Kolmogorov-Smirnov test, or null when a sample is empty. Up to m·n = 10⁶ the p-value is exact
 * for continuous data (scipy's `ks_2samp(method='exact')`), above it is Kolmogorov's limit law with Stephens' finite-size
 * correction (J. R. Stat. Soc. B 32, 1970), within 0.005 of scipy's `method='asymp'`. With ties both are conservative.
 */
export function ksTest(a: ArrayLike<number>, b: ArrayLike<number>): KsTest | null {
  const statistic = ksStatistic(a, b);
  if (statistic === null) return null;
  const m = a.length;
  const n = b.length;
  if (m * n <= EXACT_CELLS) return { statistic, pValue: exactTail(statistic, m, n), method: 'exact' };
  const root = Math.sqrt((m * n) / (m + n));
  const pValue = kolmogorovTail((root + 0.12 + 0.11 / root) * statistic);
  return { statistic, pValue, method: 'asymptotic' };
}

/** sup |F_a − F_b|, or null when a sample is empty. */
export function ksStatistic(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const m = a.length;
  const n = b.length;
  if (m === 0 || n === 0) return null;
  const x = Float64Array.from(a).sort();
  const y = Float64Array.from(b).sort();
  let i = 0;
  let j = 0;
  let largest = 0; // of |i·n − j·m|, an integer, so equal distances compare equal
  while (i < m && j < n) {
    const at = Math.min(x[i]!, y[j]!);
    while (i < m && x[i] === at) i++;
    while (j < n && y[j] === at) j++;
    largest = Math.max(largest, Math.abs(i * n - j * m));
  }
  return largest / (m * n);
}

/**
 * P(D ≥ d) under the null. A random monotone path from (0,0) to (m,n) comes to (i,j) from (i−1,j) with probability
 * i / (i + j); `outside[j]` is the chance that the path to (i,j) has touched |i/m − j/n| ≥ d (Hodges 1958).
 */
function exactTail(d: number, m: number, n: number): number {
  const limit = Math.round(d * m * n) - 0.5;
  const outside = new Float64Array(n + 1);
  for (let j = 0; j <= n; j++) outside[j] = j * m > limit ? 1 : 0;
  for (let i = 1; i <= m; i++) {
    if (i * n > limit) outside[0] = 1;
    for (let j = 1; j <= n; j++) {
      outside[j] = Math.abs(i * n - j * m) > limit ? 1 : (i * outside[j]! + j * outside[j - 1]!) / (i + j);
    }
  }
  return limit < 0 ? 1 : outside[n]!;
}

/** Upper tail of Kolmogorov's distribution (Smirnov 1948), by whichever of its two series converges fast. */
export function kolmogorovTail(x: number): number {
  if (x <= 0) return 1;
  let total = 0;
  if (x < 1.18) {
    const y = Math.PI ** 2 / (8 * x * x);
    for (let k = 1; k <= 7; k += 2) total += Math.exp(-k * k * y);
    return Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / x) * total);
  }
  for (let k = 1; k <= 5; k++) total += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, 2 * total);
}
