import type { Rng } from '../../core/index.js';
import type { Ranking } from '../../numerics/index.js';
import { drawClusters, percentileInterval, rankedAuc, rankScores, rowWeights } from '../../numerics/index.js';

/** Targets of an attack: who is a member, and whose rows belong together. */
export interface Targets {
  /** 1 = member (a row that the synthesizer learned from). */
  readonly member: Uint8Array;
  /** Patient of each target, 0 … patients − 1; no patient is on both sides. */
  readonly patient: Uint32Array;
  readonly patients: number;
}

/** Area under the ROC curve and shares of members found. */
export interface RocFigures {
  readonly auc: number;
  /** True-positive rate at each false-positive rate asked for. */
  readonly tpr: readonly number[];
}

/** A figure with what its resamples say. */
export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Standard deviation of the resamples. */
  readonly sd: number;
}

/** One attack, measured. */
export interface MeasuredAttack {
  readonly auc: Measured;
  /** One per false-positive rate. */
  readonly tpr: readonly Measured[];
}

/**
 * Area and true-positive rates in one pass. The rate at false-positive rate α is the height of the ROC curve there: the upper end of a
 * vertical step, and between corners on the straight line, which a coin toss between two thresholds reaches (Fawcett 2006). Null when
 * a side has no weight.
 */
export function rocFigures(
  { order, starts }: Ranking,
  member: ArrayLike<number>,
  rates: readonly number[],
  weights?: ArrayLike<number>,
): RocFigures | null {
  let positives = 0;
  let negatives = 0;
  for (const row of order) {
    const w = weights === undefined ? 1 : weights[row]!;
    if (member[row] === 1) positives += w;
    else negatives += w;
  }
  if (positives === 0 || negatives === 0) return null;
  const tpr = rates.map(() => 1);
  const open = rates.map((rate, i) => ({ i, limit: rate * negatives }));
  let area = 0;
  let tp = 0;
  let fp = 0;
  let stepTp = 0;
  let stepFp = 0;
  for (let place = order.length - 1; place >= 0; place--) {
    const row = order[place]!;
    const w = weights === undefined ? 1 : weights[row]!;
    if (member[row] === 1) stepTp += w;
    else stepFp += w;
    if (starts[place] !== 1) continue;
    while (open[0] !== undefined && fp + stepFp > open[0].limit) {
      const { i, limit } = open.shift()!;
      tpr[i] = (tp + ((limit - fp) / stepFp) * stepTp) / positives;
    }
    area += stepFp * (tp + stepTp / 2);
    tp += stepTp;
    fp += stepFp;
    stepTp = 0;
    stepFp = 0;
  }
  return { auc: area / positives / negatives, tpr };
}

/**
 * Area and true-positive rates (at ascending `rates`) of each attack on the targets in `rows`, with percentile intervals from a bootstrap over
 * patients, members and others apart. All attacks share the resamples.
 */
export function measureAttacks(
  scores: readonly Float64Array[],
  targets: Targets,
  settings: {
    readonly rows: Uint32Array;
    readonly rates: readonly number[];
    readonly resamples: number;
    readonly level: number;
    readonly rng: Rng;
  },
): MeasuredAttack[] {
  const { rows, rates, resamples, level, rng } = settings;
  const member = Uint8Array.from(rows, (row) => targets.member[row]!);
  const patient = Uint32Array.from(rows, (row) => targets.patient[row]!);
  const rankings = scores.map((all) => rankScores(Float64Array.from(rows, (row) => all[row]!)));
  const strata = [1, 0].map((side) =>
    Uint32Array.from(new Set([...patient].filter((_, i) => member[i] === side))),
  );
  const none: RocFigures = { auc: 0.5, tpr: rates };
  const points = rankings.map((ranking) => rocFigures(ranking, member, rates) ?? none);
  const replicates = scores.map((): RocFigures[] => []);
  for (let b = 0; b < resamples; b++) {
    const times = drawClusters(strata, targets.patients, rng.split('resample', b));
    const weights = rowWeights(times, patient);
    for (const [a, ranking] of rankings.entries()) {
      replicates[a]!.push(rocFigures(ranking, member, rates, weights) ?? none);
    }
  }
  return points.map((point, a) => ({
    auc: measured(
      point.auc,
      replicates[a]!.map((r) => r.auc),
      level,
    ),
    tpr: point.tpr.map((value, i) =>
      measured(
        value,
        replicates[a]!.map((r) => r.tpr[i]!),
        level,
      ),
    ),
  }));
}

function measured(value: number, replicates: readonly number[], level: number): Measured {
  const interval = percentileInterval(replicates, level) ?? { low: value, high: value };
  const mean = replicates.reduce((a, b) => a + b, 0) / Math.max(1, replicates.length);
  const squares = replicates.reduce((total, r) => total + (r - mean) ** 2, 0);
  const sd = replicates.length > 1 ? Math.sqrt(squares / (replicates.length - 1)) : 0;
  return { value, ...interval, sd };
}

/** What the strongest of several attacks reaches when nobody is a member. */
export interface Chance {
  /** Largest area of each permutation, ascending. */
  readonly strongest: Float64Array;
}

/**
 * The control for picking the strongest of several attacks: membership is dealt out anew among the patients (so many members as
 * there are), and the largest area noted (max-statistic permutation, Westfall and Young 1993).
 */
export function permuteMembership(
  scores: readonly Float64Array[],
  targets: Targets,
  settings: { readonly rows: Uint32Array; readonly permutations: number; readonly rng: Rng },
): Chance {
  const { rows, permutations, rng } = settings;
  const rankings = scores.map((all) => rankScores(Float64Array.from(rows, (row) => all[row]!)));
  const patients = [...new Set(Array.from(rows, (row) => targets.patient[row]!))];
  const isMember = new Uint8Array(targets.patients);
  for (const row of rows) isMember[targets.patient[row]!] = targets.member[row]!;
  const strongest = Float64Array.from({ length: permutations }, (_, p) => {
    const order = rng.split('permutation', p).permutation(patients.length);
    const dealt = new Uint8Array(targets.patients);
    for (const [i, patient] of patients.entries()) dealt[patient] = isMember[patients[order[i]!]!]!;
    const member = Uint8Array.from(rows, (row) => dealt[targets.patient[row]!]!);
    return Math.max(...rankings.map((ranking) => rankedAuc(ranking, member) ?? 0.5));
  });
  return { strongest: strongest.sort() };
}

/** The ROC curve at false-positive rates on a logarithmic grid from `lowest` to 1. */
export function logCurve(
  scores: Float64Array,
  targets: Targets,
  { lowest, points }: { readonly lowest: number; readonly points: number },
): [number, number][] {
  const rates = Array.from({ length: points }, (_, i) => lowest ** (1 - i / (points - 1)));
  const figures = rocFigures(rankScores(scores), targets.member, rates);
  return rates.map((rate, i) => [rate, figures?.tpr[i] ?? rate]);
}
