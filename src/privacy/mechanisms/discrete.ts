import { InternalError } from '../../core/index.js';
import { bernoulliExp, ratioOf } from './bernoulli.js';
import type { Ratio } from './bernoulli.js';
import { uniformInt } from './noise.js';
import type { NoiseSource } from './noise.js';

const one: Ratio = { top: 1n, bottom: 1n };
const exactOne = (): Ratio => one;
const largestScale = 2 ** 40;

/**
 * Discrete Laplace noise: an integer x with probability proportional to exp(−|x| · bottom / top), exactly (Canonne, Kamath and
 * Steinke, "The Discrete Gaussian for Differential Privacy", NeurIPS 2020, algorithm 2). The scale is `top / bottom`, two positive
 * integers up to 2⁴⁰.
 */
export function discreteLaplace(top: number, bottom: number, noise: NoiseSource): number {
  const good = (n: number): boolean => Number.isInteger(n) && n >= 1 && n <= largestScale;
  if (!good(top) || !good(bottom)) {
    throw new InternalError('NOISE_SCALE', `No discrete Laplace noise of scale ${top}/${bottom}.`);
  }
  for (;;) {
    const u = uniformInt(top, noise);
    if (!bernoulliExp(u / top, () => ({ top: BigInt(u), bottom: BigInt(top) }), noise)) continue;
    let v = 0;
    while (bernoulliExp(1, exactOne, noise)) v++;
    const magnitude = Math.floor((u + top * v) / bottom);
    const negative = (noise.uint32() & 1) === 1;
    if (negative && magnitude === 0) continue;
    return negative ? -magnitude : magnitude;
  }
}

/** Draws of discrete Gaussian noise of one variance. */
export interface DiscreteGaussian {
  /** Parameter σ² (the variance is not larger: Canonne et al. 2020, corollary 9). */
  readonly variance: number;
  draw(): number;
}

/**
 * Discrete Gaussian noise: an integer x with probability proportional to exp(−x² / 2σ²), exactly (Canonne, Kamath and Steinke 2020,
 * algorithm 3: discrete Laplace draws of scale ⌊σ⌋ + 1, kept with probability exp(−(|x| − σ²/t)² / 2σ²)). σ² is the rational number
 * that the given double is; 0 < σ² ≤ 2⁸⁰.
 */
export function discreteGaussian(variance: number, noise: NoiseSource): DiscreteGaussian {
  if (!(variance > 0 && variance <= largestScale ** 2)) {
    throw new InternalError('NOISE_SCALE', `No discrete Gaussian noise of variance ${variance}.`);
  }
  const t = Math.min(Math.floor(Math.sqrt(variance)) + 1, largestScale);
  const exact = ratioOf(variance);
  const tBig = BigInt(t);
  const centre = variance / t;
  const twice = 2 * variance;
  const gammaOf = (x: number): Ratio => {
    // (|x| − n/(d t))² · d / (2n) with σ² = n/d
    const difference = BigInt(x) * exact.bottom * tBig - exact.top;
    return { top: difference * difference, bottom: 2n * exact.top * exact.bottom * tBig * tBig };
  };
  const draw = (): number => {
    for (;;) {
      const x = discreteLaplace(t, 1, noise);
      const size = Math.abs(x);
      const gap = size - centre;
      if (bernoulliExp((gap * gap) / twice, () => gammaOf(size), noise)) return x;
    }
  };
  return { variance, draw };
}
