import { sortedOrder } from './quantile.js';

/**
 * Scores in ascending order with the ends of their ties, ready for many weighted areas under the ROC curve (one pass
 * each): the bootstrap's inner loop.
 */
export interface Ranking {
  /** Rows by ascending score. */
  readonly order: Uint32Array;
  /** 1 where the row of that place begins a new value. */
  readonly starts: Uint8Array;
}

/** Ranks scores (finite numbers). */
export function rankScores(scores: ArrayLike<number>): Ranking {
  const order = sortedOrder(scores);
  const starts = new Uint8Array(order.length);
  for (let i = 0; i < order.length; i++) {
    starts[i] = i === 0 || scores[order[i]!] !== scores[order[i - 1]!] ? 1 : 0;
  }
  return { order, starts };
}

/**
 * Area under the ROC curve as the Mann-Whitney statistic: the chance that a random positive scores above a random
 * negative, ties counted half (Hanley and McNeil, Radiology 143, 1982). `positive[row]` is 1 for positives; `weights[row]`
 * (default 1) are multiplicities. Null when a class has no weight.
 */
export function rankedAuc(
  ranking: Ranking,
  positive: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number | null {
  const { order, starts } = ranking;
  let negativesBelow = 0;
  let positives = 0;
  let wins = 0;
  let tiedPositives = 0;
  let tiedNegatives = 0;
  for (let i = 0; i < order.length; i++) {
    if (starts[i] === 1) {
      wins += tiedPositives * (negativesBelow + tiedNegatives / 2);
      negativesBelow += tiedNegatives;
      positives += tiedPositives;
      tiedPositives = 0;
      tiedNegatives = 0;
    }
    const row = order[i]!;
    const w = weights === undefined ? 1 : weights[row]!;
    if (positive[row] === 1) tiedPositives += w;
    else tiedNegatives += w;
  }
  wins += tiedPositives * (negativesBelow + tiedNegatives / 2);
  negativesBelow += tiedNegatives;
  positives += tiedPositives;
  return positives > 0 && negativesBelow > 0 ? wins / positives / negativesBelow : null;
}

/** {@link rankedAuc} of unranked scores. */
export function auc(scores: ArrayLike<number>, positive: ArrayLike<number>): number | null {
  return rankedAuc(rankScores(scores), positive);
}

/**
 * Mean of the one-vs-rest areas over the classes that have both a member and an outsider (Provost and Domingos 2001; equal
 * weights, scikit-learn's `multi_class='ovr', average='macro'`), or null when there is none. One ranking and one
 * membership mask per class.
 */
export function macroAuc(
  rankings: readonly Ranking[],
  members: readonly ArrayLike<number>[],
  weights?: ArrayLike<number>,
): number | null {
  let total = 0;
  let classes = 0;
  for (const [c, ranking] of rankings.entries()) {
    const area = rankedAuc(ranking, members[c]!, weights);
    if (area === null) continue;
    total += area;
    classes++;
  }
  return classes === 0 ? null : total / classes;
}

/** One point of a ROC curve: false-positive rate, true-positive rate. */
export type RocPoint = [number, number];

/** The ROC curve's corners from (0,0) to (1,1), from the highest threshold down; null when a class is absent. */
export function rocCurve(scores: ArrayLike<number>, positive: ArrayLike<number>): RocPoint[] | null {
  const { order, starts } = rankScores(scores);
  let positives = 0;
  for (let i = 0; i < order.length; i++) positives += positive[i] === 1 ? 1 : 0;
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const points: RocPoint[] = [[0, 0]];
  let tp = 0;
  let fp = 0;
  for (let i = order.length - 1; i >= 0; i--) {
    if (positive[order[i]!] === 1) tp++;
    else fp++;
    if (starts[i] === 1) points.push([fp / negatives, tp / positives]);
  }
  return points;
}

/** At most `limit` (≥ 2) points of a curve, spread evenly over its way from (0,0) to (1,1); the ends are kept. */
export function thinCurve(points: readonly RocPoint[], limit: number): RocPoint[] {
  if (points.length <= limit) return points.map(([x, y]) => [x, y]);
  const kept: RocPoint[] = [];
  let next = 0;
  for (const [i, point] of points.entries()) {
    const way = point[0] + point[1]; // 0 … 2, never falls
    if (i === 0 || i === points.length - 1 || way >= next) {
      kept.push([point[0], point[1]]);
      next = Math.max(next, (2 * kept.length) / (limit - 1));
    }
  }
  return kept;
}

/** Mean of several ROC curves, true-positive rates read off at `steps` + 1 equally spaced false-positive rates. */
export function meanCurve(curves: readonly (readonly RocPoint[])[], steps: number): RocPoint[] {
  const mean: RocPoint[] = [[0, 0]];
  for (let i = 0; i <= steps; i++) {
    const x = i / steps;
    const y = curves.reduce((total, curve) => total + heightAt(curve, x), 0) / curves.length;
    mean.push([x, y]);
  }
  return mean;
}

/** Height of a curve at x; at a vertical step its upper end. */
function heightAt(curve: readonly RocPoint[], x: number): number {
  let low = 0;
  let high = curve.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (curve[middle]![0] <= x) low = middle;
    else high = middle - 1;
  }
  const [x0, y0] = curve[low]!;
  const after = curve[low + 1];
  if (after === undefined || after[0] === x0) return y0;
  return y0 + ((x - x0) / (after[0] - x0)) * (after[1] - y0);
}
