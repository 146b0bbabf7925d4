import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chiSquaredTest,
  jensenShannon,
  jointCounts,
  kolmogorovTail,
  ksStatistic,
  ksTest,
  mutualInformation,
  totalVariation,
} from '../../src/numerics/index.js';
import { goldens } from './goldens.js';

const sample = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 });
const counts = fc.array(fc.nat(20), { minLength: 6, maxLength: 6 }).filter((c) => c.some((x) => x > 0));

describe('Kolmogorov-Smirnov', () => {
  it('equals scipy ks_2samp(method="exact") to 1e-12', () => {
    for (const golden of goldens.ks) {
      const test = ksTest(golden.a, golden.b);
      expect(test?.method).toBe('exact');
      expect(test?.statistic).toBeCloseTo(golden.statistic, 13);
      expect(test?.pValue).toBeCloseTo(golden.pValue, 12);
    }
  });

  it('is within 0.005 of scipy ks_2samp(method="asymp") for large samples', () => {
    for (const golden of goldens.ksLarge) {
      const a = Float64Array.from({ length: golden.m }, (_, i) => (i * 0.6180339887) % 1);
      const b = Float64Array.from({ length: golden.n }, (_, i) => ((i * 0.7548776662) % 1) ** golden.power);
      const test = ksTest(a, b);
      expect(test?.method).toBe('asymptotic');
      expect(test?.statistic).toBeCloseTo(golden.statistic, 12);
      expect(Math.abs(test!.pValue - golden.pValue)).toBeLessThan(0.005);
    }
  });

  it('has the limit law of scipy.special.kolmogorov to 1e-12', () => {
    for (const [x, tail] of goldens.kolmogorov) expect(kolmogorovTail(x)).toBeCloseTo(tail, 12);
    expect(kolmogorovTail(0)).toBe(1);
  });

  it('agrees with the definition, is symmetric, and is 0 exactly for equal distributions', () => {
    const naive = (a: number[], b: number[]): number =>
      Math.max(
        ...[...a, ...b].map((x) =>
          Math.abs(a.filter((y) => y <= x).length / a.length - b.filter((y) => y <= x).length / b.length),
        ),
      );
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const d = ksStatistic(a, b)!;
        expect(d).toBeCloseTo(naive(a, b), 12);
        expect(ksStatistic(b, a)).toBe(d);
        expect(ksStatistic(a, [...a, ...a])).toBe(0);
        const p = ksTest(a, b)!.pValue;
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is undefined for an empty sample, 0 with p = 1 for constants, 1 for separate ones', () => {
    expect(ksTest([], [1])).toBeNull();
    expect(ksTest([2, 2], [2, 2, 2])).toMatchObject({ statistic: 0, pValue: 1 });
    expect(ksTest([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])?.statistic).toBe(1);
    expect(ksTest([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])?.pValue).toBeCloseTo(2 / 252, 14);
  });
});

describe('distances of two tables of counts', () => {
  it('equal scipy chi2_contingency, jensenshannon² and numpy to 1e-12', () => {
    for (const golden of goldens.twoSample) {
      const test = chiSquaredTest(golden.a, golden.b);
      expect(test?.statistic).toBeCloseTo(golden.chi2, 11);
      expect(test?.df).toBe(golden.df);
      expect(test?.pValue).toBeCloseTo(golden.pValue, 12);
      expect(totalVariation(golden.a, golden.b)).toBeCloseTo(golden.tv, 13);
      expect(jensenShannon(golden.a, golden.b)).toBeCloseTo(golden.jsd, 12);
    }
  });

  it('are symmetric, within 0 … 1, and 0 for proportional tables', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        for (const distance of [totalVariation, jensenShannon]) {
          const d = distance(a, b)!;
          expect(d).toBeGreaterThanOrEqual(0);
          expect(d).toBeLessThanOrEqual(1);
          expect(distance(b, a)).toBeCloseTo(d, 14);
          expect(
            distance(
              a,
              a.map((x) => 3 * x),
            ),
          ).toBeCloseTo(0, 14);
        }
        const test = chiSquaredTest(a, b);
        if (test !== null) {
          expect(test.pValue).toBeGreaterThanOrEqual(0);
          expect(test.pValue).toBeLessThanOrEqual(1);
          expect(chiSquaredTest(b, a)?.statistic).toBeCloseTo(test.statistic, 9);
        }
      }),
    );
  });

  it('are undefined where a side is empty; chi-squared also with one cell', () => {
    expect(totalVariation([0, 0], [1, 2])).toBeNull();
    expect(jensenShannon([], [])).toBeNull();
    expect(chiSquaredTest([0, 0], [1, 2])).toBeNull();
    expect(chiSquaredTest([4, 0], [9, 0])).toBeNull();
    expect(totalVariation([1, 0], [0, 1])).toBe(1);
    expect(jensenShannon([1, 0], [0, 1])).toBe(1);
  });
});

describe('mutual information', () => {
  it('equals sklearn mutual_info_score to 1e-12', () => {
    const { g, h, mutualInformation: golden } = goldens.association;
    const table = jointCounts(
      [
        { codes: g, size: 4 },
        { codes: h, size: 3 },
      ],
      g.length,
    );
    expect(mutualInformation(table, 3)).toBeCloseTo(golden, 12);
  });

  it('is symmetric, at least 0, 0 for a constant, and the entropy of a column with itself', () => {
    fc.assert(
      fc.property(counts, (c) => {
        const turned = [c[0]!, c[3]!, c[1]!, c[4]!, c[2]!, c[5]!];
        expect(mutualInformation(c, 3)).toBeGreaterThanOrEqual(0);
        expect(mutualInformation(c, 3)).toBeCloseTo(mutualInformation(turned, 2)!, 12);
      }),
    );
    expect(mutualInformation([3, 4, 5], 3)).toBeCloseTo(0, 14);
    expect(mutualInformation([2, 0, 0, 2], 2)).toBeCloseTo(Math.log(2), 14);
    expect(mutualInformation([0, 0], 2)).toBeNull();
  });
});

describe('jointCounts', () => {
  it('counts the cells of no, one, two, three and four columns', () => {
    const a = { codes: [0, 1, 1], size: 2 };
    const b = { codes: [2, 0, 0], size: 3 };
    expect([...jointCounts([], 3)]).toEqual([3]);
    expect([...jointCounts([a], 3)]).toEqual([1, 2]);
    expect([...jointCounts([a, b], 3)]).toEqual([0, 0, 1, 2, 0, 0]);
    expect(jointCounts([a, b, a], 3)[2 * 2]).toBe(1);
    expect(jointCounts([a, b, a, b], 3)[1 * 18 + 0 * 6 + 1 * 3 + 0]).toBe(2);
  });
});
