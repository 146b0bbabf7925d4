import { describe, expect, it } from 'vitest';
import {
  chiSquaredTail,
  gammaQ,
  lnGamma,
  mean,
  midranks,
  normalQuantile,
  quantileSorted,
  sampleIndexes,
  sum,
  wilsonInterval,
} from '../../src/numerics/index.js';
import { Rng } from '../../src/core/index.js';
import { goldens } from './goldens.js';

const close = (value: number, golden: number, relative: number): void => {
  expect(Math.abs(value - golden)).toBeLessThanOrEqual(relative * Math.abs(golden) + 1e-300);
};

describe('special functions against scipy', () => {
  it('lnGamma to 1e-13 (absolute below 1)', () => {
    for (const [x, golden] of goldens.lnGamma) {
      expect(Math.abs(lnGamma(x) - golden)).toBeLessThan(1e-13 * Math.max(1, golden));
    }
  });
  it('gammaQ to 1e-10 relative above 1e-12, to 1e-12 below', () => {
    for (const [a, x, golden] of goldens.gammaQ) {
      if (golden > 1e-12) close(gammaQ(a, x), golden, 1e-10);
      else expect(Math.abs(gammaQ(a, x) - golden)).toBeLessThan(1e-12);
    }
    expect(gammaQ(3, Infinity)).toBe(0);
    expect(chiSquaredTail(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
  });
  it('normalQuantile to 1e-14 relative', () => {
    for (const [p, golden] of goldens.normalQuantile) close(normalQuantile(p), golden, 1e-14);
  });
  it('wilsonInterval to 1e-12', () => {
    for (const [k, n, level, low, high] of goldens.wilson) {
      const interval = wilsonInterval(k, n, level);
      expect(interval.low).toBeCloseTo(low, 12);
      expect(interval.high).toBeCloseTo(high, 12);
    }
  });
});

describe('sums, quantiles and ranks', () => {
  it('keeps what plain addition loses', () => {
    expect(sum([1, 1e100, 1, -1e100])).toBe(2);
    expect(sum(Array.from({ length: 1000 }, () => 0.1))).toBeCloseTo(100, 14);
    expect(sum([])).toBe(0);
    expect(mean([])).toBeNull();
    expect(mean([1, 2])).toBe(1.5);
  });
  it('equals numpy.quantile and scipy rankdata to 1e-14', () => {
    for (const [p, golden] of goldens.quantile.at) {
      expect(quantileSorted(goldens.quantile.values, p)).toBeCloseTo(golden, 14);
    }
    expect([...midranks(goldens.midranks.values)]).toEqual(goldens.midranks.ranks);
    expect(quantileSorted([], 0.5)).toBeNull();
    expect(quantileSorted([7], 0.9)).toBe(7);
  });
  it('draws indexes without repeats, all of them when asked for too many', () => {
    const drawn = sampleIndexes(100, 10, Rng.create(1));
    expect(new Set(drawn).size).toBe(10);
    expect([...drawn]).toEqual([...drawn].sort((a, b) => a - b));
    expect([...sampleIndexes(3, 9, Rng.create(1))]).toEqual([0, 1, 2]);
  });
});
