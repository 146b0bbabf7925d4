import { DataError } from '../core/index.js';

/** What the trees predict. Multiclass labels are 0 … classes − 1. */
export type BoostingTarget =
  | { readonly kind: 'binary'; /** 1 = positive */ readonly labels: Uint8Array }
  | { readonly kind: 'multiclass'; readonly labels: Uint32Array; readonly classes: number }
  | { readonly kind: 'regression'; readonly values: Float64Array };

/**
 * A loss over n rows with k scores a row. Scores, gradients and second derivatives are output-major: entry
 * `o * n + i` belongs to output o of row i.
 */
export interface Objective {
  /** Scores a row: 1, or the number of classes. */
  readonly outputs: number;
  /** First derivatives into `g`, second into `h`, at `scores`. */
  derivatives(scores: Float64Array, g: Float64Array, h: Float64Array): void;
  /** Mean loss a row: log loss, or squared error. */
  loss(scores: Float64Array): number;
}

/** Second derivatives are kept above zero, so that a sum over rows never is zero. */
const LEAST_CURVATURE = 1e-16;

/** Number of rows that a target labels. */
export function targetRows(target: BoostingTarget): number {
  return target.kind === 'regression' ? target.values.length : target.labels.length;
}

/** Scores a row: the classes of a multiclass target, else 1. */
export function outputsOf(target: BoostingTarget): number {
  return target.kind === 'multiclass' ? target.classes : 1;
}

export function objectiveFor(target: BoostingTarget): Objective {
  switch (target.kind) {
    case 'binary':
      return logistic(target.labels);
    case 'multiclass':
      return softmax(target.labels, target.classes);
    case 'regression':
      return squaredError(target.values);
  }
}

/**
 * The constant scores that fit the target best without any feature: log odds, log shares, or the mean. A class without
 * rows counts as half a row, so that its logarithm is finite.
 * @throws DataError `BAD_TARGET`, `NO_ROWS`, `ONE_CLASS`.
 */
export function baseScores(target: BoostingTarget): Float64Array {
  const n = targetRows(target);
  if (n === 0) {
    throw new DataError('NO_ROWS', 'There are no rows to train trees on.', {
      fix: 'check the cohort filter and that the label column has values',
    });
  }
  if (target.kind === 'regression') return Float64Array.of(meanOf(target.values));
  const counts = countClasses(target);
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  if (present < 2) {
    throw new DataError('ONE_CLASS', `All ${n} training rows have the same label.`, {
      expected: 'at least two classes',
      fix: 'train on more rows, use a label that varies, or leave this task out',
    });
  }
  if (target.kind === 'binary') return Float64Array.of(Math.log(counts[1]! / counts[0]!));
  return counts.map((count) => Math.log(Math.max(count, 0.5) / n));
}

/** Classes that no row has: they get no trees. */
export function emptyOutputs(target: BoostingTarget): ReadonlySet<number> {
  if (target.kind !== 'multiclass') return new Set();
  return new Set([...countClasses(target).entries()].filter(([, count]) => count === 0).map(([o]) => o));
}

/** @throws DataError `BAD_TARGET` for a label outside the classes or a value that is not finite. */
export function checkTarget(target: BoostingTarget): void {
  const bad =
    target.kind === 'regression'
      ? target.values.reduce((sum, y) => sum + (Number.isFinite(y) ? 0 : 1), 0)
      : countBeyond(target.labels, target.kind === 'binary' ? 2 : target.classes);
  if (bad === 0) return;
  throw new DataError('BAD_TARGET', `The target of ${bad} rows cannot be used.`, {
    expected: target.kind === 'regression' ? 'finite numbers' : 'labels from 0 to the number of classes − 1',
    fix: 'leave rows without a label out of training',
  });
}

/** Turns the scores of rows (output-major) into predictions, row-major: probabilities, or values. */
export function toPredictions(
  kind: BoostingTarget['kind'],
  outputs: number,
  scores: Float64Array,
): Float64Array {
  if (kind === 'regression') return scores;
  if (kind === 'binary') return scores.map(sigmoid);
  const n = scores.length / outputs;
  const out = new Float64Array(scores.length);
  for (let i = 0; i < n; i++) {
    let top = -Infinity;
    for (let o = 0; o < outputs; o++) top = Math.max(top, scores[o * n + i]!);
    let total = 0;
    for (let o = 0; o < outputs; o++) total += out[i * outputs + o] = Math.exp(scores[o * n + i]! - top);
    for (let o = 0; o < outputs; o++) out[i * outputs + o]! /= total;
  }
  return out;
}

function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

/** Log loss with p = sigmoid(score): g = p − y, h = p (1 − p). */
function logistic(labels: Uint8Array): Objective {
  return {
    outputs: 1,
    derivatives(scores, g, h) {
      for (let i = 0; i < labels.length; i++) {
        const p = sigmoid(scores[i]!);
        g[i] = p - labels[i]!;
        h[i] = Math.max(p * (1 - p), LEAST_CURVATURE);
      }
    },
    loss(scores) {
      let sum = 0;
      for (let i = 0; i < labels.length; i++) {
        const s = labels[i] === 1 ? -scores[i]! : scores[i]!;
        sum += s > 0 ? s + Math.log1p(Math.exp(-s)) : Math.log1p(Math.exp(s));
      }
      return sum / labels.length;
    },
  };
}

/**
 * Log loss with p = softmax(scores): g = p − y. h = 2 p (1 − p) as in XGBoost: the diagonal of the Hessian alone would
 * make steps too long, since all classes of a row move together.
 */
function softmax(labels: Uint32Array, classes: number): Objective {
  const n = labels.length;
  const top = new Float64Array(n);
  const total = new Float64Array(n);
  /** Row by row the largest score and Σ exp(score − largest); class by class, so that memory is read in order. */
  const normalise = (scores: Float64Array): void => {
    top.fill(-Infinity);
    total.fill(0);
    for (let o = 0; o < classes; o++) {
      for (let i = 0; i < n; i++) if (scores[o * n + i]! > top[i]!) top[i] = scores[o * n + i]!;
    }
    for (let o = 0; o < classes; o++) {
      for (let i = 0; i < n; i++) total[i]! += Math.exp(scores[o * n + i]! - top[i]!);
    }
  };
  return {
    outputs: classes,
    derivatives(scores, g, h) {
      normalise(scores);
      for (let o = 0; o < classes; o++) {
        for (let i = 0, at = o * n; i < n; i++, at++) {
          const p = Math.exp(scores[at]! - top[i]!) / total[i]!;
          g[at] = labels[i] === o ? p - 1 : p;
          h[at] = Math.max(2 * p * (1 - p), LEAST_CURVATURE);
        }
      }
    },
    loss(scores) {
      normalise(scores);
      let sum = 0;
      for (let i = 0; i < n; i++) sum += Math.log(total[i]!) + top[i]! - scores[labels[i]! * n + i]!;
      return sum / n;
    },
  };
}

/** Half squared error: g = score − y, h = 1. */
function squaredError(values: Float64Array): Objective {
  return {
    outputs: 1,
    derivatives(scores, g, h) {
      for (let i = 0; i < values.length; i++) g[i] = scores[i]! - values[i]!;
      h.fill(1);
    },
    loss(scores) {
      let sum = 0;
      for (let i = 0; i < values.length; i++) sum += (scores[i]! - values[i]!) ** 2;
      return sum / values.length;
    },
  };
}

/** Mean in two passes, so that large offsets cost no digits. */
function meanOf(values: Float64Array): number {
  const first = values.reduce((sum, y) => sum + y, 0) / values.length;
  return first + values.reduce((sum, y) => sum + (y - first), 0) / values.length;
}

function countClasses(target: Exclude<BoostingTarget, { kind: 'regression' }>): Float64Array {
  const counts = new Float64Array(target.kind === 'binary' ? 2 : target.classes);
  for (const label of target.labels) counts[label]!++;
  return counts;
}

function countBeyond(labels: Uint8Array | Uint32Array, classes: number): number {
  let bad = 0;
  for (const label of labels) if (label >= classes) bad++;
  return bad;
}
