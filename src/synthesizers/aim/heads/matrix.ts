import { InternalError } from '../../../core/index.js';

/** Lower Cholesky factor of a symmetric positive definite n × n matrix (row-major, lower half read), in place. */
export function factor(a: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j <= i; j++) {
      const other = j * n;
      let s = a[row + j]!;
      for (let k = 0; k < j; k++) s -= a[row + k]! * a[other + k]!;
      if (i !== j) a[row + j] = s / a[other + j]!;
      else if (s > 0) a[row + i] = Math.sqrt(s);
      else throw new InternalError('NOT_DEFINITE', `A matrix of ${n} rows is not positive definite.`);
    }
  }
  return a;
}

/** Solves L Lᵀ x = b. */
export function solve(l: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    let s = x[i]!;
    for (let k = 0; k < i; k++) s -= l[i * n + k]! * x[k]!;
    x[i] = s / l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let s = x[i]!;
    for (let k = i + 1; k < n; k++) s -= l[k * n + i]! * x[k]!;
    x[i] = s / l[i * n + i]!;
  }
  return x;
}

/** L⁻¹ B for an n × n matrix B, in place. */
export function forward(l: Float64Array, b: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    const row = b.subarray(i * n, (i + 1) * n);
    for (let k = 0; k < i; k++) {
      const f = l[i * n + k]!;
      if (f === 0) continue;
      const from = k * n;
      for (let j = 0; j < n; j++) row[j]! -= f * b[from + j]!;
    }
    const d = l[i * n + i]!;
    for (let j = 0; j < n; j++) row[j]! /= d;
  }
  return b;
}

/** A B of n × n matrices; zeros in A are skipped. With `half` only the diagonal and what lies left of it are computed. */
export function product(a: Float64Array, b: Float64Array, n: number, half = false): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = out.subarray(i * n, (i + 1) * n);
    const width = half ? i + 1 : n;
    for (let k = 0; k < n; k++) {
      const f = a[i * n + k]!;
      if (f === 0) continue;
      const from = k * n;
      for (let j = 0; j < width; j++) row[j]! += f * b[from + j]!;
    }
  }
  return out;
}

/** A x of an n × n matrix. */
export function apply(a: Float64Array, x: Float64Array): Float64Array {
  const n = x.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let s = 0;
    for (let j = 0; j < n; j++) s += a[i * n + j]! * x[j]!;
    out[i] = s;
  }
  return out;
}
