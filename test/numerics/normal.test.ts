import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from '../../src/numerics/index.js';

/** scipy 1.17: `[repr(scipy.stats.norm.cdf(x)) for x in …]` */
const goldens: readonly (readonly [number, number])[] = [
  [-30, 4.906713927147908e-198],
  [-10, 7.61985302416047e-24],
  [-7.2, 3.010627981117422e-13],
  [-5, 2.866515718791933e-7],
  [-1, 0.15865525393145707],
  [0, 0.5],
  [0.3, 0.6179114221889526],
  [2, 0.9772498680518208],
  [8, 0.9999999999999993],
];

describe('normalCdf', () => {
  it('equals scipy to 1e-15, and to 1e-7 relative in the lower tail', () => {
    for (const [x, golden] of goldens) {
      expect(Math.abs(normalCdf(x) - golden)).toBeLessThan(1e-15);
      expect(Math.abs(normalCdf(x) / golden - 1)).toBeLessThan(1e-7);
    }
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(NaN)]).toEqual([0, 1, NaN]);
  });
  it('undoes normalQuantile to 1e-12', () => {
    for (const p of [1e-9, 0.001, 0.3, 0.5, 0.9, 0.999999]) {
      expect(Math.abs(normalCdf(normalQuantile(p)) - p)).toBeLessThan(1e-12);
    }
  });
});
