import { normalBetween } from './normal-tail.js';
import type { LossPair } from './privacy-loss.js';

/** One step of training on a Poisson sample with Gaussian noise. */
export interface SubsampledGaussian {
  /** Probability with which each unit takes part, in (0, 1]. */
  readonly rate: number;
  /** σ / Δ: noise as a multiple of one unit's largest contribution. */
  readonly noise: number;
}

/** Training by noisy gradients: so many equal steps, each on a Poisson sample. */
export interface TrainingRun extends SubsampledGaussian {
  readonly steps: number;
}

/**
 * Rényi divergence of order α > 1 of one step, rounded up: log(A_α) / (α − 1) with A_α the mean over z ~ N(0, σ²) of
 * ((1 − q) + q e^((2z−1)/2σ²))^α (Mironov, Talwar and Zhang, "Rényi Differential Privacy of the Sampled Gaussian Mechanism", 2019,
 * §3.3: a sum of binomial terms for whole α; §3.1: it bounds both directions). For other α the integral is taken by the
 * trapezoidal rule, which converges exponentially for such integrands; a relative 1e-9 is added.
 */
export function subsampledGaussianRdp({ rate, noise }: SubsampledGaussian, order: number): number {
  if (rate === 1) return order / (2 * noise * noise);
  const log = Number.isInteger(order) ? wholeOrder(rate, noise, order) : otherOrder(rate, noise, order);
  return (Math.max(0, log) * (1 + 1e-9)) / (order - 1) + 1e-15;
}

/** log Σ_k C(α, k) (1 − q)^(α−k) q^k exp((k² − k) / 2σ²). */
function wholeOrder(q: number, sigma: number, order: number): number {
  const terms: number[] = [];
  let choose = 0; // log C(α, k)
  for (let k = 0; k <= order; k++) {
    terms.push(choose + (order - k) * Math.log1p(-q) + k * Math.log(q) + (k * k - k) / (2 * sigma * sigma));
    choose += Math.log((order - k) / (k + 1));
  }
  return logSum(terms);
}

function otherOrder(q: number, sigma: number, order: number): number {
  const step = Math.min(sigma / 16, (sigma * sigma) / 2);
  const terms: number[] = [];
  for (let z = -14 * sigma; z <= order + 14 * sigma; z += step) {
    const exponent = (2 * z - 1) / (2 * sigma * sigma);
    const ratio = exponent < 700 ? Math.log1p(q * Math.expm1(exponent)) : Math.log(q) + exponent;
    terms.push(order * ratio - (z * z) / (2 * sigma * sigma));
  }
  return logSum(terms) + Math.log(step / (sigma * Math.sqrt(2 * Math.PI)));
}

function logSum(terms: readonly number[]): number {
  const most = terms.reduce((a, b) => Math.max(a, b), -Infinity);
  return most + Math.log(terms.reduce((total, term) => total + Math.exp(term - most), 0));
}

/**
 * The pair of one step where a unit is removed: P = (1 − q) N(0, 1) + q N(1/σ, 1) against Q = N(0, 1) (Zhu, Dong and Wang 2022;
 * it dominates also sums of many numbers). `reversed` is the pair where it is added; both must be composed and the larger δ taken.
 */
export function subsampledGaussianPair({ rate: q, noise }: SubsampledGaussian): LossPair {
  const mu = 1 / noise;
  const place = (loss: number): number => {
    if (loss === Infinity || loss === -Infinity) return loss;
    const odds = (Math.expm1(loss) + q) / q; // e^(μx − μ²/2)
    return odds <= 0 ? -Infinity : (Math.log(odds) + (mu * mu) / 2) / mu;
  };
  return {
    between: (a, b) => {
      const [from, to] = [place(a), place(b)];
      const without = normalBetween(from, to);
      return { p: (1 - q) * without + q * normalBetween(from - mu, to - mu), q: without };
    },
  };
}
