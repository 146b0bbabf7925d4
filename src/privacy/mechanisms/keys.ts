import { InternalError } from '../../core/index.js';
import { normalTail } from '../analysis/normal-tail.js';
import { discreteGaussian } from './discrete.js';
import type { NoiseSource } from './noise.js';
import { planSums } from './sums.js';
import type { SumPlan } from './sums.js';

/** How keys are to be told; depends on nothing private. */
export interface KeyPlan extends SumPlan {
  /** Noisy counts from here on are told, in grid steps. */
  readonly threshold: number;
}

/**
 * Noisy counts above a threshold, over keys that nobody has listed (Korolova et al., WWW 2009; with Gaussian noise: Karrer, Kifer,
 * Wilkins and Zhang, "Exact Privacy Analysis of the Gaussian Sparse Histogram Mechanism", 2024). A unit has up to `rows` rows, a row one key:
 *
 * - keys that others have as well: their counts differ by a vector of Euclidean norm ≤ `rows`, a Gaussian release of distance μ;
 * - keys that nobody else has: none is told, but with a probability of at most `delta`. For counts c₁ + … + c_j ≤ rows that is at most
 *   Σ P(noise ≥ threshold − cᵢ); the tail being convex there, the worst is one count of rows − j + 1 and j − 1 counts of 1, for some j.
 */
export function planKeys(rows: number, mu: number, delta: number): KeyPlan {
  const plan = planSums(rows, mu);
  const step = Math.sqrt(plan.variance);
  const tail = (count: number, threshold: number): number => {
    // P(noise ≥ x) ≤ P(Z ≥ x − ½): a density is no more than its mean over a symmetric interval where it is convex: x − ½ ≥ step
    const x = threshold - count * plan.refinement;
    return normalTail((x - 0.5) / step) * (1 + 1e-9);
  };
  const risk = (threshold: number): number => {
    let worst = 0;
    for (let j = 1; j <= rows; j++) {
      worst = Math.max(worst, tail(rows - j + 1, threshold) + (j - 1) * tail(1, threshold));
    }
    return worst;
  };
  let low = Math.ceil(rows * plan.refinement + step) + 1; // convexity holds from here on
  let high = low;
  while (risk(high) > delta) high = low + 2 * (high - low) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (risk(middle) <= delta) high = middle;
    else low = middle + 1;
  }
  return { ...plan, threshold: high };
}

/** Keys told with their noisy counts, sorted by code units: the data's order leaves no trace. */
export function noisyKeys(
  counts: ReadonlyMap<string, number>,
  plan: KeyPlan,
  noise: NoiseSource,
): Map<string, number> {
  const gaussian = discreteGaussian(plan.variance, noise);
  const told = new Map<string, number>();
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  for (const [key, count] of sorted) {
    if (!(Number.isSafeInteger(count) && count >= 0)) {
      throw new InternalError('SUMS_NOT_WHOLE', 'A count of a private key is not a whole number.');
    }
    if (count === 0) continue; // as if it were not there
    const noisy = count * plan.refinement + gaussian.draw();
    if (noisy >= plan.threshold) told.set(key, noisy / plan.refinement);
  }
  return told;
}
