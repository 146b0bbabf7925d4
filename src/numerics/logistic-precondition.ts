import type { SparseRows } from './logistic-sparse.js';

/** Turns a gradient, in place, into a step of about the right length and direction. */
export type Precondition = (gradient: Float64Array) => void;

/**
 * Solves with the Hessian that a logistic regression has when every row has the class shares p. For two classes it is
 * p (1 − p) G + λ, with G = XᵀX / n (X with a column of ones for the intercept) and λ = l2 / n. For more it is
 * (diag(p) − ppᵀ) ⊗ G + λ; since weights and gradients sum to 0 over the classes, dividing by p and taking off the mean
 * over the classes inverts its first factor. One factorisation of G + λ / mean(p) serves all outputs. This evens out the scale
 * of the features and their correlations, which would cost hundreds of iterations.
 * @param shares of the outputs: of class 1, or of every class
 * @param ridge λ
 */
export function hessianAtStart(
  x: SparseRows,
  features: number,
  { shares, ridge }: { readonly shares: Float64Array; readonly ridge: number },
): Precondition {
  const size = features + 1;
  const k = shares.length;
  const spread = k === 1 ? shares.map((p) => p * (1 - p)) : shares;
  const meanSpread = spread.reduce((sum, s) => sum + s, 0) / k;
  const factor = gramMatrix(x, features);
  for (let j = 0; j < features; j++) {
    const diagonal = factor[j * size + j]!;
    // A trace beside the penalty keeps repeated columns apart when there is no penalty.
    factor[j * size + j] = diagonal + ridge / meanSpread + 1e-9 * (diagonal + 1);
  }
  choleskyInPlace(factor, size);
  const column = new Float64Array(size);
  return (gradient) => {
    for (let o = 0; o < k; o++) {
      for (let j = 0; j < size; j++) column[j] = gradient[j * k + o]!;
      solveInPlace(factor, column);
      for (let j = 0; j < size; j++) gradient[j * k + o] = column[j]! / spread[o]!;
    }
    if (k > 1) for (let j = 0; j < size; j++) center(gradient.subarray(j * k, (j + 1) * k));
  };
}

function center(v: Float64Array): void {
  const mean = v.reduce((sum, x) => sum + x, 0) / v.length;
  for (let i = 0; i < v.length; i++) v[i]! -= mean;
}

/** XᵀX / n with a last column of ones; the lower triangle of a row-major square matrix. */
function gramMatrix(x: SparseRows, features: number): Float64Array {
  const size = features + 1;
  const gram = new Float64Array(size * size);
  for (let row = 0; row < x.rows; row++) {
    const start = x.starts[row]!;
    const end = x.starts[row + 1]!;
    for (let a = start; a < end; a++) {
      const value = x.values[a]!;
      const base = x.columns[a]! * size;
      for (let b = start; b <= a; b++) gram[base + x.columns[b]!]! += value * x.values[b]!;
      gram[features * size + x.columns[a]!]! += value;
    }
  }
  gram[size * size - 1] = x.rows;
  for (let i = 0; i < gram.length; i++) gram[i]! /= x.rows;
  return gram;
}

/** Cholesky's factor L of the symmetric matrix whose lower triangle is given, in its place. */
function choleskyInPlace(a: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j]!;
      for (let m = 0, p = i * size, q = j * size; m < j; m++) sum -= a[p + m]! * a[q + m]!;
      a[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / a[j * size + j]!;
    }
  }
}

/** Solves L Lᵀ y = b, y in b's place. */
function solveInPlace(l: Float64Array, b: Float64Array): void {
  const size = b.length;
  for (let i = 0; i < size; i++) {
    let sum = b[i]!;
    for (let j = 0; j < i; j++) sum -= l[i * size + j]! * b[j]!;
    b[i] = sum / l[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    const value = (b[i]! /= l[i * size + i]!);
    for (let j = 0; j < i; j++) b[j]! -= l[i * size + j]! * value;
  }
}
