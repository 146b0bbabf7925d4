import { InternalError } from '../../core/index.js';
import { bernoulliExp, ratioOf } from './bernoulli.js';
import { uniformInt } from './noise.js';
import type { NoiseSource } from './noise.js';

/** Steps of the grid that scores are rounded to, in one sensitivity. */
const steps = 2 ** 20;
/** What one unit can change a rounded score by, in steps: rounding adds one, the caller's floating-point error is granted another. */
const reach = steps + 2;
const farthest = 2 ** 50;

/** What {@link exponentialChoice} is asked. */
export interface ExponentialRequest {
  readonly scores: Float64Array;
  /** Most that one unit can change any one score. */
  readonly sensitivity: number;
  /** Log-ratio range: the choice is ε-bounded-range (Durfee and Rogers 2019), and so ε-DP. */
  readonly epsilon: number;
}

/**
 * Index i with probability proportional to exp(ε · scoreᵢ / 2Δ) (McSherry and Talwar, FOCS 2007), drawn exactly: scores are
 * rounded to a grid of Δ/2²⁰ and a uniform candidate is kept with probability exp(−(ε/2Δ)(best − score)). The grid's rounding is part of
 * the sensitivity (Δ grows by 2 in 2²⁰), so no low digit of a score tells anything.
 * @throws InternalError `SCORES` for none at all or NaN.
 */
export function exponentialChoice(request: ExponentialRequest, noise: NoiseSource): number {
  const rounded = onGrid(request.scores, request.sensitivity);
  let best = -Infinity;
  for (const score of rounded) best = Math.max(best, score);
  const rate = request.epsilon / (2 * reach);
  const exactRate = ratioOf(rate);
  for (;;) {
    const candidate = uniformInt(rounded.length, noise);
    const gap = best - rounded[candidate]!;
    const exact = () => ({ top: exactRate.top * BigInt(gap), bottom: exactRate.bottom });
    if (bernoulliExp(rate * gap, exact, noise)) return candidate;
  }
}

/** Scores in whole steps of Δ/2²⁰; those beyond ±2⁵⁰ steps are moved there, which makes no difference between tables larger. */
function onGrid(scores: Float64Array, sensitivity: number): Float64Array {
  if (scores.length === 0) throw new InternalError('SCORES', 'There is nothing to choose from.');
  const rounded = new Float64Array(scores.length);
  for (let i = 0; i < scores.length; i++) {
    const score = Math.round((scores[i]! / sensitivity) * steps);
    if (Number.isNaN(score))
      throw new InternalError('SCORES', `Score ${i} of a private choice is not a number.`);
    rounded[i] = Math.min(Math.max(score, -farthest), farthest);
  }
  return rounded;
}
