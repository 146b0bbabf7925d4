import { DataError } from '../../core/index.js';
import { layeredGaussian } from './gaussian-table.js';
import type { NoiseSource } from './noise.js';

/**
 * Room for single precision, as a share of a row's largest contribution: a sum of n rows in 24 bits errs by at most n² 2⁻²⁴ of it (4 ‰ for 256, in each of
 * two neighbouring sums), norms by less than 1 ‰. The noise is that for contributions larger by so much.
 */
const PRECISION_ROOM = 0.01;
/** Part of a contribution by which rounding to the grid may move a sum, all its numbers together. */
const GRID_ROOM = 0.001;

const two32 = 2 ** 32;

/** How steps are to be sampled and noised; depends on nothing private. */
export interface StepPlan {
  /** Rows with a number below it, of 2³² equally likely ones, take part. */
  readonly threshold: number;
  /** Exact probability with which at least one row of a unit takes part. */
  readonly unitRate: number;
  /** Most that a unit can change a sum: all its rows, and room for rounding. */
  readonly sensitivity: number;
  /** What sums are rounded to. */
  readonly quantum: number;
}

/**
 * A unit of k rows takes part with probability 1 − (1 − q)^k, and then moves the sum by at most k contributions. That this pair of
 * distributions is no less telling than the true one: given what a unit adds, v, the pair is ((1 − q′) N(0) + q′ N(v), N(0)); it is a
 * post-processing of the one with the largest v (scale, and add noise until the variance is the same); and mixing over v makes
 * hockey-stick divergences no larger, in both directions, as they are jointly convex.
 */
export function planSteps({
  rate,
  rowNorm,
  size,
  rowsPerUnit,
}: {
  rate: number;
  rowNorm: number;
  size: number;
  rowsPerUnit: number;
}): StepPlan {
  const threshold = Math.min(two32, Math.ceil(rate * two32));
  const q = threshold / two32;
  const exact = rowsPerUnit * rowNorm;
  return {
    threshold,
    unitRate: q === 1 ? 1 : Math.min(1, -Math.expm1(rowsPerUnit * Math.log1p(-q)) * (1 + 1e-12)),
    sensitivity: exact * (1 + PRECISION_ROOM + GRID_ROOM),
    quantum: (exact * GRID_ROOM) / Math.sqrt(size),
  };
}

/** Places of the rows that take part in one step, ascending. */
export function poissonSample(rows: number, threshold: number, noise: NoiseSource): Uint32Array {
  const sample = new Uint32Array(rows);
  let n = 0;
  for (let row = 0; row < rows; row++) if (noise.uint32() < threshold) sample[n++] = row;
  return sample.slice(0, n);
}

/** Adds noise to sums: `sigma` is in real units. */
export function stepNoise(
  sigma: number,
  quantum: number,
  noise: NoiseSource,
): (sums: Float64Array) => Float64Array {
  const gaussian = layeredGaussian(sigma / quantum, noise);
  return (sums) => {
    const noisy = new Float64Array(sums.length);
    let all = 0;
    // plain loops: callbacks of map and every take longer than the noise
    for (let i = 0; i < noisy.length; i++) {
      const steps = Math.round(sums[i]! / quantum);
      noisy[i] = steps;
      all += steps;
    }
    if (!Number.isFinite(all)) throw diverged();
    gaussian.addTo(noisy);
    for (let i = 0; i < noisy.length; i++) noisy[i]! *= quantum;
    return noisy;
  };
}

function diverged(): DataError {
  return new DataError('DIVERGED', 'The private training diverged: its gradients are no longer numbers.', {
    expected: 'gradients of bounded norm',
    fix: 'lower the learning rate',
  });
}
