import { rdpDelta, rdpOrders } from '../analysis/rdp.js';
import { largestWhere } from '../analysis/search.js';
import { subsampledGaussianRdp } from '../analysis/subsampled-gaussian.js';
import type { TrainingRun } from '../analysis/subsampled-gaussian.js';
import { noiseWhere } from './noise.js';
import type { Accountant, Composition } from './types.js';

/**
 * Rényi differential privacy (Mironov 2017) on a fixed list of orders: a Gaussian release costs αμ²/2 at order α, a choice αε²/8, as in
 * {@link zcdpAccountant}, whose bound at the best of all orders is never worse; a training {@link subsampledGaussianRdp} a step.
 */
export const rdpAccountant: Accountant = {
  id: 'rdp',
  worth: (epsilon, delta) => largestWhere((rho) => deltaOf(rho, [], epsilon) <= delta, 1e-12, 1e9),
  mu: (rho) => Math.sqrt(2 * rho),
  range: (rho) => Math.sqrt(8 * rho),
  noise: ({ rate, steps, rest, epsilon, delta }) =>
    noiseWhere((noise) => deltaOf(rest, [{ rate, steps, noise }], epsilon) <= delta),
  delta: (spent, epsilon) => deltaOf(rhoOf(spent), spent.trainings, epsilon),
};

function deltaOf(rho: number, trainings: readonly TrainingRun[], epsilon: number): number {
  return rdpDelta(
    rdpOrders.map((order) =>
      trainings.reduce((sum, run) => sum + run.steps * subsampledGaussianRdp(run, order), order * rho),
    ),
    epsilon,
  );
}

function rhoOf(spent: Composition): number {
  let rho = spent.muSquared / 2;
  for (const [range, count] of spent.ranges) rho += (count * range * range) / 8;
  return rho;
}
