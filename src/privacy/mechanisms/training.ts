import { DataError } from '../../core/index.js';
import { layeredGaussian } from './gaussian-table.js';
import { NoiseAhead } from './noise-ahead.js';
import type { NoiseSource } from './noise.js';

/** Part of a row's largest contribution by which an exact sum that a model hands over may err, in Euclidean norm, whatever rows it is of. */
export const SUM_ROOM = 0.004;
/** Room for single precision, as a part of a contribution: the error of a sum in each of two neighbouring ones, and less than 2 ‰ for norms. The noise is that for contributions larger by so much. */
const PRECISION_ROOM = 2 * SUM_ROOM + 0.002;
/** Part of a contribution by which rounding to the grid may move a sum, all its numbers together. */
const GRID_ROOM = 0.002;

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

/** Rows whose bits are drawn together. */
const BLOCK = 8192;

/** Places of the rows that take part in one step, ascending. */
export function poissonSample(rows: number, threshold: number, noise: NoiseSource): Uint32Array {
  const sample = new Uint32Array(rows);
  const bits = new Uint32Array(Math.min(rows, BLOCK));
  let n = 0;
  for (let from = 0; from < rows; from += BLOCK) {
    const block = bits.subarray(0, Math.min(BLOCK, rows - from));
    noise.fill(block);
    for (let i = 0; i < block.length; i++) if (block[i]! < threshold) sample[n++] = from + i;
  }
  return sample.slice(0, n);
}

/** Added to and taken from a number below 2⁵¹ it leaves the nearest whole number, ties to even (IEEE 754): twenty times as fast as `Math.round`. */
const ROUNDER = 1.5 * 2 ** 52;

/** Noise of one step after another, from a thread of its own where that pays. */
interface StepNoise {
  /** The next step's sum is about to be made. */
  begin(): void;
  /** Rounds sums to the grid and adds noise, in their place. */
  addTo(sums: Float64Array): Promise<Float64Array>;
  close(): Promise<void>;
}

/** Numbers of a step, and of all steps, from which on a thread is worth starting: a number takes it 10 ns. */
const THREAD_NUMBERS = { step: 2 ** 15, all: 2 ** 23 };

/** @param sigma in real units. */
export function stepNoise(
  { sigma, quantum, size, steps }: { sigma: number; quantum: number; size: number; steps: number },
  noise: NoiseSource,
): StepNoise {
  const worth = size >= THREAD_NUMBERS.step && size * steps >= THREAD_NUMBERS.all;
  const ahead = worth && noise.anyThread === true ? new NoiseAhead(sigma / quantum, size) : undefined;
  const gaussian = ahead === undefined ? layeredGaussian(sigma / quantum, noise) : undefined;
  const perUnit = 1 / quantum;
  return {
    begin: () => ahead?.begin(),
    addTo: async (sums) => {
      let all = 0;
      // plain loops: callbacks of map and every take longer than the noise
      for (let i = 0; i < sums.length; i++) {
        const steps = sums[i]! * perUnit + ROUNDER - ROUNDER;
        sums[i] = steps;
        all += Math.abs(steps);
      }
      if (!(all < 2 ** 51)) throw diverged();
      gaussian?.addTo(sums);
      await ahead?.addTo(sums);
      for (let i = 0; i < sums.length; i++) sums[i]! *= quantum;
      return sums;
    },
    close: async () => ahead?.close(),
  };
}

function diverged(): DataError {
  return new DataError('DIVERGED', 'The private training diverged: its gradients are no longer numbers.', {
    expected: 'gradients of bounded norm',
    fix: 'lower the learning rate',
  });
}
