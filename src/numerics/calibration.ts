import { Sum } from './sums.js';

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken. */
const CLIP = 1e-15;

/** Mean negative log-likelihood in nats of probabilities n × k (row-major) for classes 0 … k − 1; null for no rows. */
export function logLoss(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number | null {
  if (labels.length === 0) return null;
  const total = new Sum();
  for (let i = 0; i < labels.length; i++) {
    const p = probabilities[i * classes + labels[i]!]!;
    total.add(-Math.log(Math.min(1, Math.max(CLIP, p))));
  }
  return total.value / labels.length;
}

/**
 * Brier score: mean of Σ_c (p_c − [label = c])² over the rows for k > 2 (Brier, Monthly Weather Review 78, 1950). For two
 * classes half of it, which is the usual mean of (p − y)². Null for no rows.
 */
export function brierScore(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number | null {
  if (labels.length === 0) return null;
  const total = new Sum();
  for (let i = 0; i < labels.length; i++) {
    for (let c = 0; c < classes; c++) {
      total.add((probabilities[i * classes + c]! - (labels[i] === c ? 1 : 0)) ** 2);
    }
  }
  return total.value / labels.length / (classes === 2 ? 2 : 1);
}

/** Logistic recalibration: logit P(y = 1) = intercept + slope · logit(p). */
export interface Calibration {
  readonly intercept: number;
  /** 1 is best; below 1 the probabilities are too extreme. */
  readonly slope: number;
}

/**
 * Calibration slope and intercept (Cox 1958) by Newton's method, p clipped to 1e-6 … 1 − 1e-6. Null where there is no
 * finite estimate: one class only, constant probabilities, or classes that the probabilities separate.
 */
export function calibrationLine(p: ArrayLike<number>, positive: ArrayLike<number>): Calibration | null {
  const n = p.length;
  const logits = Float64Array.from(p, (x) => {
    const q = Math.min(1 - 1e-6, Math.max(1e-6, x));
    return Math.log(q / (1 - q));
  });
  let intercept = 0;
  let slope = 1;
  for (let round = 0; round < 100; round++) {
    let g0 = 0;
    let g1 = 0;
    let h00 = 0;
    let h01 = 0;
    let h11 = 0;
    for (let i = 0; i < n; i++) {
      const z = logits[i]!;
      const fitted = 1 / (1 + Math.exp(-(intercept + slope * z)));
      const error = (positive[i] === 1 ? 1 : 0) - fitted;
      const w = fitted * (1 - fitted);
      g0 += error;
      g1 += error * z;
      h00 += w;
      h01 += w * z;
      h11 += w * z * z;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 1e-12 * h00 * h11)) return null;
    const step0 = (h11 * g0 - h01 * g1) / determinant;
    const step1 = (h00 * g1 - h01 * g0) / determinant;
    const damping = Math.min(1, 4 / Math.max(Math.abs(step0), Math.abs(step1), 1e-300));
    intercept += damping * step0;
    slope += damping * step1;
    if (Math.abs(slope) > 1e4 || Math.abs(intercept) > 1e4) return null;
    if (Math.max(Math.abs(step0), Math.abs(step1)) < 1e-10) return { intercept, slope };
  }
  return null;
}
