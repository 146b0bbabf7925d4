import { boundedRangePair } from '../analysis/bounded-range.js';
import { gaussianDelta, gaussianMu } from '../analysis/gaussian.js';
import { compose, discretise, lossDelta, reversed } from '../analysis/privacy-loss.js';
import type { LossPair, PrivacyLoss } from '../analysis/privacy-loss.js';
import type { TrainingRun } from '../analysis/subsampled-gaussian.js';
import { subsampledGaussianPair } from '../analysis/subsampled-gaussian.js';
import { noiseWhere } from './noise.js';
import { rdpAccountant } from './rdp.js';
import { stepGrid } from './training.js';
import type { Accountant, Composition } from './types.js';

/** Grid cells in one ε of a choice. */
const cellsPerRange = 24;
/**
 * ε² of a choice that costs ρ = 1. Its loss varies by ε²/3, a Gaussian's by 2ρ, so 6 would make them equal; the rest is room for the grid.
 */
const rangeSquared = 5.9;

/** What is not a plain Gaussian release. */
type Others = Pick<Composition, 'ranges' | 'trainings'>;

/**
 * Privacy loss distributions: Gaussian releases are merged exactly (Σ μ²), choices and trainings are composed on a grid by their dominating
 * pairs, and δ is the mean of the Gaussians' curve over the others' losses. Trainings differ by direction (a unit removed or added); the
 * larger δ counts.
 */
export function pldAccountant(): Accountant {
  let known: { key: string; losses: readonly PrivacyLoss[] } | undefined;
  const lossesOf = (others: Others): readonly PrivacyLoss[] => {
    const key = JSON.stringify([[...others.ranges], others.trainings]);
    if (known?.key !== key) known = { key, losses: composeOthers(others) };
    return known.losses;
  };
  const deltaOf = (spent: Composition, epsilon: number): number => {
    const mu = Math.sqrt(spent.muSquared);
    if (spent.ranges.size === 0 && spent.trainings.length === 0) return gaussianDelta(epsilon, mu);
    const rest = mu === 0 ? undefined : (e: number): number => gaussianDelta(e, mu);
    return Math.max(...lossesOf(spent).map((loss) => lossDelta(loss, epsilon, rest)));
  };
  return {
    id: 'pld',
    // a little of δ is left for what composition may lose track of
    worth: (epsilon, delta) =>
      gaussianMu(epsilon, delta - Math.min(1e-6 * delta + 1e-15, delta / 2)) ** 2 / 2,
    mu: (rho) => Math.sqrt(2 * rho),
    range: (rho) => Math.sqrt(rangeSquared * rho),
    noise: ({ rate, steps, rest, epsilon, delta }) => {
      const fits = (noise: number): boolean =>
        deltaOf({ muSquared: 2 * rest, ranges: new Map(), trainings: [{ rate, steps, noise }] }, epsilon) <=
        delta;
      // ρ by this accountant is worth more than by Rényi's: where the rest leaves that one nothing, the search is long
      const simple = rdpAccountant.noise({ rate, steps, rest, epsilon, delta });
      return fits(simple) ? noiseWhere(fits, simple) : noiseWhere(fits);
    },
    delta: deltaOf,
  };
}

function composeOthers({ ranges, trainings }: Others): readonly PrivacyLoss[] {
  let squares = 0;
  let count = 0;
  for (const [range, times] of ranges) {
    squares += times * range * range;
    count += times;
  }
  const grids = trainings.map((run) => stepGrid(run));
  const step = Math.min(
    ...(count > 0 ? [Math.sqrt(squares / count) / cellsPerRange] : []),
    ...grids.map((grid) => grid.step),
  );
  const choices = [...ranges].map(([range, times]) => ({
    loss: discretise(boundedRangePair(range), step, [-range, range]),
    count: times,
  }));
  const trained = (direction: (pair: LossPair) => LossPair): PrivacyLoss =>
    compose([
      ...choices,
      ...trainings.map((run: TrainingRun) => {
        const pair = direction(subsampledGaussianPair(run));
        return { loss: discretise(pair, step, stepGrid(run, direction).range), count: run.steps };
      }),
    ]);
  return trainings.length === 0 ? [compose(choices)] : [trained((pair) => pair), trained(reversed)];
}
