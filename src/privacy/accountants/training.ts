import {
  compose,
  discretise,
  lossDelta,
  lossEpsilon,
  reachOf,
  reversed,
  spread,
} from '../analysis/privacy-loss.js';
import type { LossPair, PrivacyLoss } from '../analysis/privacy-loss.js';
import { rdpEpsilon, rdpOrders } from '../analysis/rdp.js';
import { largestWhere } from '../analysis/search.js';
import { subsampledGaussianPair, subsampledGaussianRdp } from '../analysis/subsampled-gaussian.js';
import type { TrainingRun } from '../analysis/subsampled-gaussian.js';

/** ε of a training run at δ, rounded up. `pld` is tight, `rdp` is what most libraries report. */
export function trainingEpsilon(run: TrainingRun, delta: number, by: 'pld' | 'rdp' = 'pld'): number {
  if (by === 'rdp') {
    return rdpEpsilon(
      rdpOrders.map((order) => run.steps * subsampledGaussianRdp(run, order)),
      delta,
    );
  }
  return Math.max(...losses(run).map((loss) => lossEpsilon(loss, delta)));
}

/** δ of a training run at ε by privacy loss distributions, rounded up. */
export function trainingDelta(run: TrainingRun, epsilon: number): number {
  return Math.max(...losses(run).map((loss) => lossDelta(loss, epsilon)));
}

/** Least noise multiplier for which a training run is (ε, δ)-DP, rounded up by at most a thousandth. */
export function trainingNoise(
  run: Omit<TrainingRun, 'noise'>,
  budget: { readonly epsilon: number; readonly delta: number },
  by: 'pld' | 'rdp' = 'pld',
): number {
  const search = (how: 'pld' | 'rdp', low: number, high: number): number =>
    largestWhere(
      (inverse) => trainingEpsilon({ ...run, noise: 1 / inverse }, budget.delta, how) <= budget.epsilon,
      low,
      high,
      1e-3,
    );
  const simple = search('rdp', 1e-4, 10);
  return 1 / (by === 'rdp' ? simple : search('pld', simple, 2 * simple));
}

/** Grid cells in the standard deviation of one step's loss: the grid adds a variance of a quarter cell² at most. */
const cells = 40;

/** Losses that a step can have but for a probability of 1e-18 in the whole run, and the width of a grid that is fine enough for it. */
export function stepGrid(
  run: TrainingRun,
  direction: (pair: LossPair) => LossPair = (pair) => pair,
): { readonly range: readonly [number, number]; readonly step: number } {
  const pair = direction(subsampledGaussianPair(run));
  const range = reachOf(pair, 1e-18 / run.steps);
  const coarse = discretise(pair, (range[1] - range[0]) / 4000, range);
  return { range, step: Math.min(coarse.step * 4, (spread(coarse) * coarse.step) / cells) };
}

/** The composed loss for a unit removed and for a unit added. */
function losses(run: TrainingRun): PrivacyLoss[] {
  return [(pair: LossPair) => pair, reversed].map((direction) => {
    const { range, step } = stepGrid(run, direction);
    const pair = direction(subsampledGaussianPair(run));
    return compose([{ loss: discretise(pair, step, range), count: run.steps }]);
  });
}
