import type { Rng } from '../core/index.js';
import { quantileSorted } from './quantile.js';

/**
 * One cluster-bootstrap resample: how often each cluster (patient) is drawn, with replacement, within its stratum, so
 * that a stratum keeps its number of clusters (Davison and Hinkley 1997, §3.8; Field and Welsh, JRSS B 69, 2007).
 * `strata` lists the clusters of each stratum; the result has one multiplicity per cluster.
 */
export function drawClusters(strata: readonly Uint32Array[], clusters: number, rng: Rng): Uint32Array {
  const times = new Uint32Array(clusters);
  for (const members of strata) {
    for (let i = 0; i < members.length; i++) times[members[rng.int(members.length)]!]!++;
  }
  return times;
}

/** Row weights from cluster multiplicities. */
export function rowWeights(times: Uint32Array, clusterOfRow: Uint32Array): Uint32Array {
  const weights = new Uint32Array(clusterOfRow.length);
  for (let i = 0; i < weights.length; i++) weights[i] = times[clusterOfRow[i]!]!;
  return weights;
}

/** Percentile interval of bootstrap replicates (Efron 1981), or null for none. */
export function percentileInterval(
  replicates: ArrayLike<number>,
  level: number,
): { low: number; high: number } | null {
  const sorted = Float64Array.from(replicates).sort();
  const low = quantileSorted(sorted, (1 - level) / 2);
  const high = quantileSorted(sorted, (1 + level) / 2);
  return low === null || high === null ? null : { low, high };
}
