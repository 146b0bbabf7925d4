import { DataError, InternalError } from '../core/index.js';
import { minimize } from './logistic-minimize.js';
import { hessianAtStart } from './logistic-precondition.js';
import type { SparseRows } from './logistic-sparse.js';
import { addRowGradient, rowScores, sparseRows } from './logistic-sparse.js';

/** Data and settings of a logistic regression. */
export interface LogisticRequest {
  /** rows × features, row-major, finite. Standardise it: the penalty treats all features alike. */
  readonly x: Float64Array;
  readonly rows: number;
  readonly features: number;
  /** Class of each row, 0 … classes − 1. */
  readonly labels: ArrayLike<number>;
  /** 2 or more. With 2 one set of weights is fitted (the log odds of class 1), else one a class. */
  readonly classes: number;
  /** Penalty λ on squared weights, intercepts left free: Σ log loss + λ/2 Σ w². scikit-learn's C is 1/λ. Default 1. */
  readonly l2?: number;
  /** Default 500. */
  readonly maxIterations?: number;
  /** Largest entry of the gradient of the objective divided by the rows, at which the fit counts as converged. Default 1e-6. */
  readonly tolerance?: number;
}

/** A fitted logistic regression; plain data, so that it can be saved and posted to a thread. */
export interface LogisticModel {
  readonly features: number;
  readonly classes: number;
  /** features × k, row-major, k = 1 for two classes, else the number of classes. */
  readonly weights: Float64Array;
  /** k intercepts. */
  readonly intercepts: Float64Array;
  readonly iterations: number;
  /** Largest entry of the mean gradient at the end. */
  readonly gradientNorm: number;
  readonly converged: boolean;
}

/**
 * Fits a logistic regression, binary or multinomial (softmax), with an L2 penalty by L-BFGS: the objective of
 * scikit-learn's `LogisticRegression(C=1/l2, solver='lbfgs')`.
 * @throws DataError `NO_ROWS`, `ONE_CLASS`, `BAD_TARGET`; InternalError `TABLE_SHAPE`, `NOT_FINITE` for bad input.
 */
export function fitLogistic(request: LogisticRequest): LogisticModel {
  checkRequest(request);
  const { rows, features, labels, classes, l2 = 1 } = request;
  const k = classes === 2 ? 1 : classes;
  const x = sparseRows(request.x, rows, features);
  const penalised = features * k;
  const loss = k === 1 ? binaryLoss(x, labels) : softmaxLoss(x, labels, k);
  const objective = (at: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let value = loss(at, gradient);
    for (let i = 0; i < penalised; i++) {
      value += (l2 / 2) * at[i]! * at[i]!;
      gradient[i]! += l2 * at[i]!;
    }
    for (let i = 0; i < gradient.length; i++) gradient[i]! /= rows;
    return value / rows;
  };
  const shares = outputShares(request);
  const start = new Float64Array(penalised + k);
  start.set(
    shares.map((p) => Math.log(p) - (k === 1 ? Math.log(1 - p) : 0)),
    penalised,
  );
  const found = minimize(objective, start, {
    precondition: hessianAtStart(x, features, { shares, ridge: l2 / rows }),
    maxIterations: request.maxIterations ?? 500,
    tolerance: request.tolerance ?? 1e-6,
  });
  return {
    features,
    classes,
    weights: found.at.slice(0, penalised),
    intercepts: found.at.slice(penalised),
    iterations: found.iterations,
    gradientNorm: found.gradientNorm,
    converged: found.converged,
  };
}

/**
 * Probabilities for rows × features, row-major. Two classes: one a row, of class 1. More: rows × classes, row-major.
 * @throws InternalError `TABLE_SHAPE` when the width differs from the model's.
 */
export function predictLogistic(model: LogisticModel, x: Float64Array, rows: number): Float64Array {
  if (x.length !== rows * model.features) {
    throw new InternalError('TABLE_SHAPE', `The model has ${model.features} features; the rows have others.`);
  }
  const k = model.intercepts.length;
  const parameters = new Float64Array(model.weights.length + k);
  parameters.set(model.weights);
  parameters.set(model.intercepts, model.weights.length);
  const sparse = sparseRows(x, rows, model.features);
  const out = new Float64Array(rows * k);
  for (let i = 0; i < rows; i++) {
    const scores = out.subarray(i * k, (i + 1) * k);
    rowScores(sparse, i, parameters, scores);
    if (k === 1) scores[0] = 1 / (1 + Math.exp(-scores[0]!));
    else softmax(scores);
  }
  return out;
}

/** Share of the rows that each output has: of class 1, or of every class. A class without rows counts as half a row. */
function outputShares({ rows, labels, classes }: LogisticRequest): Float64Array {
  const counts = new Float64Array(classes);
  for (let i = 0; i < rows; i++) counts[labels[i]!]!++;
  const shares = counts.map((count) => Math.max(count, 0.5) / rows);
  return classes === 2 ? shares.slice(1) : shares;
}

type Loss = (parameters: Float64Array, gradient: Float64Array) => number;

/** Σ log(1 + e^s) − y s; the gradient of a row is (p − y) x. */
function binaryLoss(x: SparseRows, labels: ArrayLike<number>): Loss {
  const score = new Float64Array(1);
  return (parameters, gradient) => {
    let total = 0;
    for (let i = 0; i < x.rows; i++) {
      rowScores(x, i, parameters, score);
      const s = score[0]!;
      const small = Math.exp(-Math.abs(s));
      const y = labels[i]!;
      total += Math.max(s, 0) + Math.log1p(small) - y * s;
      score[0] = (s >= 0 ? 1 : small) / (1 + small) - y;
      addRowGradient(x, i, score, gradient);
    }
    return total;
  };
}

/** Σ log Σ e^s − s_y; the gradient of a row is (p − onehot(y)) ⊗ x. */
function softmaxLoss(x: SparseRows, labels: ArrayLike<number>, classes: number): Loss {
  const scores = new Float64Array(classes);
  return (parameters, gradient) => {
    let total = 0;
    for (let i = 0; i < x.rows; i++) {
      rowScores(x, i, parameters, scores);
      const own = scores[labels[i]!]!;
      total += softmax(scores) - own;
      scores[labels[i]!]! -= 1;
      addRowGradient(x, i, scores, gradient);
    }
    return total;
  };
}

/** Turns scores into probabilities in place and returns log Σ exp(score). */
function softmax(scores: Float64Array): number {
  let top = -Infinity;
  for (const s of scores) if (s > top) top = s;
  let total = 0;
  for (let o = 0; o < scores.length; o++) total += scores[o] = Math.exp(scores[o]! - top);
  for (let o = 0; o < scores.length; o++) scores[o]! /= total;
  return top + Math.log(total);
}

function checkRequest({ x, rows, features, labels, classes, l2 = 1 }: LogisticRequest): void {
  if (x.length !== rows * features || labels.length !== rows) {
    throw new InternalError('TABLE_SHAPE', `x and labels do not fit ${rows} rows of ${features} features.`);
  }
  if (!(l2 >= 0)) throw new InternalError('BAD_PENALTY', `l2 is a number ≥ 0, not ${l2}.`);
  if (!x.every(Number.isFinite)) throw new InternalError('NOT_FINITE', 'x holds a value that is not finite.');
  if (rows === 0) {
    throw new DataError('NO_ROWS', 'There are no rows to fit a logistic regression to.', {
      fix: 'check the cohort filter and that the label column has values',
    });
  }
  const seen = new Set<number>();
  let bad = 0;
  for (let i = 0; i < rows; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) seen.add(label);
    else bad++;
  }
  if (bad > 0) {
    throw new DataError('BAD_TARGET', `The labels of ${bad} rows cannot be used.`, {
      expected: `0 … ${classes - 1}`,
      fix: 'leave rows without a label out of training',
    });
  }
  if (seen.size < 2) {
    throw new DataError('ONE_CLASS', `All ${rows} training rows have the same label.`, {
      expected: 'at least two classes',
      fix: 'train on more rows, use a label that varies, or leave this task out',
    });
  }
}
