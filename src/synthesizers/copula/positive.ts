/** A pivot below this means that the matrix is not positive definite in floating point. */
const LEAST_PIVOT = 1e-8;
/** Eigenvalues are lifted to this. */
const LEAST_EIGENVALUE = 1e-4;
const MOST_SWEEPS = 30;

/**
 * The lower triangle L with L·Lᵀ = A (Cholesky), row-major d × d, or undefined when A is not positive definite.
 */
export function cholesky(a: Float64Array, d: number): Float64Array | undefined {
  const l = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * d + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * d + k]! * l[j * d + k]!;
      if (i > j) l[i * d + j] = sum / l[j * d + j]!;
      else if (sum < LEAST_PIVOT) return undefined;
      else l[i * d + i] = Math.sqrt(sum);
    }
  }
  return l;
}

/**
 * A positive definite correlation matrix near a symmetric one with ones on the diagonal: itself when it is one already, else
 * with negative eigenvalues lifted and rows rescaled to a unit diagonal (Rebonato and Jäckel 1999). Correlations from different
 * subsets of rows need not fit together; this is where they are made to.
 */
export function nearestCorrelation(a: Float64Array, d: number): Float64Array {
  if (cholesky(a, d) !== undefined) return a;
  const { values, vectors } = eigen(a, d);
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) {
        sum += vectors[k * d + i]! * vectors[k * d + j]! * Math.max(values[k]!, LEAST_EIGENVALUE);
      }
      out[i * d + j] = sum;
    }
  }
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const rho = out[i * d + j]! / Math.sqrt(out[i * d + i]! * out[j * d + j]!);
      out[i * d + j] = rho;
      out[j * d + i] = rho;
    }
  }
  for (let i = 0; i < d; i++) out[i * d + i] = 1;
  return out;
}

/**
 * Eigenvalues and eigenvectors (the rows of `vectors`) of a symmetric matrix, by cyclic Jacobi rotations (Golub and Van Loan,
 * Matrix Computations, 4th ed., §8.5).
 */
function eigen(symmetric: Float64Array, d: number): { values: Float64Array; vectors: Float64Array } {
  const a = Float64Array.from(symmetric);
  const v = new Float64Array(d * d);
  for (let i = 0; i < d; i++) v[i * d + i] = 1;
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a, d) > 1e-18 * d; sweep++) {
    for (let p = 0; p < d; p++) {
      for (let q = p + 1; q < d; q++) rotate(a, v, { d, p, q });
    }
  }
  return { values: Float64Array.from({ length: d }, (_, i) => a[i * d + i]!), vectors: v };
}

/** One rotation that makes a[p][q] zero. */
function rotate(a: Float64Array, v: Float64Array, { d, p, q }: { d: number; p: number; q: number }): void {
  const apq = a[p * d + q]!;
  if (Math.abs(apq) < 1e-14) return;
  const theta = (a[q * d + q]! - a[p * d + p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < d; k++) {
    const akp = a[k * d + p]!;
    const akq = a[k * d + q]!;
    a[k * d + p] = c * akp - s * akq;
    a[k * d + q] = s * akp + c * akq;
  }
  turnRows(a, { d, p, q }, { c, s });
  turnRows(v, { d, p, q }, { c, s });
}

function turnRows(
  m: Float64Array,
  { d, p, q }: { d: number; p: number; q: number },
  { c, s }: { c: number; s: number },
): void {
  for (let k = 0; k < d; k++) {
    const mp = m[p * d + k]!;
    const mq = m[q * d + k]!;
    m[p * d + k] = c * mp - s * mq;
    m[q * d + k] = s * mp + c * mq;
  }
}

function offDiagonal(a: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) sum += a[i * d + j]! ** 2;
  return sum;
}
