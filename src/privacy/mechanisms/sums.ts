import { InternalError } from '../../core/index.js';
import type { NoisyValues } from '../types.js';
import { discreteGaussian } from './discrete.js';
import type { NoiseSource } from './noise.js';

/**
 * Variance added to the discrete Gaussian, in squared steps of its grid, which makes it no less private than the continuous one (see
 * {@link planSums}).
 */
const smoothing = 3;
/** Steps of the grid that one standard deviation has at least. */
const leastSteps = 64;

/** How sums are to be noised; depends on nothing private. */
export interface SumPlan {
  /** Grid steps in one quantum, a power of two. */
  readonly refinement: number;
  /** Parameter σ² of the discrete Gaussian, in squared grid steps. */
  readonly variance: number;
  /** Standard deviation of the noise, in quanta; rounded up. */
  readonly sigma: number;
}

/**
 * Noise for sums of sensitivity Δ (Euclidean, in quanta, one unit) that is no more telling than the continuous Gaussian mechanism of
 * mean distance μ, i.e. of σ = Δ/μ.
 *
 * Claim: with grid steps of 1/m quantum, noise N_ℤ(0, (mσ)² + r²) with r² = 3 is, up to a factor e^±ξ on the probability of each output,
 * ξ ≤ 1e-25 a cell, a post-processing of the continuous Gaussian mechanism. Proof: let X ~ N(x, s²) with s = mσ and x an integer,
 * and Y ~ N_ℤ(X, r²), the discrete Gaussian centred at X. Its normaliser Z(X) = Σ_y exp(−(y−X)²/2r²) is
 * √(2π) r (1 ± η) with η = 2 Σ_{k≥1} exp(−2π²r²k²) < 4e-26 (Poisson's summation formula). Were it constant, Y would have
 * probability proportional to ∫ exp(−(x−u)²/2s² − (y−u)²/2r²) du ∝ exp(−(y−x)²/2(s²+r²)): N_ℤ(x, s²+r²). So the two differ by a
 * factor between (1−η)/(1+η) and its inverse. (The argument is the convolution lemma of lattice sampling, Peikert, CRYPTO 2010,
 * theorem 3.1.) The refinement m keeps r² below a thousandth of the variance.
 */
export function planSums(sensitivity: number, mu: number): SumPlan {
  const sigma = (sensitivity / mu) * (1 + 1e-12);
  if (!(sigma > 0 && Number.isFinite(sigma))) {
    throw new InternalError('NOISE_SCALE', `No noise for a sensitivity of ${sensitivity} and μ = ${mu}.`);
  }
  let refinement = 1;
  while (sigma * refinement < leastSteps) refinement *= 2;
  const variance = ((sigma * refinement) ** 2 + smoothing) * (1 + 1e-12);
  return { refinement, variance, sigma: Math.sqrt(variance) / refinement };
}

/**
 * Exact sums in quanta plus noise, in real units.
 * @throws InternalError `SUMS_NOT_WHOLE` where a sum is no integer: the mechanism would not be private.
 */
export function noisySums(
  exact: Float64Array,
  plan: SumPlan,
  quantum: number,
  noise: NoiseSource,
): NoisyValues {
  const gaussian = discreteGaussian(plan.variance, noise);
  const values = new Float64Array(exact.length);
  for (let i = 0; i < exact.length; i++) {
    if (!Number.isSafeInteger(exact[i])) {
      throw new InternalError('SUMS_NOT_WHOLE', `Sum ${i} is not a whole number of quanta.`);
    }
    // both are integers on the grid; a sum beyond 2⁵³ is rounded after the noise
    values[i] = ((exact[i]! * plan.refinement + gaussian.draw()) / plan.refinement) * quantum;
  }
  return { values, sigma: plan.sigma * quantum };
}
