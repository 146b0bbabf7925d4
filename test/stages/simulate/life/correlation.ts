import { meanOf, sdOf } from './support.js';

/** Pearson's correlation. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const sum = a.reduce((total, value, i) => total + (value - meanA) * (b[i]! - meanB), 0);
  return sum / (a.length - 1) / sdOf(a) / sdOf(b);
}
