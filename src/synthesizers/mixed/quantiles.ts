import { z } from 'zod';
import { normalCdf, normalQuantile } from '../../numerics/index.js';
import type { Rng } from '../../core/index.js';
import { smoothCells } from '../smooth.js';

/**
 * Numbers as a standard normal by their ranks: stretches from `low` to `high` up to a share `upTo`, inside which every number is equally
 * likely. A stretch of no length is a number that several rows have.
 */
export const quantilesSchema = z.strictObject({
  kind: z.literal('quantiles'),
  low: z.array(z.number()),
  high: z.array(z.number()),
  /** Ascending, the last is 1. */
  upTo: z.array(z.number().gt(0).max(1)),
});
export type Quantiles = z.infer<typeof quantilesSchema>;

/** @param ascending at least one number. @param leastRows rows of a stretch. @param mostStretches default 1000. */
export function learnQuantiles(ascending: Float64Array, leastRows: number, mostStretches = 1000): Quantiles {
  const low: number[] = [];
  const high: number[] = [];
  const upTo: number[] = [];
  let rows = 0;
  const stretches = Math.min(mostStretches, Math.max(1, Math.floor(ascending.length / leastRows)));
  smoothCells(ascending, stretches, (from, to, weight) => {
    low.push(from);
    high.push(to);
    upTo.push((rows += weight) / ascending.length);
  });
  return { kind: 'quantiles', low, high, upTo };
}

/** Least share that a number may have: the normal ends at about ±5. */
const EDGE = 2e-7;

/** The normal score of a number; one that stands for a range (by rounding, or because many rows have it) gets a place in it by chance. */
export function scoreOf(quantiles: Quantiles, value: number, { halfStep, rng }: Jitter): number {
  const from = shareBelow(quantiles, value - halfStep);
  const to = Math.max(from, shareUpTo(quantiles, value + halfStep));
  const u = from + (to - from) * (rng === undefined ? 0.5 : rng.next());
  return normalQuantile(Math.min(Math.max(u, EDGE), 1 - EDGE));
}

export interface Jitter {
  /** Half of the step that numbers are rounded to. */
  readonly halfStep: number;
  /** Without one, the middle of its range. */
  readonly rng: Rng | undefined;
}

/** The number of a normal score. */
export function numberAt({ low, high, upTo }: Quantiles, score: number): number {
  const u = normalCdf(score);
  const k = Math.min(
    firstWhere(upTo.length, (i) => upTo[i]! >= u),
    upTo.length - 1,
  );
  const below = k === 0 ? 0 : upTo[k - 1]!;
  const part = Math.min(Math.max((u - below) / (upTo[k]! - below), 0), 1);
  return low[k]! + part * (high[k]! - low[k]!);
}

/** Share of numbers below `value`. */
function shareBelow({ low, high, upTo }: Quantiles, value: number): number {
  const k = firstWhere(high.length, (i) => high[i]! >= value);
  if (k === high.length) return 1;
  const below = k === 0 ? 0 : upTo[k - 1]!;
  return value <= low[k]! ? below : below + ((upTo[k]! - below) * (value - low[k]!)) / (high[k]! - low[k]!);
}

/** Share of numbers up to `value`. */
function shareUpTo({ low, high, upTo }: Quantiles, value: number): number {
  const k = firstWhere(low.length, (i) => low[i]! > value) - 1;
  if (k < 0) return 0;
  const below = k === 0 ? 0 : upTo[k - 1]!;
  return value >= high[k]!
    ? upTo[k]!
    : below + ((upTo[k]! - below) * (value - low[k]!)) / (high[k]! - low[k]!);
}

/** The first of 0 … n − 1 for which a condition holds that holds for all after it; n where there is none. */
function firstWhere(n: number, holds: (i: number) => boolean): number {
  let first = 0;
  let last = n;
  while (first < last) {
    const middle = (first + last) >>> 1;
    if (holds(middle)) last = middle;
    else first = middle + 1;
  }
  return first;
}
