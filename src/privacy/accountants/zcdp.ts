import { zcdpDelta, zcdpRho } from '../analysis/zcdp.js';
import type { Accountant, Composition } from './types.js';

/**
 * Zero-concentrated differential privacy: a Gaussian release is μ²/2-zCDP (Bun and Steinke 2016, proposition 1.6), an ε-bounded-range
 * choice ε²/8-zCDP (Cesar and Rogers, "Bounding, Concentrating, and Truncating", ALT 2021), costs add up, also where
 * questions are chosen adaptively. Sampling does not make zCDP better in general, so every step of a training counts in full.
 */
export const zcdpAccountant: Accountant = {
  id: 'zcdp',
  worth: zcdpRho,
  mu: (rho) => Math.sqrt(2 * rho),
  range: (rho) => Math.sqrt(8 * rho),
  noise: ({ steps, rest, epsilon, delta }) =>
    Math.sqrt(steps / (2 * Math.max(zcdpRho(epsilon, delta) - rest, Number.MIN_VALUE))) * (1 + 1e-12),
  delta: (spent, epsilon) => zcdpDelta(rhoOf(spent), epsilon),
};

/** ρ of releases and choices, and of trainings as if every row took part in every step. */
function rhoOf({ muSquared, ranges, trainings }: Composition): number {
  let rho = muSquared / 2;
  for (const [range, count] of ranges) rho += (count * range * range) / 8;
  for (const { steps, noise } of trainings) rho += steps / (2 * noise * noise);
  return rho;
}
