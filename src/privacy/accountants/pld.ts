import { boundedRangePair } from '../analysis/bounded-range.js';
import { gaussianDelta, gaussianMu } from '../analysis/gaussian.js';
import { compose, discretise, lossDelta } from '../analysis/privacy-loss.js';
import type { PrivacyLoss } from '../analysis/privacy-loss.js';
import type { Accountant } from './types.js';

/** Grid cells in one ε of a choice. */
const cellsPerRange = 24;
/**
 * ε² of a choice that costs ρ = 1. Its loss varies by ε²/3, a Gaussian's by 2ρ, so 6 would make them equal; the rest is room for the grid.
 */
const rangeSquared = 5.9;

/**
 * Privacy loss distributions: Gaussian releases are merged exactly (Σ μ²), choices are composed on a grid by their dominating
 * pairs, and δ is the mean of the Gaussians' curve over the choices' losses.
 */
export function pldAccountant(): Accountant {
  let known: { key: string; loss: PrivacyLoss } | undefined;
  const choices = (ranges: ReadonlyMap<number, number>): PrivacyLoss => {
    const key = [...ranges].map(([range, count]) => `${range}*${count}`).join();
    if (known?.key !== key) known = { key, loss: composeChoices(ranges) };
    return known.loss;
  };
  return {
    id: 'pld',
    // a little of δ is left for what composition may lose track of
    worth: (epsilon, delta) =>
      gaussianMu(epsilon, delta - Math.min(1e-6 * delta + 1e-15, delta / 2)) ** 2 / 2,
    mu: (rho) => Math.sqrt(2 * rho),
    range: (rho) => Math.sqrt(rangeSquared * rho),
    delta: (spent, epsilon) => {
      const mu = Math.sqrt(spent.muSquared);
      if (spent.ranges.size === 0) return gaussianDelta(epsilon, mu);
      const loss = choices(spent.ranges);
      return mu === 0 ? lossDelta(loss, epsilon) : lossDelta(loss, epsilon, (e) => gaussianDelta(e, mu));
    },
  };
}

function composeChoices(ranges: ReadonlyMap<number, number>): PrivacyLoss {
  let squares = 0;
  let count = 0;
  for (const [range, times] of ranges) {
    squares += times * range * range;
    count += times;
  }
  const step = Math.sqrt(squares / count) / cellsPerRange;
  return compose(
    [...ranges].map(([range, times]) => ({
      loss: discretise(boundedRangePair(range), step, [-range, range]),
      count: times,
    })),
  );
}
