/**
 * The nearest point on the simplex: numbers that are not negative and sum to `total` (Held, Wolfe and Crowder 1974; by sorting as in
 * Duchi et al. 2008, figure 1).
 */
export function ontoSimplex(values: Float64Array, total: number): Float64Array {
  const sorted = Float64Array.from(values).sort().reverse();
  let sum = 0;
  let shift = 0;
  for (let i = 0; i < sorted.length; i++) {
    sum += sorted[i]!;
    const candidate = (sum - total) / (i + 1);
    if (sorted[i]! - candidate > 0) shift = candidate;
  }
  return values.map((v) => Math.max(v - shift, 0));
}

/**
 * Shares of cells from noisy counts. Counts are drawn towards a spread by `widths` by as much as noise alone would have moved them
 * (James and Stein 1961, positive part), then made shares: not negative, summing to 1.
 */
export function smoothShares(counts: Float64Array, widths: Float64Array, sigma: number): Float64Array {
  const k = counts.length;
  const width = widths.reduce((sum, w) => sum + w, 0);
  const even = widths.map((w) => (width > 0 ? w / width : 1 / k));
  const total = counts.reduce((sum, x) => sum + x, 0);
  if (k < 2 || !(total > 0)) return even;
  let deviation = 0;
  for (let i = 0; i < k; i++) deviation += (counts[i]! - total * even[i]!) ** 2;
  const keep = deviation > 0 ? Math.max(0, 1 - ((k - 1) * sigma * sigma) / deviation) : 0;
  const mixed = counts.map((x, i) => total * even[i]! + keep * (x - total * even[i]!));
  return ontoSimplex(mixed, total).map((x) => x / total);
}
