import type { StepScores } from './marginal.js';

/** A latent normal variable and its training scores. */
export interface Latent extends StepScores {
  /** Score of each training row; 0 where there is none. */
  readonly rows: Float64Array;
  /** 1 where the row has a score. */
  readonly valid: Uint8Array;
}

/** Correlations are not taken beyond this: at ±1 a copula has no freedom left. */
const LIMIT = 0.999;
/** Pairs of rows that a correlation needs. */
const LEAST_PAIRS = 10;

/**
 * Correlations of latent normals, row-major, such that the scores have the correlations of the training rows where both are present.
 * By Mehler's expansion E[s(X) t(Y)] = Σ a_k b_k ρ^k for normals with correlation ρ and Hermite coefficients a and b; it
 * rises with ρ because scores rise with their latent, so ρ is found by bisection (NORTA: Cario and Nelson 1997). For two
 * binary columns this is the tetrachoric correlation.
 */
export function latentCorrelations(latents: readonly Latent[]): Float64Array {
  const d = latents.length;
  const matrix = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    matrix[i * d + i] = 1;
    for (let j = 0; j < i; j++) {
      const rho = latentCorrelation(latents[i]!, latents[j]!);
      matrix[i * d + j] = rho;
      matrix[j * d + i] = rho;
    }
  }
  return matrix;
}

function latentCorrelation(a: Latent, b: Latent): number {
  const seen = rowCorrelation(a, b);
  if (seen === 0) return 0;
  const wanted = seen * Math.sqrt(a.variance * b.variance);
  const products = a.hermite.map((x, k) => x * b.hermite[k]!);
  let low = -LIMIT;
  let high = LIMIT;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (power(products, middle) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Σ c_k ρ^k, k from 1. */
function power(c: Float64Array, rho: number): number {
  let sum = 0;
  for (let k = c.length - 1; k >= 0; k--) sum = (sum + c[k]!) * rho;
  return sum;
}

/** Pearson's correlation of the scores over rows that have both; 0 when there are few or one side does not vary. */
function rowCorrelation(a: Latent, b: Latent): number {
  let n = 0;
  let sa = 0;
  let sb = 0;
  let aa = 0;
  let bb = 0;
  let ab = 0;
  const x = a.rows;
  const y = b.rows;
  for (let i = 0; i < x.length; i++) {
    if ((a.valid[i]! & b.valid[i]!) === 0) continue;
    const u = x[i]!;
    const v = y[i]!;
    n++;
    sa += u;
    sb += v;
    aa += u * u;
    bb += v * v;
    ab += u * v;
  }
  if (n < LEAST_PAIRS) return 0;
  const va = aa - (sa * sa) / n;
  const vb = bb - (sb * sb) / n;
  if (va <= 1e-12 * n || vb <= 1e-12 * n) return 0;
  return (ab - (sa * sb) / n) / Math.sqrt(va * vb);
}
