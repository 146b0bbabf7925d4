import type { BasisRows } from './rows.js';
import { probabilities, rowScores } from './rows.js';

const ROUNDS = 60;
const TOLERANCE = 1e-6;

/**
 * Parameters with intercepts moved so that the mean probability of every class over drawn rows is the class's share.
 * @param shares public (noisy) share of each class, positive.
 */
export function calibrate(
  drawn: BasisRows,
  at: readonly number[],
  parameters: readonly Float64Array[],
  shares: readonly number[],
): Float64Array[] {
  const scores = parameters.map((w) => rowScores(drawn, at, w));
  const shift = parameters.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    const p = probabilities(scores.map((s, o) => s.map((v) => v + shift[o]!)));
    let moved = 0;
    for (const [o, values] of p.entries()) {
      const mean = values.reduce((sum, v) => sum + v, 0) / drawn.rows;
      const share = shares[parameters.length === 1 ? 1 : o]!;
      const odds = parameters.length === 1 ? (share / (1 - share)) * ((1 - mean) / mean) : share / mean;
      const step = Math.log(odds);
      shift[o]! += step;
      moved = Math.max(moved, Math.abs(step));
    }
    if (moved < TOLERANCE) break;
  }
  return parameters.map((w, o) => {
    const out = Float64Array.from(w);
    out[0]! += shift[o]!;
    return out;
  });
}

/**
 * Shares of the classes from the noisy sums Σ (y − 1/classes), one an output; a class has at least half a standard deviation of the
 * noise, or half a row.
 */
export function sharesOf(
  sums: readonly number[],
  { classes, count, sigma }: { readonly classes: number; readonly count: number; readonly sigma: number },
): number[] {
  const least = Math.max(sigma / 2, 0.5);
  const counts = sums.map((sum) => sum + count / classes);
  if (sums.length === 1) counts.unshift(count - counts[0]!);
  const kept = counts.map((c) => Math.max(c, least));
  const total = kept.reduce((sum, c) => sum + c, 0);
  return kept.map((c) => c / total);
}
