import type { LossPair } from './privacy-loss.js';

/**
 * The pair of one count with discrete Gaussian noise: N_ℤ(Δ, σ²) against N_ℤ(0, σ²) for a whole Δ ≥ 1, whose loss at y is
 * Δ(2y − Δ) / 2σ² (Canonne, Kamath and Steinke 2020, theorem 7). It is symmetric. For one dimension only: sums of several counts are
 * accounted as continuous Gaussians (mechanisms/sums.ts).
 */
export function discreteGaussianPair(variance: number, shift: number): LossPair {
  const reach = Math.ceil(shift + 40 * Math.sqrt(variance)) + 2;
  const weight = (y: number): number => Math.exp((-y * y) / (2 * variance));
  let total = 0;
  for (let y = -reach; y <= reach; y++) total += weight(y);
  const last = (loss: number): number => {
    const y = Math.floor((loss * variance) / shift + shift / 2);
    return Math.min(Math.max(y, -reach), reach + shift);
  };
  return {
    between: (a, b) => {
      let p = 0;
      let q = 0;
      for (let y = a === -Infinity ? -reach : last(a) + 1; y <= last(b); y++) {
        p += weight(y - shift);
        q += weight(y);
      }
      return { p: p / total, q: q / total };
    },
  };
}
