import { quantileSorted } from '../../numerics/index.js';
import type { Neighbours } from './nearest.js';

/** Distance to the nearest row of each target. */
function closest({ k, distances }: Neighbours): Float64Array {
  return Float64Array.from({ length: distances.length / k }, (_, t) => distances[t * k]!);
}

/** Distance to the `rank`-th nearest row (from 1) of each target. */
export function distanceOfRank({ k, distances }: Neighbours, rank: number): Float64Array {
  const at = Math.min(rank, k) - 1;
  return Float64Array.from({ length: distances.length / k }, (_, t) => distances[t * k + at]!);
}

/** Nearer to a synthetic row, likelier a member. */
export function closestScores(synthetic: Neighbours): Float64Array {
  return closest(synthetic).map((d) => -d);
}

/** d(x, population) − d(x, synthetic). */
export function differenceScores(synthetic: Neighbours, reference: Neighbours): Float64Array {
  const near = closest(synthetic);
  return closest(reference).map((d, t) => finite(d) - finite(near[t]!));
}

/** Share of synthetic rows among the k nearest of both sets; all that tie with the k-th count. */
export function neighbourhoodScores(synthetic: Neighbours, reference: Neighbours): Float64Array {
  const { k, distances } = synthetic;
  return Float64Array.from({ length: distances.length / k }, (_, t) => {
    const a = distances.subarray(t * k, (t + 1) * k);
    const b = reference.distances.subarray(t * k, (t + 1) * k);
    const both = Float64Array.from([...a, ...b]).sort();
    const limit = both[k - 1]!;
    const inA = a.reduce((n, d) => n + (d <= limit ? 1 : 0), 0);
    const inB = b.reduce((n, d) => n + (d <= limit ? 1 : 0), 0);
    return inA / (inA + inB);
  });
}

/**
 * Log ratio of local densities, synthetic to population: sums of exp(−distance / width) over the k nearest of each, where the width is the
 * median distance to the nearest row of the population. A far target has a small sum on both sides; 10⁻¹² keeps its logarithm finite.
 */
export function localDensityRatio(synthetic: Neighbours, reference: Neighbours): Float64Array {
  const { k } = synthetic;
  const width = quantileSorted(closest(reference).sort(), 0.5) ?? 0;
  const scale = Number.isFinite(width) && width > 0 ? width : 1;
  const logSum = ({ distances }: Neighbours, t: number): number => {
    let total = 1e-12;
    for (let j = t * k; j < (t + 1) * k; j++) total += Math.exp(-distances[j]! / scale);
    return Math.log(total);
  };
  return Float64Array.from(
    { length: synthetic.distances.length / k },
    (_, t) => logSum(synthetic, t) - logSum(reference, t),
  );
}

/** Synthetic rows nearer than the median distance to the closest one (median heuristic), counted to k. */
export function monteCarloScores(synthetic: Neighbours): Float64Array {
  const { k, distances } = synthetic;
  const radius = quantileSorted(closest(synthetic).sort(), 0.5) ?? 0;
  return Float64Array.from({ length: distances.length / k }, (_, t) => {
    let n = 0;
    while (n < k && distances[t * k + n]! < radius) n++;
    return n;
  });
}

function finite(distance: number): number {
  return Number.isFinite(distance) ? distance : 1e6; // no row at all: farther than anything
}
